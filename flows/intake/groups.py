"""Reports with groups, as 1C prints them: a line of a customer, below it lines of its documents, below these their products.

The names of the levels stand one below the other at the head of the first column. A line's level is its outline, its indent or the
blanks before its text; where the file has none of them, the sums tell it: a group is what its lines add up to. What comes out has a
line for each innermost line, with the names of its groups in columns of their own. Lines of groups and of totals are left out, and
what is left is held against them.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from flows.intake.names import knows
from flows.intake.sheets import Sheet, is_total
from flows.intake.values import number, shown

ROUNDING = Decimal("0.01")  # what one line may be off by
BETWEEN = re.compile(r"\s*[/\\,;]\s*")  # names of levels in one cell: Менеджер / Контрагент
MOST_LINES = 100_000  # of a report; what is longer is a list, whatever blanks its lines begin with
DEEPEST = 8  # levels of a workbook's outline

Line = tuple[int, list[str | None]]


def ungrouped(sheet: Sheet) -> Sheet:
    """The innermost lines of a report with groups; any other sheet as it is.

    A report that does not add up, or whose levels can't be told, comes with a trouble.
    """
    if len(sheet.header) < 2:
        return sheet
    names = [sheet.header[0]]
    for _, cells in sheet.rows[: DEEPEST + 1]:
        if len(names) > DEEPEST or not _names_a_level(sheet.header, cells):
            break
        names.append(cells[0] or "")
    stacked = len(names) > 1
    names = names if stacked else BETWEEN.split(sheet.header[0])
    if not stacked and len(sheet.rows) > MOST_LINES:
        return sheet
    levels = sheet.levels(stacked)
    if not stacked and len(set(levels.values())) < 2:
        return sheet
    lines = sheet.rows[len(names) - 1 if stacked else 0 :]
    totals = [one for one in lines if is_total(one[1])]
    lines = [one for one in lines if one[1][0] and not is_total(one[1])]
    depths = _depths(lines, levels) or _summed(lines, len(names))
    if depths is None or max(depths, default=0) == 0:
        return _in_trouble(sheet, "its groups can't be told from its lines") if stacked else sheet
    adding = _adding(lines, depths)
    if not adding:
        return _in_trouble(sheet, "no column of its groups adds up to them") if stacked else sheet
    if max(depths) + 1 != len(names):
        told = f"its lines stand on {max(depths) + 1} levels, and its head names {len(names)}: {', '.join(names)}"
        return _in_trouble(sheet, told)
    return _laid(sheet, names, lines, depths, totals, adding)


def _names_a_level(header: list[str], cells: list[str | None]) -> bool:
    """Whether a line below the header goes on naming levels: a known name, with nothing beside it but the header's own merged cells."""
    beside = [cell == name for cell, name in zip(cells[1:], header[1:]) if cell]
    return bool(cells[0]) and all(beside) and (bool(beside) or knows(cells[0] or ""))


def _depths(lines: list[Line], levels: dict[int, int]) -> list[int] | None:
    """How deep each line stands, counted from 0; None if all stand alike."""
    told = sorted({levels.get(line, 0) for line, _ in lines})
    return [told.index(levels.get(line, 0)) for line, _ in lines] if len(told) > 1 else None


def _amounts(cells: list[str | None]) -> list[Decimal | None]:
    return [number(cell) if cell else None for cell in cells]


def _summed(lines: list[Line], deep: int) -> list[int] | None:
    """How deep each line stands, where the sums alone tell it; None if they don't."""
    amounts = [_amounts(cells)[1:] for _, cells in lines]
    sure = [at for at in range(len(amounts[0]) if amounts else 0) if all(one[at] is not None for one in amounts)]
    for at in reversed(sure):
        depths = [0] * len(lines)
        place: int | None = 0
        while place is not None and place < len(lines):
            place = _closed(place, 0, deep, [one[at] or Decimal() for one in amounts], depths)
        if place is not None and lines:
            return depths
    return None


