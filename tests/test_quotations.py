"""The substring guarantee: what is quoted is found wherever it stands, and nowhere else.

The oracle is the raw text, read by a few lines of its own: no analyzer, no index.
"""

from __future__ import annotations

import random
import re
import tarfile
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from index.analyzer import Analyzer
from index.collection import Collection
from index.model import Audience, Query
from index.searcher import MAX_LIMIT, MAX_OFFSET, Searcher
from ingest.pipeline import ingest

ROOT = Path(__file__).parents[1]
LAWS = ROOT.parent / "shared" / "data" / "laws" / "docs.tar.xz"
_QUOTES = re.compile("[“”„‘’'「」『』\"]")
_DASHES = re.compile("[—–―─━-]+")
_OPENED, _CLOSED = re.compile(r"[〔【〖\[]"), re.compile(r"[〕】〗\]]")


def letters(raw: str) -> str:
    """The oracle's own way of ignoring width, spaces in Chinese and forms of punctuation."""
    text = "".join(c for c in raw if unicodedata.category(c) not in ("Cf", "Mn"))
    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub(r"(?<=[0-9a-z])\s+(?=[0-9a-z])", "\x01", text)
    text = re.sub(r"\s+", "", text).replace("。", ".").replace("〈", "《").replace("〉", "》")
    text = _DASHES.sub("-", _QUOTES.sub('"', text))
    text = _CLOSED.sub(")", _OPENED.sub("(", text))
    return re.sub(r"([.~·])\1+", r"\1", text)


def spans(texts: Mapping[str, str], count: int, seed: int) -> Iterator[str]:
    """Raw spans of 2 to 12 characters that a person could quote."""
    chance, names = random.Random(seed), sorted(texts)
    while count:
        text = texts[chance.choice(names)]
        size = chance.randint(2, 12)
        start = chance.randrange(max(1, len(text) - size))
        span = text[start : start + size]
        if '"' in span or "＂" in span or not any(c.isalnum() for c in letters(span)):
            continue  # a quotation mark cannot be quoted; signs alone are nothing to look for
        yield span
        count -= 1


def holding(searcher: Searcher, span: str, audience: Audience) -> set[str]:
    """Sources of all documents found, page by page, copies too."""
    found: set[str] = set()
    for offset in range(0, MAX_OFFSET + 1, MAX_LIMIT):
        answer = searcher.search(Query(f'"{span}"', audience, limit=MAX_LIMIT, offset=offset))
        for hit in answer.documents:
            found |= {hit.document.source, *(copy.source for copy in hit.copies)}
        if offset + MAX_LIMIT >= answer.total:
            assert answer.total_is_exact and answer.total == len(found)
            return found
    return set()


def compare(searcher: Searcher, texts: Mapping[str, str], count: int) -> None:
    """Every span is found in just the documents that hold it."""
    plain = {name: letters(text) for name, text in texts.items()}
    for span in spans(texts, count, seed=11):
        wanted = {name for name, text in plain.items() if letters(span) in text}
        if len(wanted) <= MAX_OFFSET:
            assert holding(searcher, span, Audience.STAFF) == wanted, repr(span)
        else:
            answer = searcher.search(Query(f'"{span}"', Audience.STAFF))
            assert answer.total == len(wanted), repr(span)


@pytest.fixture(scope="module")
def own(
    tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer
) -> Iterator[tuple[Searcher, dict[str, str]]]:
    collection = Collection(
        tmp_path_factory.mktemp("quotations") / "home", create=True, analyzer=analyzer
    )
    for audience in Audience:
        ingest(collection, [ROOT / "corpus" / "documents" / audience], audience=audience)
    collection.refresh()
    library = collection.library
    texts = {}
    for document in library.documents():
        body = library.body(document.document_id) or {}
        texts[document.source] = "\n".join(p["text"] for p in body["paragraphs"])
    yield Searcher(collection), texts
    collection.close()


def test_every_span_of_our_documents_is_found(own: tuple[Searcher, dict[str, str]]) -> None:
    compare(*own, count=60)


def test_what_was_quoted_is_marked_where_it_stands(own: tuple[Searcher, dict[str, str]]) -> None:
    searcher, texts = own
    whole = 0
    for span in spans(texts, 30, seed=12):
        for hit in searcher.search(Query(f'"{span}"', Audience.STAFF)).documents[:3]:
            shown = hit.hits[0]
            marked = [shown.text[a:b] for a, b in shown.marks]
            assert marked or letters(span) in letters("".join(shown.path)), repr(span)
            whole += any(letters(span) in letters(text) for text in marked)
    assert whole > 30, "a quotation is marked whole, but where it runs over two passages"


def test_quotations_of_one_character_and_of_signs_are_safe(
    own: tuple[Searcher, dict[str, str]],
) -> None:
    searcher, texts = own
    for span in (
        "会",
        "率",
        ".",
        "*",
        "(",
        "[",
        "\\",
        "^会",
        "会$",
        ".*",
        "?",
        "&",
        "~",
        "#",
        "<",
        ">",
        "@",
    ):
        answer = searcher.search(Query(f'"{span}"', Audience.STAFF))
        wanted = sum(letters(span) in letters(text) for text in texts.values())
        assert answer.total == wanted, span
    for sign in "‹›＜＞﹤﹥":
        searcher.search(Query(f'"{sign}"', Audience.STAFF))


def test_the_public_finds_nothing_by_quoting_personal_data(
    own: tuple[Searcher, dict[str, str]],
) -> None:
    searcher, texts = own
    numbers = {n for text in texts.values() for n in re.findall(r"1[3-9]\d{9}|\d{4}-\d{7,8}", text)}
    assert numbers, "the sample library has telephones"
    for number in sorted(numbers)[:20]:
        assert searcher.search(Query(f'"{number}"', Audience.STAFF)).total
        assert not searcher.search(Query(f'"{number}"', Audience.PUBLIC)).total


def laws(folder: Path, every: int) -> dict[str, str]:
    """Each `every`-th law as a file of its own; their raw texts."""
    if not LAWS.exists():
        pytest.skip("the shared laws are not here")
    texts = {}
    with tarfile.open(LAWS) as archive:
        for at, member in enumerate(m for m in archive if m.isfile()):
            if at % every == 0 and (file := archive.extractfile(member)):
                name = Path(member.name).name
                texts[name] = file.read().decode("utf-8")
                (folder / name).write_text(texts[name], "utf-8")
    return texts


@pytest.mark.parametrize(
    ("every", "count"), [(80, 60), pytest.param(1, 1000, marks=pytest.mark.slow)]
)
def test_every_span_of_the_laws_is_found(
    tmp_path: Path, analyzer: Analyzer, every: int, count: int
) -> None:
    (tmp_path / "laws").mkdir()
    texts = laws(tmp_path / "laws", every)
    collection = Collection(tmp_path / "home", create=True, analyzer=analyzer)
    ingest(collection, [tmp_path / "laws"], audience=Audience.STAFF)
    collection.refresh()
    held = {document.source for document in collection.library.documents()}
    compare(Searcher(collection), {n: t for n, t in texts.items() if n in held}, count)
    collection.close()
