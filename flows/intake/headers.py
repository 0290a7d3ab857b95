"""Headers over two lines: groups above, their columns below. A column then bears both names: «Заказ › Номер», «План › июль»."""

import csv
from pathlib import Path

from flows.intake.names import JOINED, knows, units_of
from flows.intake.values import DAY, number, period_of
from raw_views.csv_files import detect, layout, told_apart

Line = list[str | None]
Spans = dict[
    int, list[tuple[int, int]]
]  # by line, the first and the last place of each cell that is merged over columns
WITHIN = 60  # lines of a text in which its header is looked for


def lower_line(lines: list[Line], at: int, spans: Spans) -> int | None:
    """The second line of a header over two lines, counted from 0; None if the header is one line.

    Args:
        lines: of the sheet, all of one width.
        at: the line that names most columns; it may be either of the two.
        spans: the merged cells; a file that tells none shows its groups by the empty cells behind them.
    """
    for upper in (at - 1, at):
        if 0 <= upper < len(lines) - 1 and _is_pair(lines[upper], lines[upper + 1], spans.get(upper, [])):
            return upper + 1
    return None


def _is_pair(above: Line, below: Line, merged: list[tuple[int, int]]) -> bool:
    runs = merged or _runs(above, below)
    runs = [(first, last) for first, last in runs if last > first and above[first]]
    inner = [below[place] for first, last in runs for place in range(first, last + 1)]
    if len([cell for cell in above if cell]) < 2 or not runs or not all(inner) or not all(map(_is_name, below)):
        return False
    is_known = any(cell and knows(cell) for cell in inner)
    if merged:  # a record under a merged name may be all words too
        return is_known or any(cell and period_of(cell) for cell in (*above, *inner))
    return is_known and (len(runs) > 1 or len(set(inner)) < len(inner))


def _runs(above: Line, below: Line) -> list[tuple[int, int]]:
    """The first and the last place of each group whose further cells are empty above and filled below."""
    starts = [place for place, cell in enumerate(above) if cell]
    ends = [*starts[1:], 1 + max((place for place, cell in enumerate(below) if cell), default=-1)]
    return [(first, max(first, end - 1)) for first, end in zip(starts, ends)]


def _is_name(cell: str | None) -> bool:
    """Whether a cell of the second line may be a name: no number and no day, unless a period is told so."""
    return not cell or bool(period_of(cell)) or number(cell) is None and not DAY.fullmatch(cell)


def joined(above: Line, below: Line, merged: list[tuple[int, int]]) -> Line:
    """The names of the columns of a header over two lines."""
    group = list(above)
    for first, last in merged or _runs(above, below):
        group[first : last + 1] = [above[first]] * (last + 1 - first)
    return [_name(upper, own) for upper, own in zip(group, below)]


def _name(group: str | None, own: str | None) -> str | None:
    if not group or not own or group == own:
        return own or group
    outer, inner = period_of(group), period_of(own)
    if outer and inner:  # 2026 over январь, III квартал 2026 over июль
        return own if inner[1] or not outer[1] else f"{own} {outer[1]}"
    if outer:  # июль over план and факт
        return f"{own}{JOINED}{group}"
    bare, _ = units_of(group)
    unit = "" if units_of(own)[1] != 1 else group.strip()[len(bare) :].strip(" ,;()[].")
    return f"{bare if unit else group}{JOINED}{own}" + (f", {unit}" if unit else "")


def text_with_one_line(path: Path, expected, folder: Path) -> Path:
    """A text file whose header over two lines became one, with each record in its own line still; any other file as it is."""
    form = detect(path)
    _, delimiter, names = layout(path, expected)
    with form.opened(path) as stream:
        lines = [line for line, _ in zip(stream, range(WITHIN))]
    try:
        records = [next(csv.reader([line], delimiter=delimiter, strict=True), []) for line in lines]
    except csv.Error:  # a field over several lines
        return path
    width = max(map(len, records), default=0)
    cells: list[Line] = [[cell.strip() or None for cell in [*one, *[""] * (width - len(one))]] for one in records]
    at = next((at for at, one in enumerate(cells) if [cell or "" for cell in one][: len(names)] == names), None)
    lower = None if at is None else lower_line(cells, at, {})
    if lower is None:
        return path
    header = told_apart([cell or "" for cell in joined(cells[lower - 1], cells[lower], [])])
    target = folder / "one_line.csv"
    with form.opened(path) as stream, target.open("w", encoding="utf-8", errors=form.errors, newline="") as copy:
        for number_of, line in enumerate(stream):
            if number_of == lower:
                csv.writer(copy, delimiter=delimiter, lineterminator="\n").writerow(header)
            else:
                copy.write("\n" if number_of < lower else line)
    return target
