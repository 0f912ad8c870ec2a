"""How much weight the source of a document has: one of `index.model.AUTHORITIES`.

0 lays down or decides (章程, 办法, 通知, 纪要), 1 tells of it (总结, 要点, 新闻), 3 was copied by
somebody else. Telling rules from notices too would push notices under rules that say less
(docs/quality.md). An office that knows better writes `authority = 0` into the file's sidecar.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_DECIDES = frozenset(
    "章程 办法 规定 细则 条例 规则 规程 准则 守则 制度 规范 标准 公约 法 令 决定 决议 "
    "通知 公告 通告 通报 公报 公示 纪要 意见 批复 函 方案 预案 名单 "
    "指引 指南 手册 须知 要求 解释 答复 议案".split()
)
# 后勤信息港, 工作范文网, 教育在线; not 江岚省高等院校后勤协会, 某某协会网, 省教育厅网站
_SITE_WORD = re.compile(r"(?:官方网站|官网|网站|网|门户)$")
_BODY = re.compile(r"(?:会|部|处|室|局|厅|院|校|署|委|大学|政府|中心|集团|公司|联盟)$")
_MEDIUM = re.compile(r"(?:港|在线|资讯|论坛|文库|头条|时报|日报|晚报|快讯|博客|之家|平台|公众号)$")


def authority(
    types: Collection[str], number: str | None, publisher: str | None, site: str | None
) -> int:
    """`publisher` is whose web site the page was on, `site` the source that the page names."""
    if any(name is not None and is_third_party(name) for name in (publisher, site)):
        return 3
    return 0 if number is not None or not _DECIDES.isdisjoint(types) else 1


def is_third_party(name: str) -> bool:
    """Whether a site's name is that of a medium, not of the body whose documents it shows."""
    name = name.strip()
    bare = _SITE_WORD.sub("", name)
    if _BODY.search(bare):
        return False
    return bare != name or _MEDIUM.search(name) is not None
