"""A file becomes a Document: blocks, structure, metadata, contacts, passages, in this order."""

from __future__ import annotations

from pathlib import Path

from index.model import Contact, Document
from ingest import readers
from ingest.authority import authority
from ingest.contacts import find_contacts
from ingest.front import is_number_line
from ingest.lines import Reading
from ingest.metadata import read_metadata
from ingest.passages import cut_passages
from ingest.sidecar import read_sidecar
from ingest.structure import Structure, build_structure

# Raised when every file would give another document than before; what concerns one format only is
# counted in `readers`. A file whose document came from a smaller sum of both is read again.
READER_VERSION: int = 6


def version_of(format: str) -> int:
    """The version that reads documents of this format today."""
    return READER_VERSION + readers.version_of(format)


def ability() -> str:
    """What reading is able to do on this machine: files that could not be read are tried again
    when it changes."""
    return f"{READER_VERSION} {readers.ability()}"


def read(path: Path) -> Document:
    """The document in the file at `path`. Raises `UnreadableDocument` when there is none."""
    return read_sidecar(path).applied(build_document(readers.read_blocks(path)))


def build_document(reading: Reading) -> Document:
    """The document that a reading holds; never raises."""
    structure = build_structure(reading)
    metadata = read_metadata(structure, reading)
    skip = frozenset(
        index
        for index, value in (
            (structure.front.letterhead, metadata.letterhead),
            (structure.front.number, metadata.number and _number_alone(structure)),
        )
        if index is not None and value
    )
    titles = [attachment.title for attachment in structure.attachments]
    return Document(
        format=reading.format,
        paragraphs=structure.paragraphs,
        passages=cut_passages(structure.paragraphs, structure.clauses, skip, titles),
        title=metadata.title,
        number=metadata.number,
        letterhead=metadata.letterhead,
        issuer=metadata.issuer,
        date=metadata.date,
        years=metadata.years,
        period=metadata.period,
        types=metadata.types,
        addressees=metadata.addressees,
        copies=metadata.copies,
        printed=metadata.printed,
        site=reading.site,
        url=reading.url,
        authority=authority(metadata.types, metadata.number, reading.publisher, reading.site),
        sections=structure.sections,
        clauses=structure.clauses,
        attachments=structure.attachments,
        contacts=_contacts(structure),
        dropped=reading.dropped,
        warnings=reading.warnings + structure.warnings + metadata.warnings,
        evidence=metadata.evidence,
    )


def _number_alone(structure: Structure) -> bool:
    """Whether the number's line holds nothing else that a passage would have to keep."""
    index = structure.front.number
    return index is not None and is_number_line(structure.paragraphs[index].text)


def _contacts(structure: Structure) -> tuple[Contact, ...]:
    """Contacts of the whole document, each line read under its nearest heading."""
    headings: list[str] = []
    heading = ""
    for paragraph in structure.paragraphs:
        heading = paragraph.text if paragraph.level else heading
        headings.append(heading)
    return find_contacts([paragraph.text for paragraph in structure.paragraphs], headings)
