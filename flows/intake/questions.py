"""What is not sure of a sheet is asked, where somebody sits at the terminal."""

from collections.abc import Callable

from flows.intake.mapping import Column
from flows.intake.names import contract
from flows.intake.plan import Planned

MOST_WORDS = 12  # unknown words of a column that are asked for, the commonest first
LEAVE = "-"

Ask = Callable[[str, list[str]], str]  # a question and its answers, of which one comes back; "" is none of them


def settle(planned: Planned, ask: Ask) -> bool:
    """Asks what a sheet holds, where its missing columns are, and what its unknown words mean.

    Args:
        planned: is put right by the answers.
        ask: puts one question.

    Returns:
        Whether an answer changed anything.
    """
    changed = False
    if planned.sheet is None:
        return False
    if planned.mapping is None or planned.recognised and planned.recognised.rival:
        told = planned.entity or "nothing that is known"
        if entity := ask(f"{planned.label} looks like {told}. What is one of its rows?", list(contract())):
            planned.recognise(entity)
            changed = True
    if planned.mapping is None:
        return changed
    table = planned.mapping.tables[planned.entity]
    for name, may in (planned.recognised.missing if planned.recognised else {}).items():
        others = [header for header in planned.sheet.header if header not in may]
        if header := ask(f"{planned.label}: which column is {planned.entity}.{name}?", [*may, *others]):
            read = "month" if name in ("month", "period_start") else "text"
            table.columns[name], changed = Column.model_validate({"from": header, "read": read}), True
    if changed:
        planned.mapping.columns = []
        planned.work_out()
    for rows in planned.outcome.tables if planned.outcome else ():
        column_of = {column.name: column for column in contract()[rows.entity].columns}
        for name, unknown in rows.unknown.items():
            allowed = list(column_of[name].values) or ["yes", "no"]
            for value, count in unknown.most_common(MOST_WORDS):
                if meant := ask(
                    f"{planned.label}: what does {value!r} ({count}) mean as {rows.entity}.{name}?", allowed
                ):
                    planned.mapping.tables[rows.entity].columns[name].words[value] = meant
                    changed = True
    if changed:
        planned.work_out()
    return changed
