"""Write the sample documents from `sources/`, each into the folder of its audience.

Run it as `python corpus/generate.py`. Every source is plain text: a TOML head between two
`+++` lines, then one block per line, told apart by its first characters (`_MARKS`). The ending
of the head's `file` chooses the writer. Only the standard library is imported; PDF files are
printed by Chromium, which must be on the path, with the Noto CJK fonts.
"""

import html
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from string import Template
from typing import Any

_HERE = Path(__file__).resolve().parent
_SOURCES = _HERE / "sources"
_TEMPLATES = _HERE / "templates"
_DOCUMENTS = _HERE / "documents"

# Longer marks first: "## " also starts with "#".
_MARKS = {
    "@章 ": "chapter",
    "@条 ": "article",
    "@项 ": "item",
    "@caption ": "caption",
    "@ad ": "ad",
    "===": "annex",
    "## ": "heading2",
    "# ": "heading1",
    "> ": "right",
    "= ": "centre",
    "! ": "flush",
    "| ": "row",
}
_CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-pdf-header-footer",
)
# Printers do not start a line with these.
_CLOSING = "，。、；：？！）》”’】"


@dataclass(frozen=True)
class Block:
    """One line of a source: what it is, and its text without the mark."""

    kind: str
    text: str


@dataclass(frozen=True)
class Source:
    """One document before it is written: its TOML head and its blocks."""

    head: dict[str, Any]
    blocks: list[Block]

    @property
    def file_name(self) -> str:
        """The name of the document to write."""
        return str(self.head["file"])

    @property
    def name(self) -> str:
        """The title as one line."""
        return "".join(self.head["title"])


def read_source(path: Path) -> Source:
    """The source at `path`, its head parsed and its lines sorted into blocks."""
    _, head, body = path.read_text(encoding="utf-8").split("+++\n", 2)
    return Source(tomllib.loads(head), [_block(line) for line in body.splitlines() if line])


def _block(line: str) -> Block:
    for mark, kind in _MARKS.items():
        if line.startswith(mark):
            return Block(kind, line.removeprefix(mark).rstrip())
    return Block("paragraph", line)


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.removesuffix("|").split("|")]


def _groups(blocks: list[Block]) -> Iterator[tuple[bool, list[Block]]]:
    """Runs of blocks, each with whether it is the rows of one table."""
    for is_table, run in groupby(blocks, key=lambda block: block.kind == "row"):
        yield is_table, list(run)


def _template(name: str) -> Template:
    return Template((_TEMPLATES / name).read_text(encoding="utf-8"))


# HTML, for the web pages and for printing


def _html_block(block: Block) -> str:
    text = html.escape(block.text, quote=False)
    match block.kind:
        case "heading1":
            return f"<h2>{text}</h2>"
        case "annex":
            return '<div class="annex"></div>'
        case "paragraph":
            return f"<p>{text}</p>"
        case kind:
            return f'<p class="{kind}">{text}</p>'


def _html_table(rows: list[Block]) -> str:
    lines = (
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in _cells(row.text)) + "</tr>"
        for row in rows
    )
    return "<table>\n" + "\n".join(lines) + "\n</table>"


def _html_body(blocks: list[Block]) -> str:
    parts: list[str] = []
    for is_table, run in _groups(blocks):
        parts.extend([_html_table(run)] if is_table else map(_html_block, run))
    return "\n".join(parts)


def _spans(lines: list[str]) -> str:
    return "".join(f"<span>{html.escape(line)}</span>" for line in lines)


def write_html(source: Source, path: Path) -> None:
    """A page of the association's site, or of the site whose `template` the head names:
    navigation, breadcrumb, article, footer."""
    # A page in a Chinese legacy encoding is declared as gbk; gb18030 covers it.
    declared = "gbk" if source.head["charset"] == "gb18030" else source.head["charset"]
    values = source.head | {
        "name": source.name,
        "title": source.name,
        "body": _html_body(source.blocks),
        "charset": declared,
    }
    page = _template(source.head.get("template", "site.html")).substitute(values)
    path.write_bytes(page.encode(source.head["charset"]))


def write_pdf(source: Source, path: Path) -> None:
    """A red-head document printed on A4, with page numbers and each annex on its own page."""
    values = source.head | {
        "name": source.name,
        "title": _spans(source.head["title"]),
        "body": _html_body(source.blocks),
        "printed": _spans(source.head["printed"].split("|")),
        "css": (_TEMPLATES / "print.css").read_text(encoding="utf-8"),
    }
    with tempfile.TemporaryDirectory() as folder:
        page, printed = Path(folder) / "page.html", Path(folder) / "page.pdf"
        page.write_text(_template("print.html").substitute(values), encoding="utf-8")
        _print(page, printed)
        path.write_bytes(_dated(printed.read_bytes(), source.head["printed"]))


