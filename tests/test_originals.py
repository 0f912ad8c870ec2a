"""Who gets the file as it came; the public only where nothing personal can be in it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Link, Text

from index.analyzer import Analyzer
from index.model import Audience
from ingest.pipeline import ingest
from institution import Institution, institution_in

MEMBER, STAFF, PUBLIC = Audience.MEMBER, Audience.STAFF, Audience.PUBLIC
CORPUS = Path(__file__).parents[1] / "corpus" / "documents" / "public"
PHONE = "13800138000"


@pytest.fixture
def office(tmp_path: Path, analyzer: Analyzer) -> Iterator[Institution]:
    with institution_in(tmp_path, analyzer) as there:
        yield there


def given(office: Institution, name: str, data: bytes) -> str:
    """The id of a public document read from this file."""
    file = office.folder / "files" / "public" / name
    file.write_bytes(data)
    (outcome,) = ingest(office.collection, [file], audience=PUBLIC, processes=1).files
    assert outcome.document_id, outcome
    return outcome.document_id


def status(office: Institution, document: str, audience: Audience = PUBLIC) -> int:
    code: int = office.client(audience).get(f"/v1/documents/{document}/original").status_code
    return code


def docx(parts: dict[str, bytes]) -> bytes:
    """One of our own documents in Word's format, with these parts in it besides."""
    source = next(CORPUS.glob("*会费管理办法.docx"))
    made = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(made, "w") as new:
        for part in old.infolist():
            new.writestr(part.filename, old.read(part))
        for name, content in parts.items():
            new.writestr(name, content)
    return made.getvalue()


def test_a_file_without_personal_data_is_everybodys(office: Institution) -> None:
    document = given(office, "办法.docx", data := docx({}))
    for audience in Audience:
        answer = office.client(audience).get(f"/v1/documents/{document}/original")
        assert (answer.status_code, answer.content) == (200, data)
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["x-content-type-options"] == "nosniff"
    told = office.client().get(f"/v1/documents/{document}").json()
    assert told["original"] == {"format": "docx", "name": "办法.docx", "bytes": len(data)}
    assert told["original_withheld"] is False and told["access"] is None


def test_a_file_with_a_telephone_is_the_publics_only_when_released(office: Institution) -> None:
    document = office.id_of("关于缴纳")
    assert [status(office, document, audience) for audience in Audience] == [404, 200, 200]
    told = office.client().get(f"/v1/documents/{document}").json()
    assert told["original"] is None and told["original_withheld"] is True
    staff = office.client(STAFF)
    access = staff.get(f"/v1/documents/{document}").json()["access"]
    assert access == {
        "audience": "public",
        "decided": False,
        "released": False,
        "holds_personal": True,
    }
    staff.patch(f"/v1/documents/{document}", json={"release_original": True})
    assert status(office, document) == 200
    staff.patch(f"/v1/documents/{document}", json={"release_original": False})
    assert status(office, document) == 404


def test_a_release_is_of_one_version(office: Institution) -> None:
    document = given(office, "通知.txt", f"关于会议的通知\n\n联系电话{PHONE}。\n".encode())
    office.client(STAFF).patch(f"/v1/documents/{document}", json={"release_original": True})
    assert status(office, document) == 200
    again = f"关于会议的通知\n\n联系电话{PHONE}，手机13900139000。\n".encode()
    assert given(office, "通知.txt", again) == document
    assert status(office, document) == 404


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("word/comments.xml", f"<w:comments><w:t>请打 {PHONE}</w:t></w:comments>".encode()),
        ("docProps/custom.xml", b"<p>someone@example.org</p>"),
        ("word/hidden.xml", b"<w:p><w:t>1380</w:t></w:r><w:r><w:t>0138000</w:t></w:p>"),
        ("word/ref.xml", b"<a>&#49;3800138000</a>"),
        ("word/media/image9.png", b"\x89PNG"),
        ("word/embeddings/oleObject1.bin", b"\xd0\xcf\x11\xe0"),
        ("word/_rels/a.rels", f'<R Target="tel:{PHONE}"/>'.encode()),
        ("word/alt.xml", f"<p descr='张三 {PHONE}'/>".encode()),
        ("word/wide.xml", f"<p>{PHONE}</p>".encode("utf-16")),
        ("word/note.xml", f"<p/><!-- {PHONE} -->".encode()),
        ("word/near.xml", f"<a>{PHONE}</a><b>2026</b>".encode()),
    ],
)
def test_what_is_hidden_in_a_file_keeps_it_back(
    office: Institution, part: str, content: bytes
) -> None:
    packed = io.BytesIO(docx({}))
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(part, content)
    document = given(office, "办法.docx", packed.getvalue())
    assert status(office, document) == 404
    assert status(office, document, MEMBER) == 200


