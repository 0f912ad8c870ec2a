"""What is masked cannot be felt for: libraries that differ only in it answer the public alike."""

from __future__ import annotations

import json
import re
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from index.analyzer import Analyzer
from index.collection import Collection
from index.library import Library
from index.model import Audience, Document, Paragraph
from ingest.pipeline import ingest
from ingest.sidecar import sidecar_of
from service.desk import Desk
from service.settings import Settings

Files = dict[str, str]
OTHERS: Files = {
    f"{name}.txt": f"{name}管理规定\n\n第一条 {name}由专人负责登记和保管。\n"
    for name in ("车辆", "仓库", "机房", "绿化", "档案")
}


def rules(title: str, year: int) -> str:
    return f"{title}\n\n（{year}年5月6日通过）\n\n第一条 群内不得发布广告，违者移出。\n"


def notice(phone: str, forwarded: str = "") -> str:
    text = "请各单位做好食堂检查工作，并于月底前把结果报到秘书处，逾期不候。"
    return f"{forwarded}关于检查食堂的通知\n\n各会员单位：\n\n{text}\n\n联系电话：{phone}。\n"


def told(folder: Path, files: Files, sidecar: str, analyzer: Analyzer, **asked: str) -> str:
    """All that the public is told, names of documents apart."""
    (folder / "files").mkdir(parents=True)
    for name, text in {**OTHERS, **files}.items():
        file = folder / "files" / name
        file.write_text(text, "utf-8")
        if sidecar and name in files:
            sidecar_of(file).write_text(sidecar, "utf-8")
    home = folder / "home"
    with closing(Collection(home, create=True, analyzer=analyzer)) as collection:
        ingest(collection, [folder / "files"], audience=Audience.PUBLIC)
        desk = Desk(collection, Audience.PUBLIC, Settings(home=home))
        found = desk.search({**asked, "explain": "1"})
        for key in ("took_ms", "generation"):
            del found[key]
    numbers = count()
    text = json.dumps(found, ensure_ascii=False, sort_keys=True)
    for name in re.findall("[0-9a-f]{12}", text):
        text = text.replace(name, f"document {next(numbers)}")
    return text


@pytest.mark.parametrize(
    ("one", "other", "question"),
    [
        (  # how much of the title the question is
            {"甲.txt": "值班电话0899-5550123使用说明\n\n值班时间见公告栏。\n"},
            {"甲.txt": "值班电话5550123使用说明\n\n值班时间见公告栏。\n"},
            "使用说明",
        ),
        (  # copies are folded
            {"甲.txt": notice("0899-5550123"), "乙.txt": notice("0899-5550123", "转发")},
            {"甲.txt": notice("0899-5550123"), "乙.txt": notice("0899-5550124", "转发")},
            "食堂检查结果报到哪里",
        ),
        (  # earlier editions come later
            {
                "甲.txt": rules("QQ群123456789管理办法", 2020),
                "乙.txt": rules("QQ群123456789管理办法", 2023),
            },
            {
                "甲.txt": rules("QQ群123456789管理办法", 2020),
                "乙.txt": rules("QQ群987654321管理办法", 2023),
            },
            "群内能不能发布广告",
        ),
        (  # words within what is masked
            {"甲.txt": "值班安排\n\n值班电话0899-5550123-802，昼夜有人接听。\n"},
            {"甲.txt": "值班安排\n\n值班电话0899-5550123转分机802，昼夜有人接听。\n"},
            "值班电话转分机",
        ),
    ],
    ids=["title", "copies", "editions", "words"],
)
def test_other_digits_change_nothing_that_the_public_is_told(
    one: Files, other: Files, question: str, tmp_path: Path, analyzer: Analyzer
) -> None:
    first = told(tmp_path / "one", one, "", analyzer, q=question)
    assert first == told(tmp_path / "other", other, "", analyzer, q=question)
    assert "〔" in first


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "值班 文种:电话5550123"},
        {"q": "值班", "type": "电话5550123"},
        {"q": "2024年5550号 值班"},
        {"q": "值班", "number": "江岚值班电话〔2024〕5550号"},
        {"q": "发文单位:0899-555 值班"},
    ],
)
def test_masked_fields_cannot_be_felt_for(
    asked: dict[str, str], tmp_path: Path, analyzer: Analyzer
) -> None:
    file = {"甲.txt": "值班安排\n\n值班时间见公告栏。\n"}
    sidecar = (
        'issuer = "江岚协会（电话0899-{0}123）"\ntypes = ["电话{0}123"]\n'
        'number = "江岚值班电话2024-{0}号"\n'
    )
    guessed = told(tmp_path / "one", file, sidecar.format("5550"), analyzer, **asked)
    assert guessed == told(tmp_path / "other", file, sidecar.format("5559"), analyzer, **asked)


def test_the_name_of_a_document_tells_nothing_of_its_text(
    tmp_path: Path, analyzer: Analyzer
) -> None:
    document = Document("txt", (Paragraph("请联系王小，电话0899-5550123。"),), ())
    names = set()
    for home in ("one", "other"):
        library = Library(tmp_path / home, create=True)
        with library.writing(), library.transaction():
            names.add(library.put_document(document, [], "the same file", 1))
        library.close()
    assert len(names) == 2, "with the same names, who guesses the file could check the guess"
