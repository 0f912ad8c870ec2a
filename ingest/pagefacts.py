"""What a web page says of itself: title, date, source and address. Unknown is None."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ingest.breaks import tidy
from ingest.cue import COLUMNS, is_organisation, title_types
from ingest.webblocks import WebBlock

_MAX_INFO_CHARS = 160
# Matches "发布时间：2019-11-05", "日期: 2019年1月5日"; not "活动时间：6 月".
_LABELLED_DATE = re.compile(
    r"(?:发布|发表|更新|录入|上传|成文|公布)?(?:时间|日期|于)?\s{0,3}[:：]?\s{0,3}"
    r"([12][0-9]{3})\s?[-/.年]\s?([01]?[0-9])\s?[-/.月]\s?([0-3]?[0-9])"
)
# Words that only the line under a title has; two of them, or one and a date, make an info line.
_INFO_WORD = re.compile(
    r"(?:发布|发表|更新|录入|上传)?(?:时间|日期)\s{0,3}[:：]|来源\s{0,3}[:：]|作者\s{0,3}[:：]"
    r"|(?:浏览|阅读|点击|查看)(?:次数|量|数)?\s{0,3}[:：]|本文已影响|(?:责任)?编辑\s{0,3}[:：]|字号\s{0,3}[:：]"
)
# Matches "来源：工作范文网 作者" up to the blank; not "来源于".
_SOURCE = re.compile(r"来源\s{0,3}[:：]\s{0,3}([^\s:：|｜【】\[\]()（）]{2,30})")
# Matches "发布时间：2019-11-05" and "时间:2021-08-23 08:38"; not "时间：2022年4月1日".
_PUBLISHED = re.compile(
    r"[\[【(（]?(?:(?:发布|发表|更新|录入|上传|公布)(?:时间|日期|于)\s{0,3}[:：]?\s{0,3}[12][0-9]{3}"
    r"|(?:时间|日期)?\s{0,3}[:：]?\s{0,3}[12][0-9]{3}\s?[-/.年]\s?[0-9]{1,2}\s?[-/.月]\s?[0-9]{1,2}日?"
    r"\s{1,3}[0-9]{1,2}:[0-9]{2})"
)
# Matches "某某协会 2024-11-06 18:20", who published and when; not "会议于 2024-11-06 召开".
_SIGNED_DAY = re.compile(
    r"[^\s，。；：]{2,20}\s{1,3}[12][0-9]{3}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?\s{1,3}[0-9]{1,2}:[0-9]{2}"
)
_ISO_DAY = re.compile(r"([12][0-9]{3})[-/.年]([01]?[0-9])[-/.月]([0-3]?[0-9])")  # "2019-11-05"
# Matches " - ", "_", " | " between the parts of a title element; not the hyphen in "7-9 月".
_TITLE_PARTS = re.compile(r"\s{0,3}[_|｜]\s{0,3}|\s{1,3}[-–—]{1,2}\s{1,3}|--")
_COLUMN_CHARS = 6
_META_TITLES = ("articletitle", "og:title")
_META_DATES = (
    "pubdate",
    "publishdate",
    "publish_time",
    "article:published_time",
    "og:release_date",
    "dc.date",
    "date",
)
_META_SITES = ("sitename", "og:site_name")
_NO_SITE = frozenset(("本站", "本站原创", "原创", "网络", "互联网", "未知", "转载", "本网"))
# What bodies do, and no name of one says: 协会召开座谈会, 比赛在某市举行.
_TOLD = re.compile(r"召开|举[行办]|开展|参[加观]|走访|调研|考察|启动|成立|圆满|赴")


@dataclass(frozen=True, slots=True)
class PageFacts:
    """`date` is an ISO day; `url` is absolute http or https."""

    title: str | None = None
    date: str | None = None
    site: str | None = None
    publisher: str | None = None
    url: str | None = None


def info_line(text: str) -> bool:
    """Whether a line tells when, whence and by whom, as stands under the title of a page."""
    if len(text) > _MAX_INFO_CHARS:
        return False
    if len(_INFO_WORD.findall(text)) >= 2:
        return True
    return _PUBLISHED.match(text) is not None or _SIGNED_DAY.fullmatch(text) is not None


def page_facts(root: Any, blocks: Sequence[WebBlock]) -> PageFacts:
    """Facts from visible lines first, because meta elements are often left from a template."""
    meta = _meta(root)
    lines = [block.text for block in blocks if info_line(block.text) and not block.navigation]
    return PageFacts(
        title=_title(root, blocks, meta),
        date=_first_day(lines) or _first_day([meta.get(name, "") for name in _META_DATES]),
        site=_source(lines) or next((meta[name] for name in _META_SITES if meta.get(name)), None),
        publisher=_publisher(root, meta),
        url=_address(root, meta),
    )


def _meta(root: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        name = (element.get("name") or element.get("property") or "").strip().lower()
        content = tidy(element.get("content") or "")
        if name and content:
            found.setdefault(name, content)
    return found


def _title(root: Any, blocks: Sequence[WebBlock], meta: dict[str, str]) -> str | None:
    element = next(root.iter("title"), None)
    whole = "" if element is None else tidy("".join(element.itertext()))
    heads = [text for text in _heads(blocks, 1) if not _is_site(text)]
    # The heading that the title element repeats; the other may be the name of the site.
    repeated = [text for text in heads if len(text) >= 2 and text in whole]
    if not heads:  # older pages set the title in bold or large type, not as a heading
        repeated = [text for text in _begun(blocks, whole) if not _is_site(text)]
    parts = _parts(whole)
    if repeated and (len(parts) < 2 or parts[-1] != repeated[0] or len(repeated) == 1):
        return repeated[0]
    for name in _META_TITLES:
        if meta.get(name):
            return meta[name] if meta[name] in heads else _headline(_parts(meta[name]))
    columns = _columns(blocks)
    own = [part for part in parts if part not in columns and not _is_site(part)]
    if heads:
        return heads[0]
    lower = [*_heads(blocks, 2), *_heads(blocks, 3)]
    return _headline(own) or (lower[0] if len(lower) == 1 else None)


def _heads(blocks: Sequence[WebBlock], rank: int) -> list[str]:
    return [b.text for b in blocks if b.block.outline == rank and not b.navigation]


def _begun(blocks: Sequence[WebBlock], whole: str) -> list[str]:
    """Texts with which the title element begins, broken into two or three lines where it is."""
    found = []
    for i, block in enumerate(blocks):
        if len(block.text) < 6 or not whole.startswith(block.text):
            continue
        text = block.text
        for other in blocks[i + 1 : i + 3]:
            if not whole.startswith(text + other.text):
                break
            text += other.text
        found.append(text)
    return found


def _columns(blocks: Sequence[WebBlock]) -> set[str]:
    """What short links are called, as columns are; the article itself may be linked too."""
    links = (b for b in blocks if b.navigation or b.linked * 2 > len(b.text))
    return {link.text for link in links if len(link.text) <= _COLUMN_CHARS} | COLUMNS


def _parts(whole: str) -> list[str]:
    return [part for part in _TITLE_PARTS.split(whole) if part]


def _is_site(part: str) -> bool:
    """Whether a part of the title element names the site or whose it is: 某某协会, 后勤网."""
    named = is_organisation(part) and not title_types(part) and not _TOLD.search(part)
    return named or re.search(r"(?:网|网站|官网|门户|平台)$", part) is not None


def _headline(parts: Sequence[str]) -> str | None:
    """The part of 标题 - 栏目 - 网站名 that is the title: the first, unless it is a mere 喜报."""
    return (parts[0] if len(parts[0]) >= 4 else max(parts, key=len)) if parts else None


def _publisher(root: Any, meta: dict[str, str]) -> str | None:
    """Whose site it is: as the page's data say, or the last part of 标题 - 栏目 - 网站名."""
    for name in _META_SITES:
        if meta.get(name):
            return meta[name]
    element = next(root.iter("title"), None)
    parts = _TITLE_PARTS.split(tidy("".join(element.itertext()))) if element is not None else []
    return parts[-1] if len(parts) > 1 and 2 <= len(parts[-1]) <= 30 else None


def _first_day(texts: Sequence[str]) -> str | None:
    for text in texts:
        for pattern in (_LABELLED_DATE, _ISO_DAY):
            match = pattern.search(text)
            day = _day(match) if match else None
            if day:
                return day
    return None


def _day(match: re.Match[str]) -> str | None:
    try:
        return datetime.date(int(match[1]), int(match[2]), int(match[3])).isoformat()
    except ValueError:
        return None


def _source(lines: Sequence[str]) -> str | None:
    for line in lines:
        match = _SOURCE.search(line)
        if match and match[1] not in _NO_SITE:
            return match[1]
    return None


def _address(root: Any, meta: dict[str, str]) -> str | None:
    links = [
        element.get("href") or ""
        for element in root.iter("link")
        if "canonical" in (element.get("rel") or "").lower().split()
    ]
    for address in [*links, meta.get("og:url", "")]:
        address = address.strip()
        try:
            parts = urlsplit(address)
        except ValueError:
            continue
        if parts.scheme in ("http", "https") and parts.netloc and len(address) <= 2000:
            return address
    return None
