"""`kpi import` and `kpi check`: files are recognised, mapped, proved and loaded, and everything is told in plain words."""

import sys
from pathlib import Path

from flows.base.errors import ConfigError, LoadError
from flows.base.progress import during
from flows.base.settings import PROJECT, Settings
from flows.intake import load as loading
from flows.intake.mapping import SHIPPED, Column, Mapping, folder, read_mapping
from flows.intake.names import word, words
from flows.intake.plan import SHOWN, Planned, is_own, passed_over, plan, slug
from flows.intake.prove import Proof, prove
from flows.intake.questions import Ask, settle
from raw_views.scan import printable

WIDTH = 118
MOST_IGNORED = 40  # columns that are not used, of which more are only counted


def import_files(paths: list[Path], entity: str | None, ask: Ask | None, root: Path | None) -> int:
    """Loads files of other programs into the raw root, and keeps their mappings.

    Args:
        paths: files and folders.
        entity: what they hold, where that is told.
        ask: puts a question to whoever sits at the terminal; None = nobody does.
        root: the raw root; None = KPI_RAW_ROOT.

    Returns:
        The exit status: 0 all is loaded, 1 something was not.

    Raises:
        ConfigError: there is no raw root, or a mapping file is wrong.
    """
    settings = Settings.read()
    if not root and settings.is_demo:
        raise ConfigError(
            "There is no raw root: nobody has told where your data is to be kept",
            "Set KPI_RAW_ROOT to a folder of your own (it is made), or give --root",
        )
    planned = _planned(paths, entity, ask)
    with during("judging the rows as a build does"):
        proofs = prove(planned)
    _refuse(planned, proofs)
    for one in planned:
        print(told(one, proofs.get(id(one))))
    taken = [one for one in planned if one.is_taken]
    if taken:
        for one in taken:
            keep(one)
        try:
            with during("loading"):
                report = loading.load(taken, root or settings.raw_root)
        except LoadError as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            return 1
        print()
        print(report)
    return _last_line(planned, "loaded")


def check_files(paths: list[Path], entity: str | None) -> int:
    """Says what an import would do. Returns the exit status: 0 all can be loaded, 1 something can't. Raises ConfigError."""
    planned = _planned(paths, entity, None)
    with during("judging the rows as a build does"):
        proofs = prove(planned)
    _refuse(planned, proofs)
    for one in planned:
        print(told(one, proofs.get(id(one))))
    return _last_line(planned, "can be loaded")


def _planned(paths: list[Path], entity: str | None, ask: Ask | None) -> list[Planned]:
    if missing := [str(path) for path in paths if not path.exists()]:
        raise ConfigError(f"There is no file or folder {', '.join(missing)}", "Check the path")
    planned = plan(paths, entity)
    strange = [printable(path.name) for path in passed_over(paths)]
    if strange:
        shown = ", ".join(strange[:SHOWN]) + (", …" if len(strange) > SHOWN else "")
        print(f"\nNot looked at, for it is no kind of table that is read: {shown}")
    if not planned:
        raise ConfigError(
            "There is no file that can be read",
            "Give workbooks, CSV, TSV, Parquet or JSON files, or folders with them; unpack archives first",
        )
    for one in planned if ask else ():
        settle(one, ask)
    return planned


def _refuse(planned: list[Planned], proofs: dict[int, Proof]) -> None:
    """A sheet of which no row is accepted is not taken."""
    for one in planned:
        proof = proofs.get(id(one))
        if one.is_taken and proof and proof.is_empty(one.entity):
            one.problems.append(f"none of its rows is accepted as {one.entity}")


def _last_line(planned: list[Planned], done: str) -> int:
    left = [one for one in planned if not one.is_taken]
    print(f"\n{len(planned) - len(left)} of {len(planned)} tables {done}." + (" NOT taken: " if left else ""), end="")
    print(", ".join(one.label for one in left))
    if done == "loaded" and len(left) < len(planned):
        print("Next: `uv run dbt build`, then `uv run kpi status`.")
    return 1 if left else 0


