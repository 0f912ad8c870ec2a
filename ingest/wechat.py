"""Articles of WeChat accounts (公众号), where most associations publish: what stands where.

Their pages are alike to the name of an element, and a saved one has no word in common with other
sites: no breadcrumb, a date that only a script writes, buttons of the application as text.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from typing import Any

from ingest.breaks import tidy
from ingest.pagefacts import PageFacts

# var ct = "1719366600"; and var createTime = '2024-06-26 09:30';
_SECONDS = re.compile(r"\bct\s{0,3}=\s{0,3}[\"']([0-9]{10})[\"']")
_CREATED = re.compile(r"\bcreateTime\s{0,3}=\s{0,3}[\"']([12][0-9]{3}-[01][0-9]-[0-3][0-9])")
_DAY = re.compile(r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]")
_BEIJING = datetime.timezone(datetime.timedelta(hours=8))
# 点击上方蓝字关注我们, 长按识别二维码, END, PART 01; not 点击率 or 关注民生
_ORNAMENT = re.compile(
    r"[↑↓▲▼△▽\s]{0,9}(?:(?:请?点击|戳|轻触)(?:上方|下方|左下角|文末)?.{0,4}(?:蓝字|蓝色字|卡片|名片|阅读原文).{0,12}"
    r"|(?:长按|扫描|扫码|识别).{0,8}(?:二维码|关注).{0,12}|(?:欢迎|快来|记得)?关注(?:我们|本号|公众号).{0,8}"
    r"|(?:点(?:个|亮)|动动).{0,6}(?:在看|点赞|小手).{0,12}|[-—~·\s]{0,4}(?:THE )?END[-—~·\s]{0,4}"
    r"|(?:PART\.?\s?)?0[1-9]|PART\.?\s?[0-9]{1,2})[↑↓▲▼\s!！]{0,9}",
    re.IGNORECASE,
)


def article_of(root: Any) -> Any:
    """The element that holds the article, None for the page of another site."""
    return root.get_element_by_id("js_content", None)


def with_byline(facts: PageFacts, root: Any, source: str) -> PageFacts:
    """The facts with what the line under the title says: the account and the day. `source` is the
    page's own text, scripts included."""
    return replace(
        facts,
        title=_text(root, "activity-name") or facts.title,
        site=_text(root, "js_name") or facts.site,
        publisher=_text(root, "js_name") or facts.publisher,
        date=_day(_text(root, "publish_time") or "", source) or facts.date,
    )


def is_ornament(text: str) -> bool:
    """Whether a line asks the reader to follow the account, or only decorates."""
    return _ORNAMENT.fullmatch(text) is not None


def _text(root: Any, name: str) -> str | None:
    element = root.get_element_by_id(name, None)
    return None if element is None else tidy("".join(element.itertext())) or None


def _day(shown: str, source: str) -> str | None:
    written = _DAY.search(shown) or _CREATED.search(source)
    try:
        if written:
            return datetime.date.fromisoformat(written[written.lastindex or 0]).isoformat()
        seconds = _SECONDS.search(source)
        if seconds:
            return datetime.datetime.fromtimestamp(int(seconds[1]), _BEIJING).date().isoformat()
    except ValueError:
        pass
    return None