def _closed(place: int, depth: int, deep: int, amounts: list[Decimal], depths: list[int]) -> int | None:
    """The first line behind a group that begins at a place; None if its lines never add up to it."""
    depths[place] = depth
    if depth == deep - 1:
        return place + 1
    total, inner, count = Decimal(), place + 1, 0
    while inner < len(amounts):
        total, first, count = total + amounts[inner], inner, count + 1
        behind = _closed(first, depth + 1, deep, amounts, depths)
        if behind is None:
            return None
        inner = behind
        if abs(total - amounts[place]) <= ROUNDING * count:
            return inner
    return None


def _children(depths: list[int]) -> Iterator[tuple[int, list[int]]]:
    """Each line of a group, and the lines right below it."""
    for at, depth in enumerate(depths):
        end = next((one for one in range(at + 1, len(depths)) if depths[one] <= depth), len(depths))
        if end > at + 1:
            yield at, [one for one in range(at + 1, end) if depths[one] == depth + 1]


def _adding(lines: list[Line], depths: list[int]) -> dict[int, list[int]]:
    """The columns whose lines add up to most of their groups, each with the groups that they don't add up to."""
    amounts = [_amounts(cells) for _, cells in lines]
    groups = list(_children(depths))
    found = {}
    for column in range(1, len(amounts[0])):
        told = [(at, inner) for at, inner in groups if amounts[at][column] is not None]
        wrong = [at for at, inner in told if not _is_sum(amounts[at][column], (amounts[one][column] for one in inner))]
        if told and len(wrong) * 2 < len(told):
            found[column] = wrong
    return found


def _is_sum(total: Decimal | None, parts: Iterable[Decimal | None]) -> bool:
    told = [one or Decimal() for one in parts]
    return abs((total or Decimal()) - sum(told, Decimal())) <= ROUNDING * (len(told) + 1)


def _laid(
    sheet: Sheet,
    names: list[str],
    lines: list[Line],
    depths: list[int],
    totals: list[Line],
    adding: dict[int, list[int]],
) -> Sheet:
    deepest = max(depths)
    rows, above = [], [""] * (deepest + 1)
    for (line, cells), depth in zip(lines, depths, strict=True):
        above[depth] = cells[0] or ""
        if depth == deepest:
            rows.append((line, [*above, *cells[1:]]))
    long = replace(sheet, header=[*names, *sheet.header[1:]], rows=rows, letters=[], notes=list(sheet.notes))
    long.troubles, long.rejects = list(sheet.troubles), list(sheet.rejects)
    long.notes.append(f"a report with groups, {' → '.join(names)}: {len(lines) - len(rows)} lines of groups left out")
    long.rejects += [(line, "a total, no record") for line, _ in totals]
    for column, wrong in adding.items():
        name, parts = sheet.header[column], [_amounts(cells)[column - 1 + len(names)] for _, cells in rows]
        for at in wrong:
            long.troubles.append(
                f"the lines below line {lines[at][0]} do not add up to its {name}: a line is missing or stands twice"
            )
        for line, cells in totals[-1:]:
            if (total := _amounts(cells)[column]) is not None and not _is_sum(total, parts):
                added = sum((one or Decimal() for one in parts), Decimal())
                long.troubles.append(
                    f"its lines add up to {shown(added)} of {name}, and its total, line {line}, says {shown(total)}"
                )
            elif total is not None:
                long.notes.append(f"its lines add up to the total of {name}, line {line}")
    return long


def _in_trouble(sheet: Sheet, why: str) -> Sheet:
    told = (
        f"a report with groups, but {why}. Save it from 1C as .xlsx, which keeps the groups, or put the groupings"
        " into columns of their own (1C: Настройки → Структура, a detailed table)"
    )
    return replace(sheet, troubles=[*sheet.troubles, told])