def test_a_hidden_sheet_keeps_a_workbook_back(office: Institution) -> None:
    for hidden in (False, True):
        book = openpyxl.Workbook()
        book.active.append(["单位", "数量"])
        book.active.append(["泊阳学院", 120])
        if hidden:
            book.create_sheet("联系").append(["顾某某", PHONE])
            book["联系"].sheet_state = "veryHidden"
        saved = io.BytesIO()
        book.save(saved)
        document = given(office, f"报量{hidden}.xlsx", saved.getvalue())
        assert status(office, document) == (404 if hidden else 200)


@pytest.mark.parametrize(
    "text",
    [f"[张三](tel:{PHONE})", "[张三](mailto:a@example.org)", f"<!-- {PHONE} -->", f"``` {PHONE}"],
)
def test_what_markdown_does_not_show_keeps_it_back(office: Institution, text: str) -> None:
    plain = "# 关于开会的通知\n\n请各单位按时参加会议。\n"
    assert status(office, given(office, "通知.md", plain.encode())) == 200
    assert status(office, given(office, "另一.md", f"{plain}\n{text}\n".encode())) == 404


def annotated(writer: PdfWriter) -> None:
    writer.add_annotation(0, Text(text=f"联系张三 {PHONE}", rect=(50, 50, 90, 90)))


def linked(writer: PdfWriter) -> None:
    writer.add_annotation(0, Link(rect=(50, 50, 90, 90), url="mailto:zhang@example.org"))


def pictured(writer: PdfWriter) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PDF")
    writer.pages[0].merge_page(PdfReader(picture).pages[0])


@pytest.mark.parametrize(
    "hide",
    [
        lambda writer: None,
        annotated,
        linked,
        pictured,
        lambda writer: writer.add_metadata({"/Author": f"张三 {PHONE}"}),
        lambda writer: writer.add_outline_item(title=f"张三 {PHONE}", page_number=0),
        lambda writer: writer.add_attachment("名单.txt", PHONE.encode()),
        lambda writer: writer.encrypt("", "owner"),
    ],
    ids="nothing note link picture author bookmark attachment locked".split(),
)
def test_what_a_pdf_hides_keeps_it_back(
    office: Institution, hide: Callable[[PdfWriter], object], request: pytest.FixtureRequest
) -> None:
    writer = PdfWriter(clone_from=next(CORPUS.glob("*理事会第四次会议纪要.pdf")))
    hide(writer)
    made = io.BytesIO()
    writer.write(made)
    document = given(office, "纪要.pdf", made.getvalue())
    hides = "nothing" not in request.node.name
    assert status(office, document) == (404 if hides else 200)


def test_an_earlier_version_inside_a_pdf_keeps_it_back(office: Institution) -> None:
    held = next(CORPUS.glob("*理事会第四次会议纪要.pdf")).read_bytes()
    assert status(office, given(office, "纪要.pdf", held + b"\n%%EOF\n")) == 404


def test_a_kind_of_file_that_cannot_be_looked_into_is_kept_back(office: Institution) -> None:
    page = "<html><body><h1>关于开会的通知</h1><p>请各单位按时参加会议。</p></body></html>"
    document = given(office, "通知.html", page.encode())
    assert [status(office, document, audience) for audience in Audience] == [404, 200, 200]


def test_only_a_pdf_is_shown_in_the_browser_and_only_when_asked(office: Institution) -> None:
    source = next(CORPUS.glob("*理事会第四次会议纪要.pdf"))
    pdf = given(office, "纪要.pdf", source.read_bytes())
    text = office.id_of("江岚省高校后勤协会章程")
    client = office.client()
    for document, view, shown in ((pdf, "1", True), (pdf, "0", False), (text, "1", False)):
        answer = client.get(f"/v1/documents/{document}/original", params={"view": view})
        kind = answer.headers["content-disposition"].partition(";")[0]
        assert (answer.status_code, kind) == (200, "inline" if shown else "attachment")
    assert client.get(f"/v1/documents/{pdf}/original").headers["content-type"] == "application/pdf"


@pytest.mark.parametrize(
    "name", ["通\u202e知.txt", 'a"; filename="b.txt', "a\nb.txt", "<b>&.txt", "e\u0301.txt"]
)
def test_a_download_has_a_safe_name(office: Institution, name: str) -> None:
    document = given(office, name, "关于开会的通知\n\n请各单位按时参加会议。\n".encode())
    answer = office.client().get(f"/v1/documents/{document}/original")
    said = answer.headers["content-disposition"]
    assert answer.status_code == 200 and said.isascii() and said.isprintable()
    assert "%E2%80%AE" not in said and "%0A" not in said and said.count('"') in (0, 2)


def test_of_another_audiences_document_nobody_learns_that_there_is_a_file(
    office: Institution,
) -> None:
    theirs, none = office.id_of("秘书长"), "000000000000"
    answers = [
        office.client(MEMBER).get(f"/v1/documents/{document}/original")
        for document in (theirs, none)
    ]
    assert answers[0].status_code == answers[1].status_code == 404
    assert answers[0].json() == answers[1].json()
    assert dict(answers[0].headers) == dict(answers[1].headers)
