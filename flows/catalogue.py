"""`kpi catalogue`: whether the catalogue of KPIs and the measures that make them fit together, told without a build.

A KPI is a row of seed_kpi_catalogue, and a measure five lines in five places.  Each sentence names the file, the row and what may be meant.
"""

import re
from collections.abc import Collection, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import typer

from flows.base.project import models, seed
from flows.base.settings import PROJECT
from flows.base.words import near

SEEDS = {"kpi_id": "seed_kpi_catalogue", "companion_id": "seed_kpi_companions", "measure": "seed_measures"}
TOLD = ("family", "unit", "better", "kind")  # columns of which the tests of kpi_catalogue list the words
PARTS = ("numerator", "denominator", "cases", "open_cases")
NAMES = ("name_ru", "name_en", "formula_ru", "formula_en")
NAME = re.compile(r"[a-z][a-z0-9_]*")


class Catalogue:
    """The seeds of KPIs and measures, and the models that they name.

    Args:
        project: the folder of the dbt project.
    """

    def __init__(self, project: Path = PROJECT):
        self._project = project
        self._rows = {key: seed(name, project) for key, name in SEEDS.items()}
        self._measures = {row["measure"]: row for row in self._rows["measure"]}
        self._figures = {row[key] for key in ("kpi_id", "companion_id") for row in self._rows[key]}

    def problems(self) -> Iterator[str]:
        """What is wrong, a sentence each."""
        for key, named in SEEDS.items():
            seen: set[str] = set()
            for row in self._rows[key]:
                name, where = row[key], f"seeds/{named}.csv, {row[key] or 'a row without a name'}: "
                told = [*self._form(key, row), *(self._measure(row) if key == "measure" else self._kpi(row))]
                yield from (where + one for one in told)
                if name in seen:
                    yield f"{where}there are two rows of this name."
                seen.add(name)

    def _form(self, key: str, row: dict[str, str]) -> Iterator[str]:
        if None in row or None in row.values():
            yield "the row has more or fewer fields than the header; a text with a comma stands in quotation marks."
        if not NAME.fullmatch(row[key] or ""):
            yield "a name is made of small Latin letters, digits and _."

    def _kpi(self, row: dict[str, str]) -> Iterator[str]:
        for column in TOLD:
            if column in row and row[column] not in self._words[column]:
                yield f"{column} is {row[column] or 'empty'}; it is one of {', '.join(self._words[column])}."
        yield from (f"{column} is empty." for column in NAMES if column in row and not row[column])
        try:
            float(row["scale"])
        except (TypeError, ValueError):
            yield f"scale is {row['scale'] or 'empty'}; it is a number, 1 if nothing is to be multiplied."
        if (row["kind"] == "ratio") != bool(row["denominator"]):
            yield "a ratio has a denominator, and nothing else has one."
        for part in PARTS:
            yield from self._part(part, row[part])
        for dimension in (row.get("dimensions") or "").split():
            if dimension not in self._dimensions:
                yield f"no measure is told by the dimension {dimension}; {near(dimension, self._dimensions)}"

    def _part(self, part: str, named: str) -> Iterator[str]:
        if named and named.startswith("kpi:"):
            if named.removeprefix("kpi:") not in self._figures:
                yield f"the {part} {named} is no KPI; {near(named.removeprefix('kpi:'), self._figures)}"
        elif named and named not in self._measures:
            new = "A new measure is five lines: docs/add.md."
            yield f"the {part} {named} is no measure; {near(named, self._measures)} {new}"
        elif not named and part == "numerator":
            yield "the numerator is empty."

    def _measure(self, row: dict[str, str]) -> Iterator[str]:
        measure, mart, column = row["measure"], row["mart"], row["mart_column"]
        if row["when_absent"] not in ("nought", "unknown"):
            yield f"when_absent is {row['when_absent'] or 'empty'}; it is nought or unknown."
        if mart not in self._columns:
            yield f"there is no mart {mart}; {near(mart, self._columns)}"
            return
        if column not in self._columns[mart]:
            yield f"the mart {mart} describes no column {column} in its YAML; {near(column, self._columns[mart])}"
        if not _names(self._models[mart], column):
            yield f"{mart}.sql makes no column {column}."
        if not any(_names(text, measure) for name, text in self._models.items() if name.startswith("measures_")):
            yield "no measures_….sql counts it."
        if not _names(self._unit_tests, column):
            yield f"no unit test names the column {column}."

    @cached_property
    def _models(self) -> dict[str, str]:
        return {path.stem: path.read_text("utf-8") for path in (self._project / "models").rglob("*.sql")}

    @cached_property
    def _described(self) -> dict[str, dict[str, Any]]:
        return {
            name: {column["name"]: column for column in model.get("columns") or []}
            for name, model in models(self._project).items()
        }

    @cached_property
    def _columns(self) -> dict[str, Collection[str]]:
        return {name: columns.keys() for name, columns in self._described.items() if columns}

    @cached_property
    def _words(self) -> dict[str, list[str]]:
        columns = self._described["kpi_catalogue"]
        tests = {name: test for name in TOLD for test in columns[name]["data_tests"] if "accepted_values" in test}
        return {name: test["accepted_values"]["arguments"]["values"] for name, test in tests.items()}

    @cached_property
    def _unit_tests(self) -> str:
        return "".join(path.read_text("utf-8") for path in (self._project / "models").rglob("*.yml") if _is_test(path))

    @cached_property
    def _dimensions(self) -> set[str]:
        """The words in quotation marks of the models that count measures; any means all that a measure has."""
        texts = [text for name, text in self._models.items() if name.startswith("measures_")]
        return {"any"} | {word for text in texts for word in re.findall(r"'([a-z_]+)'", text)}


def _is_test(path: Path) -> bool:
    return "unit_tests" in path.stem


def _names(text: str, word: str) -> bool:
    return bool(re.search(rf"\b{re.escape(word)}\b", text))


def tell(project: Path = PROJECT) -> int:
    """Prints what is wrong; the exit status of the command."""
    problems = list(Catalogue(project).problems())
    for problem in problems:
        typer.echo(problem)
    if not problems:
        typer.echo("Every KPI is made of measures, and every measure is a column of its mart.")
    return 1 if problems else 0
