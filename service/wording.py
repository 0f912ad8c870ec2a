"""How things are called on the pages: read them aloud to an office clerk before changing one."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Filters a person can take away again, in the order shown, with their names on the page.
FILTERS = {
    "type": "文种",
    "issuer": "发文单位",
    "year": "年份",
    "number": "发文字号",
    "date_from": "不早于",
    "date_to": "不晚于",
}
PARAMETERS = ("q", "mode", *FILTERS, "sort", "limit", "offset")
MODES = {"hybrid": "综合", "keyword": "按字词", "semantic": "按意思"}
SORTS = {"relevance": "相关度", "date": "日期"}
PAGE_SIZE = 10
# Kinds of file whose page numbers mean something to a reader even when there is only one.
_PAGED = (".pdf", ".ofd", ".tif", ".tiff", ".png", ".jpg", ".jpeg", ".pptx")


def date_zh(date: str | None) -> str:
    """`2024-06-25` as 2024年6月25日, as precise as given; anything else as it stands."""
    if not date:
        return ""
    if not re.fullmatch(r"\d{4}(-\d\d){0,2}", date):
        return date
    parts = zip(date.split("-"), "年月日", strict=False)
    return "".join(f"{int(number)}{unit}" for number, unit in parts)


def pages_zh(page: int | Sequence[int], source: str | None) -> str:
    """第3页 or 第3至4页; nothing for a kind of file that has no pages of its own."""
    first, last = (page, page) if isinstance(page, int) else (page[0], page[-1])
    if last <= 1 and not (source or "").lower().endswith(_PAGED):
        return ""
    return f"第{first}页" if first == last else f"第{first}至{last}页"
