"""How things are called on the pages: read them aloud to an office clerk before changing one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from index.model import Audience

# Who asks, as the page and the command call them.
NAMES = {Audience.PUBLIC: "公众", Audience.MEMBER: "会员单位", Audience.STAFF: "工作人员"}
# What became of a file, and of a job.
OUTCOMES = {
    "added": "新增",
    "updated": "更新",
    "unchanged": "未变",
    "duplicate": "重复",
    "renamed": "改名",
    "removed": "移除",
    "rejected": "未能读入",
}
JOB_KINDS = {"ingest": "收入", "delete": "删除", "tidy": "整理"}
JOB_STATES = {"queued": "等待", "running": "正在处理", "done": "完成", "failed": "没有成功"}
# Filters a person can take away again, in the order shown, with their names on the page.
FILTERS = {
    "type": "文种",
    "issuer": "发文单位",
    "year": "年份",
    "number": "发文字号",
    "date_from": "不早于",
    "date_to": "不晚于",
}
PARAMETERS = ("q", "mode", *FILTERS, "sort", "limit", "offset", "as_of", "literal", "aliases")
# What was understood of a question, as the page says it.
FINDINGS = {
    "phrase": "原文含",
    "exclude": "不含",
    "title": "标题含",
    "number": "文号",
    "field": "只找",
    "issuer": "优先单位",
    "type": "优先文种",
    "date": "优先时间",
    "clause": "优先条款",
    "alias": "也查近义说法",
}
# In what a pasted sentence differs from the one in a file.
DIFFERENCES = {
    "number": "数字不同",
    "date": "日期不同",
    "negation": "肯定与否定不同",
    "words": "文字不同",
}
# What was taken for something else: the notice says so, beside the way back.
RESPELLINGS = ("sound", "shape")
# What a reader of files was not sure of; docs/reading.md says when each is given.
WARNINGS = {
    "type_mismatch": "文件的扩展名与内容不符，已按内容读取",
    "has_macros": "文件带有宏，宏没有运行，也没有保留",
    "encoding_errors": "有些字符无法识别，原文的编码可能有误",
    "some_pages_need_ocr": "有的页是扫描图片，其中的文字没有读出",
    "low_ocr_confidence": "有些文字是从扫描图片识别的，把握不大，请对照原件",
    "unmapped_characters": "有些字的字体没有编码，没有读出",
    "bad_sidecar": "旁边的 .meta.toml 里有写法不对的项目，这些项目没有采用",
    "layout_unclear": "看不出原文怎样分段，已按原来的行保留，请核对",
    "title_is_type_only": "标题只有文种，没有写明是什么事",
    "dates_disagree": "文中的日期与发文字号的年份或印发日期对不上，请核对",
    "number_without_year": "发文字号没有写明年份，请核对",
    "numbering_gap": "条款或标题的编号不连续，可能有缺漏，请核对",
    "long_table": "含有很长的表格，请核对表头是否读对",
}
MODES = {"hybrid": "综合", "keyword": "按字词", "semantic": "按意思"}
SORTS = {"relevance": "相关度", "date": "日期"}
PAGE_SIZE = 10
# Kinds of file whose page numbers mean something to a reader even when there is only one.
_PAGED = (".pdf", ".ofd", ".tif", ".tiff", ".png", ".jpg", ".jpeg", ".pptx")

# What turns the direction of writing: it must not be carried into another's text by copying.
_TURNS = dict.fromkeys(
    map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)
# Marks of a title that stand inside of others: 《关于印发〈会费管理办法〉的通知》.
_INNER = str.maketrans("《》", "〈〉")


def title_zh(item: Mapping[str, Any]) -> str:
    return str(item["title"] or item["source"] or "（无标题）")


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


def address_zh(address: str) -> str:
    """附件 > 第二条 as a person would write it: 附件，第二条."""
    return address.replace(" > ", "，")


def size_zh(size: int) -> str:
    """12 KB, 3.4 MB; never 0 KB."""
    return f"{max(1, round(size / 1024))} KB" if size < 1_000_000 else f"{size / 1024**2:.1f} MB"


def citation_zh(document: Mapping[str, Any], passage: Mapping[str, Any] | None = None) -> str:
    """某协会《某办法》（某协〔2024〕3号），第十二条，第3页，2024年6月25日, without what is unknown.

    The issuer is named where the title does not begin with it; clause and page are those of
    `passage`.
    """
    title, issuer = title_zh(document), document["issuer"] or document["letterhead"] or ""
    place = passage or {"address": "", "page": 1}
    parts = (
        ("" if title.startswith(issuer) else issuer)
        + f"《{title.translate(_INNER)}》"
        + (f"（{document['number']}）" if document["number"] else ""),
        address_zh(place["address"]),
        pages_zh(place["page"], document["source"]) if passage else "",
        date_zh(document["date"]),
    )
    return " ".join("，".join(filter(None, parts)).translate(_TURNS).split())
