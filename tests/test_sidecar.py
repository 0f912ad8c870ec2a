"""What an office writes beside a file overrides what was read of it, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.model import Audience, Document, Evidence
from ingest.reader import read
from ingest.sidecar import Sidecar, read_sidecar, sidecar_of

NOTICE = """江协发〔2031〕7号
关于检查食堂的通知
各会员单位：
请各单位认真做好检查工作，并于月底前把结果报到秘书处。
江岚省高等院校后勤协会
2031年6月25日
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "通知.txt"
    file.write_text(NOTICE, "utf-8")
    return file


def _say(file: Path, content: str | bytes) -> Sidecar:
    data = content.encode() if isinstance(content, str) else content
    sidecar_of(file).write_bytes(data)
    return read_sidecar(file)


def test_without_a_sidecar_a_document_is_as_read(file: Path) -> None:
    assert read_sidecar(file) == Sidecar()
    assert (read(file).title, read(file).number) == ("关于检查食堂的通知", "江协发〔2031〕7号")


def test_every_field_can_be_set_and_is_named_as_set_by_hand(file: Path) -> None:
    _say(
        file,
        """
        title = "关于检查2031年食堂的通知"
        number = "江协发〔2031〕8号"
        letterhead = "江岚省高等院校后勤协会文件"
        issuer = "江岚省高等院校后勤协会饮食委员会"
        date = 2031-06-26
        years = [2031, 2030]
        period = "2031-07/2031-12"
        types = ["通知", "方案"]
        addressees = "各高校食堂"
        copies = "省教育厅"
        printed = "秘书处 2031年6月27日"
        site = "协会网"
        url = "https://www.example.org/7.html"
        authority = 1
        """,
    )
    document = read(file)
    assert document.title == "关于检查2031年食堂的通知"
    assert (document.number, document.date) == ("江协发〔2031〕8号", "2031-06-26")
    assert (document.letterhead, document.issuer) == (
        "江岚省高等院校后勤协会文件",
        "江岚省高等院校后勤协会饮食委员会",
    )
    assert (document.years, document.period) == ((2030, 2031), "2031-07/2031-12")
    assert (document.types, document.authority) == (("通知", "方案"), 1)
    assert (document.addressees, document.copies) == ("各高校食堂", "省教育厅")
    assert (document.printed, document.site) == ("秘书处 2031年6月27日", "协会网")
    assert document.url == "https://www.example.org/7.html"
    assert document.warnings == ()
    assert Evidence("title", "", 1.0) in document.evidence
    assert len({evidence.field for evidence in document.evidence}) == len(document.evidence)


@pytest.mark.parametrize(
    "line",
    [
        *("authority = 9", "authority = true", "autority = 1", 'title = ""', "title = 3"),
        *('date = "2031-02-30"', 'date = "六月"', "years = [31]", "types = []", 'types = ["", 1]'),
        *('url = "javascript:alert(1)"', 'period = "2031"', f'issuer = "{"会" * 501}"'),
    ],
)
def test_a_value_that_cannot_be_understood_changes_nothing_and_is_reported(
    file: Path, line: str
) -> None:
    before = read(file)
    sidecar = _say(file, f'{line}\nnumber = "江协发〔2031〕8号"\n')
    assert dict(sidecar.fields) == {"number": "江协发〔2031〕8号"}
    assert (sidecar.audience, sidecar.warnings) == (None, ("bad_sidecar",))
    assert read(file).title == before.title and read(file).number == "江协发〔2031〕8号"


@pytest.mark.parametrize(
    "content",
    [
        *(b"authority 1", b"\xff\xfe", b'title = "' + b"a" * 70_000 + b'"'),
        *(b"authority = " + b"9" * 5_000, b"a = " + b"[" * 9_000),
    ],
)
def test_one_that_cannot_be_read_at_all_keeps_its_file_with_the_staff(
    file: Path, content: bytes
) -> None:
    sidecar = _say(file, content)
    assert (sidecar.audience, dict(sidecar.fields)) == (Audience.STAFF, {})
    assert "bad_sidecar" in read(file).warnings


@pytest.mark.parametrize(
    ("line", "audience", "warnings"),
    [
        ('audience = "member"', Audience.MEMBER, ()),
        ('audience = "public"', Audience.PUBLIC, ()),
        ('audience = "会员"', Audience.STAFF, ("bad_sidecar",)),
        ("audience = 0", Audience.STAFF, ("bad_sidecar",)),
        ('Audience = "staff"', Audience.STAFF, ("bad_sidecar",)),
        ('[file]\naudience = "staff"', Audience.STAFF, ("bad_sidecar",)),
    ],
)
def test_it_may_name_the_audience(
    file: Path, line: str, audience: Audience, warnings: tuple[str, ...]
) -> None:
    sidecar = _say(file, line)
    assert (sidecar.audience, sidecar.warnings) == (audience, warnings)


def test_it_replaces_the_evidence_of_what_it_sets() -> None:
    document = Document("txt", (), (), title="甲", evidence=(Evidence("title", "甲", 0.5),))
    assert Sidecar({"title": "乙"}).applied(document).evidence == (Evidence("title", "", 1.0),)
