"""Why a document stands where it does, in plain Chinese; what each reason is worth adds up to its
score."""

from __future__ import annotations

from typing import Any

from index.coverage import CLOSENESS, COVERAGE
from index.fusion import KEYWORD, OFFER, SEMANTIC
from index.model import Hit
from index.offers import EDITION, NAMED
from index.quote import QUOTED
from index.shown import FoundDocument

_WORDS_NAMED = 6
_WISHES = {
    NAMED: "标题就是所问",
    QUOTED: "摘录的句子出自本文件",
    EDITION: "有更新的版本",
    "number": "文号相符",
    "issuer": "单位相符",
    "type": "文种相符",
    "period": "时间相符",
}
_AUTHORITY = {1: "是总结或报道，排在规定和通知之后", 2: "来源不如规定和通知权威", 3: "是他人转载"}


def reasons(found: FoundDocument) -> list[dict[str, Any]]:
    """`[{"text", "score"}]`, the best passage's first; empty for a document that was listed."""
    if not found.hits:
        return []
    best = max(found.hits, key=lambda hit: hit.score)
    told = [(_of_passage(name, best), gain) for name, gain in best.parts.items()]
    told += [(_WISHES[name], gain) for name, gain in found.wished.items()]
    told += [(_AUTHORITY.get(found.document.authority or 0, "来源"), found.prior)]
    told += [("按本单位标注的问题调整", found.tuned)]
    rest = found.score - sum(gain for _, gain in told)
    told += [("同一份文件里还有相关的段落", rest)]
    return [{"text": text, "score": round(gain, 6)} for text, gain in told if abs(gain) >= 5e-7]


def _of_passage(part: str, hit: Hit) -> str:
    if part == KEYWORD:
        words = list(dict.fromkeys(hit.text[start:end] for start, end in hit.marks))
        said = "、".join(words[:_WORDS_NAMED])
        others = "、".join(f"{typed}→{other}" for typed, other in hit.others)
        return "；".join(filter(None, (f"字词相符：{said}", f"同义 {others}" if others else "")))
    if part == SEMANTIC:
        rank = hit.why[SEMANTIC].rank
        return f"语义第 {rank}" if rank else "意思相近"
    return {
        COVERAGE: "问题里的词多在这一段",
        CLOSENESS: "这些词离得近",
        OFFER: "正是所问的条款或标题",
    }[part]
