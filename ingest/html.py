"""Web pages: the article without the site around it, with what the page says of itself.

trafilatura decides which text is the article, but it flattens style and loses short lines.
So its answer only points at the element that holds the article; the paragraphs, their
headings and emphasis are then read from that element. Where it finds too little, the element
with the most unlinked text is taken.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from index.errors import UnreadableDocument
from index.model import Dropped
from ingest import wechat
from ingest.encoding import Decoded, decode
from ingest.lines import Block, Reading
from ingest.noise import visible, without_noise
from ingest.pagefacts import PageFacts, info_line, page_facts
from ingest.webblocks import WebBlock, blocks_of
from ingest.wechat import is_ornament

_NEVER = (
    *("script", "style", "noscript", "template", "iframe", "frame", "object", "embed"),
    *("applet", "textarea", "select", "option", "button", "input", "datalist"),
    *("audio", "video", "canvas"),
)
_GONE = re.compile(r"display\s{0,3}:\s{0,3}none", re.IGNORECASE)  # not "display:inline"
_UNSEEN = re.compile(r"visibility\s{0,3}:\s{0,3}hidden", re.IGNORECASE)
# Matches 'charset=gb2312' and 'encoding="GBK"'; not 'charset=""'.
_CHARSET = re.compile(rb"(?:charset|encoding)\s{0,3}=\s{0,3}[\"']?\s{0,3}([A-Za-z0-9_\-]{2,20})")
# Matches "上一篇：…" and "【打印本页】"; not "打印机管理办法".
_FURNITURE = re.compile(
    r"[【\[（(<]{0,2}\s?(?:上一[篇条页]|下一[篇条页]|打印(?:本页|此页|$)|关闭(?:本页|窗口|[】\])]?$)|分享(?:到|至)"
    r"|返回(?:顶部|列表|首页)|预览时标签不可点|微信扫一扫|写留言|收藏\s?此内容|相关(?:新闻|链接|阅读|文章)|扫一扫|点击下载全文|您?(?:现在|当前)的?位置\s?[:：]|字号\s?[:：]|(?:发表评论|加入收藏)[】\])]|录入\s?[:：]|收藏本[页文])"
)
# 附件1：申报书, 报名表.docx: links that belong to the text
_FILE = re.compile(r"^附件|\.(?:docx?|xlsx?|pptx?|pdf|wps|et|zip|rar)\s?$", re.IGNORECASE)
# Copyright 2024, 京公网安备 11010502030000号, 版权所有：某某协会; not 著作权
_FOOT = re.compile(r"copyright|all rights reserved|版权所有|[IＩ]CP备|公网安备", re.IGNORECASE)
_MAX_FOOT = 160
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\ufffd]")  # not tab, line or form feed

# The article found must not be a small part of what the densest element holds.
_ENOUGH_SHARE = 0.4
_NEARLY_ALL = 0.95


def read_html(path: Path) -> Reading:
    """The main text of a web page.

    Raises UnreadableDocument: `too_deep`, `no_text`, `corrupt_html`.
    """
    return read_page(path.read_bytes())


def read_page(data: bytes, charset: str | None = None) -> Reading:
    """As `read_html`, of the bytes of a page; `charset` is what they came with says."""
    declared = _CHARSET.search(data[:8192])
    decoded = decode(data, charset or (declared[1].decode("ascii") if declared else None))
    root = _parse(decoded)
    _clean(root)  # meta elements survive it
    blocks = blocks_of(root)
    if not blocks:
        raise UnreadableDocument("no_text", "里没有文字")
    facts = page_facts(root, blocks)
    article = wechat.article_of(root)
    if article is None:
        article = _article(root, blocks, facts)
    else:
        facts = wechat.with_byline(facts, root, decoded.text)
    kept, dropped = _split(blocks, article, facts)
    kept, noise = without_noise(kept)
    title = visible(facts.title)[0].strip() if facts.title else None
    warnings = ("encoding_errors",) if decoded.errors else ()
    return Reading(
        format="html",
        blocks=tuple(kept),
        dropped=tuple(dropped + noise),
        warnings=warnings,
        title=title,
        date=facts.date,
        site=facts.site,
        publisher=facts.publisher,
        url=facts.url,
    )


def _parse(decoded: Decoded) -> Any:
    from lxml import etree, html

    # libxml2 stops at a depth of 256, so a nesting bomb costs nothing but must be reported
    parser = html.HTMLParser(encoding="utf-8", huge_tree=False)
    text = _CONTROLS.sub("", decoded.text)
    try:
        root = html.document_fromstring(text.encode("utf-8", "ignore"), parser=parser)
    except etree.ParserError as error:
        if _too_deep(parser):
            raise _depth_refusal() from error
        raise UnreadableDocument("no_text", "里没有文字") from error
    except etree.XMLSyntaxError as error:
        raise UnreadableDocument("corrupt_html", "不是可读的网页") from error
    if _too_deep(parser):
        raise _depth_refusal()
    return root


def _too_deep(parser: Any) -> bool:
    return any("depth" in str(entry.message).lower() for entry in parser.error_log)


def _depth_refusal() -> UnreadableDocument:
    return UnreadableDocument("too_deep", "标签嵌套过深，疑似恶意文件，已拒绝")


def _clean(root: Any) -> None:
    """Take out what is never shown: code, controls, comments, hidden elements."""
    from lxml import etree

    etree.strip_elements(root, *_NEVER, with_tail=False)
    etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
    for element in list(root.iter()):
        if element.get("hidden") is not None or _GONE.search(element.get("style") or ""):
            _drop(element)
    # An article is kept out of sight until its pictures are there, as 公众号 do; no ornament is
    # the better part of a page.
    unseen = [element for element in root.iter() if _UNSEEN.search(element.get("style") or "")]
    whole = len(_squeeze("".join(root.itertext()))) if unseen else 0
    for element in unseen:
        if 2 * len(_squeeze("".join(element.itertext()))) <= whole:
            _drop(element)


def _drop(element: Any) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _article(root: Any, blocks: Sequence[WebBlock], facts: PageFacts) -> Any:
    """The element that holds the article."""
    guide = _guide(root)
    found = [block for block in blocks if _squeeze(block.text) in guide]
    dense = _densest(blocks)
    reached = sum(len(block.text) for block in found)
    available = sum(len(b.text) for b in blocks if dense is not None and _inside(b.element, dense))
    if not found or reached < _ENOUGH_SHARE * available:
        return root if dense is None else dense
    return _holder([b for b in found if not _is_said(b, facts)] or found)


def _is_foot(text: str) -> bool:
    """Whether a line is the imprint of a site; a sentence of the text may speak of 版权所有."""
    return len(text) <= _MAX_FOOT and not text.endswith("。") and _FOOT.search(text) is not None


def _guide(root: Any) -> str:
    """What trafilatura takes for the article, without white space; '' when it finds none."""
    from copy import deepcopy

    import trafilatura
    from lxml import etree

    copy = deepcopy(root)
    etree.strip_attributes(copy, "colspan", "rowspan")  # it would lay out every cell they claim
    text = trafilatura.extract(copy, include_comments=False, include_tables=True, favor_recall=True)
    return _squeeze(text or "")


def _squeeze(text: str) -> str:
    return "".join(text.split())


def _is_said(block: WebBlock, facts: PageFacts) -> bool:
    """Title and info lines, which stand above the article and are returned as facts."""
    return block.text == facts.title or info_line(block.text)


def _holder(blocks: Sequence[WebBlock]) -> Any:
    """The innermost element around the blocks, never a lone paragraph itself.

    An outer element is left for one child when that holds nearly all the text and what it
    does not hold is no sentence: advertisements and headings of link lists beside the article.
    """
    paths = [[*block.element.iterancestors()][::-1] for block in blocks]
    holder = paths[0][0] if paths[0] else blocks[0].element
    members = list(range(len(blocks)))
    depth = 0
    while True:
        depth += 1
        weights: Counter[Any] = Counter()
        for index in members:
            if depth < len(paths[index]):
                weights[paths[index][depth]] += len(blocks[index].text)
        if not weights:
            return holder
        child = weights.most_common(1)[0][0]
        inner = [i for i in members if depth < len(paths[i]) and paths[i][depth] is child]
        within = set(inner)
        outer = [blocks[i] for i in members if i not in within]
        whole = sum(len(blocks[i].text) for i in members)
        if weights[child] < _NEARLY_ALL * whole or any(_is_prose(block.text) for block in outer):
            return holder
        holder, members = child, inner


def _is_prose(text: str) -> bool:
    return len(text) > 40 or text.endswith(("。", "！", "？", "；", "日"))


def _densest(blocks: Sequence[WebBlock]) -> Any:
    """The element with the most unlinked text near it; an ancestor counts half per step."""
    scores: Counter[Any] = Counter()
    for block in blocks:
        own = len(block.text) - 2 * block.linked
        if block.navigation or own < 15:
            continue
        share = float(own)
        for ancestor in list(block.element.iterancestors())[:3]:
            scores[ancestor] += int(share)
            share /= 2
    return scores.most_common(1)[0][0] if scores else None


def _inside(element: Any, holder: Any) -> bool:
    return element is holder or any(ancestor is holder for ancestor in element.iterancestors())


def _split(
    blocks: Sequence[WebBlock], article: Any, facts: PageFacts
) -> tuple[list[Block], list[Dropped]]:
    kept: list[WebBlock] = []
    dropped: list[Dropped] = []
    seen_prose = False
    for block in blocks:
        linked = block.linked * 2 > len(block.text) and not _FILE.search(block.text)
        if not _inside(block.element, article) or block.navigation or linked:
            if block.text != facts.title:
                dropped.append(Dropped(block.text, "navigation"))
        elif _FURNITURE.match(block.text) or _is_foot(block.text) or is_ornament(block.text):
            dropped.append(Dropped(block.text, "navigation"))
        elif not seen_prose and info_line(block.text):
            dropped.append(Dropped(block.text, "page_info"))
        elif not kept and block.text == facts.title:
            continue  # Reading.title says it
        else:
            kept.append(block)
            seen_prose = seen_prose or len(block.text) > 60
    if not kept:  # a page of headings or links only: better all of it than nothing
        kept, dropped = [b for b in blocks if not b.navigation] or list(blocks), []
    # Where a whole page is centred or bold, being so marks nothing.
    centred = sum(block.block.centred for block in kept) * 2 <= len(kept)
    bold = sum(block.block.bold for block in kept) * 2 <= len(kept)
    styled = (
        replace(b.block, centred=b.block.centred and centred, bold=b.block.bold and bold)
        for b in kept
    )
    return list(styled), dropped
