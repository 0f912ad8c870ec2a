"""What the API says of a quote: only what stands in the passage it names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.model import Audience, Hit
from index.quote import Quote
from index.records import StoredDocument
from index.shown import FoundDocument
from service.wire import quote_json

TEXT = "第三条 会费每年2000元。逾期催缴。"
HIT = Hit(7, ("第二章 收取",), "第三条", (2, 2), TEXT, (), 0.5, {})
FOUND = FoundDocument(
    StoredDocument(
        document_id="d1", version=1, audience=Audience.PUBLIC, content_hash="", reader_version=1,
        format="txt", title="会费管理办法", number=None, number_key=None, letterhead=None,
        issuer=None, date=None, site=None, url=None, types=(), years=(), authority=None,
        source="会费管理办法.txt",
    ),
    1.0,
    (HIT,),
)  # fmt: skip
START = TEXT.index("逾期")
QUOTE = Quote("逾期催缴。", "d1", 7, (2, 2), "第三条", START, len(TEXT))


def test_a_quote_that_stands_there_is_told_with_its_place() -> None:
    assert quote_json(QUOTE, [FOUND]) == {
        "quote": "逾期催缴。",
        "document_id": "d1",
        "passage_id": 7,
        "start": START,
        "end": len(TEXT),
        "page": [2, 2],
        "address": "第三条",
    }
    assert quote_json(None, [FOUND]) is None


@pytest.mark.parametrize(
    "false",
    [
        replace(QUOTE, text="会费每年3000元。"),
        replace(QUOTE, start=START - 1),
        replace(QUOTE, text="", start=len(TEXT)),
        replace(QUOTE, passage_id=8),
        replace(QUOTE, document_id="d2"),
    ],
)
def test_a_quote_that_does_not_stand_there_is_not_told(
    false: Quote, caplog: pytest.LogCaptureFixture
) -> None:
    assert quote_json(false, [FOUND]) is None
    assert "passage" in caplog.text