def told(planned: Planned, proof: Proof | None = None) -> str:
    """What is known of a sheet, for its owner."""
    if planned.mapping is None:
        return "\n".join([f"\n{planned.label}: NOT taken", *(f"  {text}" for text in planned.problems)])
    by = "recognised by its columns" if planned.origin is None else f"by the mapping {_shown(planned.origin)}"
    lines = [f"\n{planned.label}: {planned.entity}, {by}" + ("" if planned.is_taken else ": NOT taken")]
    lines += [f"  PROBLEM: {text}" for text in planned.problems]
    for rows in planned.outcome.tables if planned.outcome else ():
        counts = f"{len(rows.rows)} rows" + (
            f", {proof.counts(rows.entity)}" if proof and rows.entity in proof.status else ""
        )
        lines.append(f"  {rows.entity}: {counts}")
        pairs = [f"{name} ← {_source(column)}" for name, column in planned.mapping.tables[rows.entity].columns.items()]
        pairs += [f"{name} = {value}" for name, value in planned.mapping.tables[rows.entity].constants.items()]
        lines += _wrapped("    ", pairs)
        lines += [f"    {text}" for text in (proof.problems(rows.entity) if proof else ())]
    if ignored := planned.ignored():
        more = [f"… and {len(ignored) - MOST_IGNORED} more"] if len(ignored) > MOST_IGNORED else []
        lines += _wrapped("  not used: ", [*ignored[:MOST_IGNORED], *more])
    guesses = planned.recognised.guessed if planned.recognised else []
    if planned.recognised and planned.recognised.rival:
        guesses = [
            *guesses,
            f"it may hold {planned.recognised.rival} instead: then give --entity {planned.recognised.rival}",
        ]
    lines += [f"  not sure: {text}" for text in guesses]
    lines += [f"  {text}" for text in planned.notes]
    return "\n".join(lines)


def _source(column: Column) -> str:
    names = (" + " if column.join is not None or column.read == "made" else " or ").join(column.source)
    names += f" × {column.by}" if column.by else ""
    told = names if column.read == "text" else f"{names} ({column.read})"
    others = (
        f"{' or '.join(headers)} where {other} is {word}"
        for other, by_word in column.instead.items()
        for word, headers in by_word.items()
    )
    return ", ".join([told, *others])


def _wrapped(start: str, parts: list[str]) -> list[str]:
    lines, line = [], start
    for part in parts:
        if len(line) + len(part) > WIDTH and line.strip():
            lines.append(line.rstrip())
            line = " " * len(start)
        line += part + " · "
    return [*lines, line.rstrip(" ·")]


def _shown(path: Path) -> str:
    return (
        path.stem
        if path.parent == SHIPPED
        else str(path.relative_to(PROJECT) if path.is_relative_to(PROJECT) else path)
    )


def keep(planned: Planned) -> Path:
    """Writes the mapping of a sheet to the folder of mappings, where it does not come from there unchanged."""
    mapping = _with_words(planned)
    if is_own(planned):
        if mapping == read_mapping(planned.origin).of(planned.sheet):
            return planned.origin
        path = planned.origin
    else:
        path = _free(slug(planned.label))
    path.parent.mkdir(parents=True, exist_ok=True)
    title = f"How {planned.sheet.path.suffix.lower()} files like this one are read. Made by `kpi import`; edit it and import again."
    path.write_text(mapping.text(title, "The columns of the contract are told in contract/entities.yml."), "utf-8")
    planned.origin = path
    return path


def _free(name: str) -> Path:
    path, number = folder() / f"{name}.yml", 2
    while path.exists():
        path, number = folder() / f"{name}_{number}.yml", number + 1
    return path


def _with_words(planned: Planned) -> Mapping:
    """The mapping with what the dictionary says of the words that stand in the sheet."""
    mapping = planned.mapping.model_copy(deep=True)
    for entity, table in mapping.tables.items():
        for name, column in table.columns.items():
            known = words(entity, name)
            if not known or column.read != "text" or column.join is not None or column.find:
                continue
            seen = {value for header in column.source for value in planned.sheet.values(header)}
            said = {
                value: known[word(value)]
                for value in sorted(seen)
                if word(value) in known and known[word(value)] != value
            }
            column.words = {**said, **column.words}
    return mapping
