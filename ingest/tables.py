"""Tables as an office sees them, whatever the format: columns, merged cells, names of columns.

What is said of a row is here once, so that Word, web pages and PDF say it alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from index.model import Paragraph
from ingest.breaks import join
from ingest.lines import Block

# More places than this are no table that anyone reads; its cells stay as they come.
_MAX_PLACES = 2_000_000
MAX_SPAN = 200  # a page of 1,000 columns is a trick

_NAME_CHARS = 16  # "联系人及电话（手机、办公）" is a name; longer is a value
# Matches what names a column by its last word: "姓名", "工作单位", "会费标准（元）", "第一季度";
# not "苏明远", "江岚大学", "一千元".
_LABEL = re.compile(
    r"[^0-9。；！？，、：:]{0,12}(?:序号|编号|文号|案号|名称|姓名|性别|年龄|民族|单位|部门|院校|学校|职务|职称|岗位|角色"
    r"|电话|手机|电话号码|手机号码?|邮箱|地址|邮编|微信|联系人|联系方式|负责人|主持人|责任人|经办人|人员|人数"
    r"|时间|日期|年度|月份|季度|期限|地点|场所|类别|类型|种类|项目|事项|内容|要求|标准|等级|级别|学历|专业"
    r"|数量|单价|金额|合计|总计|小计|会费|费用|经费|预算|比例|得分|分值|分数|成绩|名次|排名|指标|任务|措施"
    r"|状态|情况|结果|说明|描述|备注|用途|来源|题目|主题|材料|文件|规格|型号|品牌|片区|区域|省份|城市)"
    r"(?:\s?[（(][^（()）]{1,10}[)）])?"
)
_YEAR = re.compile(r"[12][0-9]{3}\s?年[^。]{0,10}")  # matches "2024年预算"; not "2024年3月1日。"
_DIGIT = re.compile(r"[0-9０-９]")
# Matches a sentence, and a form's "姓名："; not "甲、乙".
_SENTENCE = re.compile(r"[。；;！!？?]|[：:_＿]\s?$")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as the format gives it: how many columns and rows it covers.

    `above` marks the lower part of a merged cell where the format writes one.
    """

    text: str
    across: int = 1
    down: int = 1
    above: bool = False


def rows_as_said(
    rows: Sequence[Sequence[Cell]], declared: Sequence[bool], bold: Sequence[bool]
) -> list[Block]:
    """The rows of one table, empty ones too: the text says a merged value once, the cells
    wherever it holds. `declared` are the rows that the format calls heads."""
    grid = _grid(rows)
    flags = headers(grid, declared, bold)
    return [
        Block(said([c.text for c in row]), bold=heavy, kind="row", cells=cells, header=flag)
        for row, cells, heavy, flag in zip(rows, grid, bold, flags, strict=True)
    ]


def said(cells: Sequence[str]) -> str:
    return " | ".join(cell for cell in cells if cell)


def _grid(rows: Sequence[Sequence[Cell]]) -> list[tuple[str, ...]]:
    """Every row with one value a column; columns are counted where at least one cell begins."""
    widest = max((sum(cell.across for cell in row) for row in rows), default=0)
    widest += sum(cell.across for row in rows for cell in row if cell.down > 1)
    if widest * len(rows) > _MAX_PLACES:
        return [tuple(cell.text for cell in row) for row in rows]
    placed = _placed(rows)
    starts = sorted({start for row in placed for start, _ in row})
    grid: list[tuple[str, ...]] = []
    for row in placed:
        values = dict.fromkeys(starts, "")
        for start, cell in row:
            for column in range(start, start + cell.across):
                if column in values:
                    values[column] = cell.text
        grid.append(tuple(values[start] for start in starts))
    return grid


def _placed(rows: Sequence[Sequence[Cell]]) -> list[list[tuple[int, Cell]]]:
    """Each row's cells with the column where they begin, those reaching down from above too."""
    placed: list[list[tuple[int, Cell]]] = []
    reaching: dict[int, Cell] = {}  # by column: cells of earlier rows, with the rows left in `down`
    last: dict[int, Cell] = {}
    for row in rows:
        now = dict(reaching)
        taken = {at + n for at, cell in reaching.items() for n in range(cell.across)}
        column = 0
        for cell in row:
            while column in taken:
                column += 1
            if cell.above and not cell.text and column in last:
                cell = replace(cell, text=last[column].text)
            now[column] = cell
            column += cell.across
        placed.append(sorted(now.items(), key=lambda item: item[0]))
        reaching = {at: replace(c, down=c.down - 1) for at, c in now.items() if c.down > 1}
        last = now
    return placed


