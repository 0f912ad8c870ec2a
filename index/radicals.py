"""Characters that a PDF writes as look-alike radicals, set right for reading and asking alike."""

from __future__ import annotations

import re
import unicodedata

# With them U+2015, which fonts after the old tables of GB 2312 give for the dash.
_RADICAL = re.compile(r"[\u2e80-\u2fdf\uf900-\ufaff\u2015]")
# The radicals supplement that NFKC leaves as it is; and the one Kangxi radical, ⼾, whose glyph
# simplified fonts share with another character than NFKC's 戶 (all glyphs of Noto CJK SC compared).
RADICALS = dict(
    zip(
        "⺟⺠⻁⻄⻅⻆⻉⻋⻑⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⻳⻖⻏⻌⻎⺼⺮⺶⺷⺻⺾⻗⻊⻐⻒⻟⻫⻭⻯⻱⻱⻧⻪⺒⺓⼾",
        "母民虎西见角贝车长长门青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙龟阜邑辶辶肉竹羊羊聿艹雨足金长食齐齿竜亀龟卤黾巳幺户",
        strict=True,
    )
) | {"\u2015": "—"}


def repair_radicals(text: str) -> str:
    """`text` with the characters a PDF writes as look-alike radicals set right: ⾼ -> 高.

    One for one, so offsets stay. Only radicals, compatibility ideographs and U+2015 change.
    """
    return _RADICAL.sub(
        lambda match: RADICALS.get(match[0]) or unicodedata.normalize("NFKC", match[0]), text
    )
