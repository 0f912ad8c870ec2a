"""Write `judged/corpus.jsonl` and `judged/qrels.tsv` from `sources/` and `judged/queries.jsonl`.

Run it as `python corpus/judged.py` after a source or a query has changed. Each row of the corpus
is what a person would point at: an article with its items, or one paragraph under its heading.
A query is answered by the row of its document that holds the answering sentence.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from generate import Source, read_source

_HERE = Path(__file__).resolve().parent
_JUDGED = _HERE / "judged"
_DIGITS = "零一二三四五六七八九"
_HEADINGS = ("chapter", "heading1", "heading2")


def chinese(number: int) -> str:
    """1..99 as in 第三十二条."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[ones] if ones else "")


def rows(path: Path, source: Source) -> Iterator[dict[str, str]]:
    """The rows of one source, in order."""
    heading = ""
    lines: list[str] = []
    articles = items = chapters = 0
    found: list[tuple[str, list[str]]] = []
    for block in source.blocks:
        if block.kind in _HEADINGS:
            chapters += block.kind == "chapter"
            number = f"第{chinese(chapters)}章 " if block.kind == "chapter" else ""
            heading = number + block.text
            lines = []
        elif block.kind == "item" and lines:
            items += 1
            lines.append(f"（{chinese(items)}）{block.text}")
        elif block.kind == "article":
            articles, items = articles + 1, 0
            lines = [f"第{chinese(articles)}条 {block.text}"]
            found.append((heading, lines))
        elif block.kind not in ("annex", "right", "centre", "caption"):
            lines = [block.text]
            found.append((heading, lines))
    number = path.name.split("-")[0]
    for at, (above, text) in enumerate(found, start=1):
        title = f"{source.name} {above}".strip()
        yield {"_id": f"{number}-{at:03}", "title": title, "text": "\n".join(text)}


def main() -> None:
    """Write both files; a query whose answer is in no row is an error."""
    corpus: list[dict[str, str]] = []
    by_file: dict[str, list[dict[str, str]]] = {}
    for path in sorted((_HERE / "sources").glob("*.txt")):
        source = read_source(path)
        by_file[source.file_name] = list(rows(path, source))
        corpus += by_file[source.file_name]
    lines = ["query-id\tcorpus-id\tscore"]
    for line in (_JUDGED / "queries.jsonl").read_text("utf-8").splitlines():
        query = json.loads(line)
        if query["expect_doc"] is None:
            continue
        held = [r for r in by_file[query["expect_doc"]] if query["expect_passage"] in r["text"]]
        if not held:
            sys.exit(f"{query['_id']}: {query['expect_passage']} is not in {query['expect_doc']}")
        lines += [f"{query['_id']}\t{row['_id']}\t1" for row in held]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in corpus)
    (_JUDGED / "corpus.jsonl").write_text(text, "utf-8")
    (_JUDGED / "qrels.tsv").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