def _print(page: Path, pdf: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise FileNotFoundError("chromium is not on the path; install it to print the PDF files")
    command = [chromium, *_CHROMIUM_FLAGS, f"--print-to-pdf={pdf}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def _dated(pdf: bytes, printed: str) -> bytes:
    """`pdf` with its dates set to the day in `printed`, so that printing twice gives one file.

    The new date is as long as the old one: no offset in the file moves.
    """
    # Matches "2025年3月10日印发"; does not match "2025年3月".
    found = re.search(r"(\d{4})年(\d{1,2})月(\d{1,2})日", printed)
    assert found, printed
    year, month, day = (int(part) for part in found.groups())
    return re.sub(rb"\(D:\d{14}", b"(D:%04d%02d%02d090000" % (year, month, day), pdf)


# DOCX

_DOCX_STYLES = {
    "chapter": "Chapter",
    "article": "Article",
    "item": "BodyText",
    "heading1": "Heading1",
    "heading2": "Heading2",
    "right": "Signature",
    "title": "Title",
    "subtitle": "Subtitle",
    "paragraph": "BodyText",
}
# Chapters and articles are numbered through their style, items in the paragraph itself:
# Word writes both ways.
_ITEM_NUMBER = '<w:numPr><w:ilvl w:val="2"/><w:numId w:val="1"/></w:numPr>'
_DOCX_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def _docx_paragraph(block: Block) -> str:
    number = _ITEM_NUMBER if block.kind == "item" else ""
    style = f'<w:pStyle w:val="{_DOCX_STYLES[block.kind]}"/>'
    text = html.escape(block.text, quote=False)
    return f"<w:p><w:pPr>{style}{number}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def _docx_cell(text: str, width: int) -> str:
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr><w:p><w:pPr><w:jc w:val='
        f'"center"/></w:pPr><w:r><w:rPr><w:sz w:val="28"/></w:rPr><w:t>{html.escape(text)}</w:t>'
        "</w:r></w:p></w:tc>"
    )


def _docx_table(rows: list[Block]) -> str:
    grid = [_cells(row.text) for row in rows]
    width = 8844 // len(grid[0])  # A4 less the side margins, in twentieths of a point
    columns = f'<w:gridCol w:w="{width}"/>' * len(grid[0])
    lines = "".join(
        "<w:tr>" + "".join(_docx_cell(cell, width) for cell in row) + "</w:tr>" for row in grid
    )
    return (
        '<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/><w:jc w:val="center"/>'
        f"<w:tblBorders>{_DOCX_BORDERS}</w:tblBorders></w:tblPr>"
        f"<w:tblGrid>{columns}</w:tblGrid>{lines}</w:tbl>"
    )


def _docx_body(source: Source) -> str:
    opening = [Block("title", line) for line in source.head["title"]]
    if source.head["subtitle"]:
        opening.append(Block("subtitle", source.head["subtitle"]))
    parts: list[str] = []
    for is_table, run in _groups(opening + source.blocks):
        parts.extend([_docx_table(run)] if is_table else map(_docx_paragraph, run))
    return "\n".join(parts)


def write_docx(source: Source, path: Path) -> None:
    """A Word document whose 第X章, 第X条 and （X） are automatic numbers, absent from the text."""
    values = source.head | {"name": source.name, "body": _docx_body(source)}
    parts = sorted(part for part in (_TEMPLATES / "docx").rglob("*") if part.is_file())
    created = source.head["created"]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts:
            name = part.relative_to(_TEMPLATES / "docx").as_posix()
            info = zipfile.ZipInfo(name, (created.year, created.month, created.day, 9, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            text = Template(part.read_text(encoding="utf-8")).substitute(values)
            archive.writestr(info, text)


# Plain text


def _width(text: str) -> int:
    """Columns `text` takes in a fixed-width window: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def _wrap(text: str, columns: int) -> Iterator[str]:
    """`text` in lines of about `columns`, numbers kept whole, closing marks never first."""
    line = ""
    for word in re.findall(r"[0-9A-Za-z@.-]+|.", text):
        if _width(line + word) > columns and word not in _CLOSING:
            yield line
            line = ""
        line += word
    yield line


def write_txt(source: Source, path: Path) -> None:
    """Plain text; where the head's `wrap` is set, hard lines with blank lines between."""
    head = source.head
    opening = [Block("centre", line) for line in [*head["title"], head["subtitle"]] if line]
    wrapped = head["wrap"] > 0
    texts: list[str] = []
    for block in opening + source.blocks:
        indent = "　　" if block.kind == "paragraph" else ""
        columns = head["wrap"] * 2
        texts.append("\n".join(_wrap(indent + block.text, columns)) if wrapped else block.text)
    text = ("\n\n" if wrapped else "\n").join(texts) + "\n"
    # The wrapped one stands for a file saved long ago on Windows.
    path.write_bytes((text.replace("\n", "\r\n") if wrapped else text).encode(head["charset"]))


_WRITERS: dict[str, Callable[[Source, Path], None]] = {
    ".docx": write_docx,
    ".html": write_html,
    ".pdf": write_pdf,
    ".txt": write_txt,
}


def main() -> None:
    """Write every document, replacing what stands in `documents/`; what no source names goes."""
    written: set[Path] = set()
    for source_path in sorted(_SOURCES.glob("*.txt")):
        source = read_source(source_path)
        path = _DOCUMENTS / source.head["audience"] / source.file_name
        path.parent.mkdir(parents=True, exist_ok=True)
        _WRITERS[path.suffix](source, path)
        written.add(path)
        sys.stdout.write(f"{path.relative_to(_DOCUMENTS)}\n")
    for path in _DOCUMENTS.rglob("*"):
        if path.is_file() and path not in written:
            path.unlink()


if __name__ == "__main__":
    main()