def headers(
    grid: Sequence[Sequence[str]], declared: Sequence[bool], bold: Sequence[bool]
) -> list[bool]:
    """Which rows name the columns: those the format calls so, else the first if it looks so.

    A row that says one thing across the whole table is its title.
    """
    told = [flag and len(set(row) - {""}) > 1 for row, flag in zip(grid, declared, strict=True)]
    flags = [False] * len(grid)
    if any(told) and not all(told):
        return told
    first: int | None = None
    for index, row in enumerate(grid[:3]):
        values = set(row)
        if len(values) == 1 and first is None:
            continue  # a title above the names, or an empty row
        if not may_name(row):
            break
        first = index if first is None else first
        heads = grid[first : index + 1]
        spanned = _are_spanned(heads)
        if len(values) == len(row) or spanned:
            below = [row for row in grid[index + 1 :] if any(row)]
            marked = bold[index] and not all(bold)
            if below and (spanned or _names_columns(row, below, marked)):
                flags[first : index + 1] = [True] * len(heads)
            break  # else a name over several columns: their own names follow
    return flags


def heads_above(paragraphs: Iterable[Paragraph]) -> Iterator[tuple[Paragraph, ...]]:
    """For each paragraph the rows that name its columns; none for what is no row under such."""
    heads: tuple[Paragraph, ...] = ()
    begun = False
    for paragraph in paragraphs:
        fits = bool(heads) and len(paragraph.cells) == len(heads[0].cells)
        if paragraph.header:
            heads = (*heads, paragraph) if fits and not begun else (paragraph,)
        elif not fits:
            heads = ()
        begun = not paragraph.header
        yield heads if begun else ()


def column_names(heads: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """One name a column where several rows name them: 产量 over 2022年 is 产量2022年."""
    names: list[str] = []
    for column in zip(*heads, strict=True):
        name = ""
        for part, _ in groupby(filter(None, column)):  # a cell that reaches down is said once
            name = join(name, part)
        names.append(name)
    return tuple(names)


def _are_spanned(heads: Sequence[Sequence[str]]) -> bool:
    """Whether merged cells alone show that rows name columns: over several columns stands a name
    that they share, all others reach down to the last row."""
    shared = held = 0
    for upper, lower in pairwise(heads):
        start = 0
        for _, same in groupby(upper):
            end = start + len(list(same))
            if end - start == 1 and upper[start] != lower[start]:
                return False
            held += end - start == 1
            shared += end - start > 1 and lower[start] != upper[start]
            start = end
    return bool(shared and held) and len(set(zip(*heads, strict=True))) == len(heads[0])


def _is_name(cell: str) -> bool:
    """Whether a cell could name a column: a short word, no value, no sentence."""
    if not cell or len(cell) > _NAME_CHARS or _SENTENCE.search(cell):
        return False
    digits = len(_DIGIT.findall(cell))
    return not digits or 2 * digits < len(cell) or _YEAR.fullmatch(cell) is not None


def is_label(cell: str) -> bool:
    """Whether a cell says what kind of thing stands below or beside it."""
    return _LABEL.fullmatch("".join(cell.split())) is not None  # "姓 名" is often spaced


def are_labels(cells: Sequence[str]) -> bool:
    return all(map(is_label, cells))


def may_name(cells: Sequence[str]) -> bool:
    """Whether a row could be the names of columns, as far as it can tell alone."""
    return len(set(cells)) > 1 and all(map(_is_name, cells))


def _names_columns(row: Sequence[str], below: Sequence[Sequence[str]], marked: bool) -> bool:
    """Whether the first row tells what the rows below are; it might be one of their kind.

    In a form whose first column says "姓名", "单位" downwards, the first row is such a pair too.
    """
    labels = sum(map(is_label, row))
    if labels < len(row) and sum(is_label(other[0]) for other in below) * 2 > len(below):
        return False
    if len(row) > 3 and any(sum(map(is_label, other)) > 1 for other in below):
        return labels == len(row)  # a form of two pairs to the row
    if marked or 2 * labels >= len(row):
        return True
    return any(
        _differs(name, [value for value in values if value])
        for name, *values in zip(row, *below, strict=True)
    )


def _differs(name: str, values: Sequence[str]) -> bool:
    """Whether a column's values are clearly of another kind than its name."""
    figures = sum(_DIGIT.search(value) is not None for value in values)
    bare = sum(not any(map(str.isalpha, value)) for value in values)
    if values and 2 * (bare if _DIGIT.search(name) else figures) > len(values):
        return True
    length = sum(map(len, values)) / max(len(values), 1)
    return length > max(12, 3 * len(name))
