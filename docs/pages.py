"""The made pages of the docs: a page for each KPI, the entities of the contract, and what stands outside docs/.  A hook of MkDocs."""

import csv
import importlib.util
import json
import os
import posixpath
import re
import sys
from functools import cache
from pathlib import Path

import yaml
from markdown.extensions.toc import slugify
from mkdocs.structure.files import File

from flows import lineage

PROJECT = Path(__file__).resolve().parent.parent

# Files of the project that the site takes in, each with its page; a link to one of them goes to the page.
TAKEN_IN = {
    "README.md": "index.md",
    "README.ru.md": "ru.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "demo/README.md": "demo.md",
    "bench/RESULTS.md": "results.md",
    "LICENSE": "license.md",
    "flows/gates/settings.yml": "gates.md",
    "contract/entities.yml": "entities.md",
}
UNITS = {
    "ratio": "a share of one",
    "money": "money in the base currency",
    "count": "a number",
    "index": "an index",
    "days": "days",
    "minutes": "minutes",
    "score": "a score",
    "share": "a share of one",
    "points": "points",
}
KINDS = {
    "ratio": "a ratio: the sum of the numerator divided by the sum of the denominator, in every period and slice",
    "flow": "a sum over the days of the period",
    "balance": "a balance at the end of the period, which is never summed over time",
    "distinct": "a number of different things, counted anew in each period",
}
BETTER = {"up": "more is better", "down": "less is better", "none": "neither side is better"}
FAMILIES = {
    "funnel": "Funnel · Воронка",
    "revenue": "Revenue · Выручка",
    "productivity": "Productivity · Продуктивность",
    "marketing": "Marketing · Маркетинг",
    "retention": "Retention · Удержание",
    "delivery": "Delivery · Разработка",
    "reporting": "Reporting · Отчётность",
}
TYPES = {
    "id": "id",
    "ref": "id, where 0 is none",
    "mark": "UTM mark",
    "page": "text of a page, decoded",
    "place": "place, mapped to its region",
    "platform": "ad platform",
}
FLAGS = {
    "event": "within the calendar",
    "late": "told as a day, it is that day's last second",
    "ever": "of any year",
    "pii": "tells of a person",
}


READER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same, five times as fast where it is there


def read_yaml(path: Path):
    """What a YAML file says."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=READER) or {}


def seed(name: str) -> list[dict[str, str]]:
    """The rows of a seed."""
    with PROJECT.joinpath("seeds", f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _pictures():
    # beside this file, which MkDocs runs as a hook and not as a module of a package
    spec = importlib.util.spec_from_file_location("pictures", Path(__file__).with_name("pictures.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _files(pattern: str) -> list[Path]:
    return sorted(path for folder in ("models", "systems") for path in PROJECT.glob(f"{folder}/**/{pattern}"))


@cache
def models() -> dict[str, Path]:
    """Each model with its file."""
    return {path.stem: path for path in _files("*.sql")}


@cache
def described() -> tuple[dict, list, dict]:
    """What the YAML of the models tells: each model's columns with their descriptions, the unit tests, the doc blocks."""
    columns, tests = {}, []
    for path in _files("*.yml"):
        told = read_yaml(path)
        for model in told.get("models", []):
            columns[model["name"]] = {c["name"]: c.get("description", "") for c in model.get("columns", [])}
        tests.extend(told.get("unit_tests", []))
    blocks = {}
    for path in sorted(PROJECT.glob("models/**/*.md")):
        text = path.read_text(encoding="utf-8")
        blocks |= dict(re.findall(r"{% docs (\w+) %}\n(.*?)\n{% enddocs %}", text, flags=re.DOTALL))
    return columns, tests, blocks


def description(model: str, column: str) -> str:
    """What a column of a model means, or nothing where it is not described."""
    columns, _, blocks = described()
    told = columns.get(model, {}).get(column, "")
    told = re.sub(r"{{ *doc\(['\"](\w+)['\"]\) *}}", lambda found: blocks[found[1]], told)
    return " ".join(told.split())


def cell(text: str) -> str:
    """Text that may stand in a cell of a table."""
    return " ".join(str(text).split()).replace("|", "\\|")


def fence(text: str, language: str) -> str:
    """A block of code."""
    return f"```{language}\n{text.rstrip()}\n```"


def folded(title: str, body: str) -> str:
    """A part that opens by a click."""
    return f'??? note "{title}"\n\n' + "\n".join(f"    {line}" if line else "" for line in body.splitlines())


def rows_of(part: dict) -> list[dict]:
    """The rows of a part of a unit test that gives them as YAML or as CSV; none where it gives SQL."""
    rows = part.get("rows")
    if isinstance(rows, str):
        return list(csv.DictReader(rows.strip().splitlines())) if part.get("format") == "csv" else []
    return [row for row in rows or [] if isinstance(row, dict)]


def shown(part: dict, kpi_id: str = "") -> str:
    """The rows of a part of a unit test as a table; those of a KPI alone where some name it."""
    rows = rows_of(part)
    rows = [row for row in rows if kpi_id in row.values()] or rows
    if not rows:
        return fence(part["rows"], part.get("format", "sql")) if isinstance(part.get("rows"), str) else "No rows."
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [[cell("" if row.get(name) is None else row[name]) for name in names] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in [names, ["---"] * len(names), *lines])


@cache
def decisions() -> list[tuple[str, str, str]]:
    """Each decision: its file below docs/, its heading, its text."""
    found = []
    for path in sorted(PROJECT.glob("docs/decisions/*.md")):
        for part in re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            heading, text = part.split("\n", 1)
            found.append((f"decisions/{path.name}", heading, text))
    return found


def anchor(heading: str) -> str:
    """The anchor that MkDocs gives a heading."""
    return slugify(heading.replace("`", ""), "-")


def measure_models(measure: str) -> list[str]:
    """The models that count a measure by period and slice."""
    pattern = re.compile(rf"\b{re.escape(measure)}\b")
    listed = [name for name in models() if name.startswith("measures_")]
    return [name for name in listed if pattern.search(models()[name].read_text(encoding="utf-8"))]


def examples(kpi: dict[str, str], sides: list[dict[str, str]]) -> list[dict]:
    """Unit tests with numbers worked out by hand: those that name the KPI, else those of the column that it is counted in."""
    _, tests, _ = described()
    named = [t for t in tests if re.search(rf"\b{kpi['kpi_id']}\b", f"{t.get('description', '')} {t['name']}")]
    if named:  # of the mart itself before those of the scorecard, and these before what only reads
        marts = [side["mart"] for side in sides]
        found = [t for t in named if t["model"] in marts] or [t for t in named if not t["model"].startswith("report_")]
        return (found or named)[:2]
    by_column = []
    for side in sides:
        column = side["mart_column"]
        fitting = [
            test for test in tests if any(row.get(column) not in (None, 0, "", "0") for row in rows_of(test["expect"]))
        ]
        fitting.sort(key=lambda test: test["model"] != side["mart"])  # the mart's own first
        by_column += [test for test in fitting[:1] if test not in by_column]
    return by_column


def query(kpi: dict[str, str]) -> str:
    """SQL that shows a KPI month by month, in its first dimension too."""
    dimension = (kpi["dimensions"].split() or ["all"])[0]
    return (
        "select period_start, dimension_name_en, value, numerator, denominator, previous_value, year_ago_value, is_complete\n"
        "from marts.kpi_values\n"
        f"where kpi_id = '{kpi['kpi_id']}' and period_grain = 'month' and dimension in ('all', '{dimension}')\n"
        "order by period_start desc, dimension, dimension_name_en"
    )


def figure(name: str, kpis: dict[str, dict[str, str]]) -> str:
    """A KPI, or a figure that stands beside one, with the link to the KPI's page."""
    if name in kpis:
        return f"the KPI [{kpis[name]['name_en']}]({name}.md)"
    row = next(row for row in seed("seed_kpi_companions") if row["companion_id"] == name)
    return f"`{name}`, beside the KPI [{kpis[row['kpi_id']]['name_en']}]({row['kpi_id']}.md)"


def kpi_page(kpi: dict[str, str], measures: dict[str, dict[str, str]], kpis: dict[str, dict[str, str]]) -> str:
    """The page of one KPI."""
    sides = []
    parts = [
        f"# {kpi['name_en']} · {kpi['name_ru']}",
        "| | English | По-русски |\n|---|---|---|\n"
        f"| name | {cell(kpi['name_en'])} | {cell(kpi['name_ru'])} |\n"
        f"| formula | {cell(kpi['formula_en'])} | {cell(kpi['formula_ru'])} |\n\n"
        "P is the reporting period: a day, week, month, quarter or year.",
        f"| id | `{kpi['kpi_id']}` |\n|---|---|\n"
        f"| unit | {UNITS[kpi['unit']]} |\n"
        f"| kind | {'a ratio of two figures' if kpi['numerator'].startswith('kpi:') else KINDS[kpi['kind']]} |\n"
        f"| which side is better | {BETTER[kpi['better']]} |\n"
        f"| dimensions | {', '.join(f'`{name}`' for name in kpi['dimensions'].split()) or 'none: only as a whole'} |",
    ]
    counted, of_figures = [], []
    for title, name in (("numerator", kpi["numerator"]), ("denominator", kpi["denominator"])):
        if name.startswith("kpi:"):
            told = figure(name.removeprefix("kpi:"), kpis)
            of_figures.append(told)
            counted.append([title, told, "", "", "", ""])
        elif name:
            side = measures[name]
            sides.append(side)
            told = description(side["mart"], side["mart_column"])
            counted.append(
                [title, f"`{name}`", f"`marts.{side['mart']}`", f"`{side['mart_column']}`", side["counted_as"], told]
            )
    heads = ["", "measure", "mart", "column", "how it is counted", "what the column means"]
    lines = [line for line in zip(heads, *counted, strict=True) if any(line[1:])]
    table = ["| " + " | ".join(map(cell, line)) + " |" for line in lines]
    parts += ["## Where it is counted", "\n".join([table[0], "|---" * (len(counted) + 1) + "|", *table[1:]])]
    beside = [row for row in seed("seed_kpi_companions") if row["kpi_id"] == kpi["kpi_id"]]
    if beside:
        names = ", ".join(f"`{row['companion_id']}`" for row in beside)
        parts.append(f"Beside it, in `marts.kpi_companions`: {names}.")
    parts += ["## See it", fence(query(kpi), "sql"), "## The SQL { data-search-exclude }"]
    if of_figures:
        parts.append(f"It is made of two figures: {' and '.join(of_figures)}. `models/scorecard` divides them.")
        parts.append(folded("scorecard/metric_values.sql" if "figures" in models() else "scorecard", _scorecard_sql()))
    for name in dict.fromkeys(side["mart"] for side in sides):
        path = models()[name].relative_to(PROJECT)
        parts.append(folded(f"The mart: {path}", fence(models()[name].read_text(encoding="utf-8"), "sql")))
    for name in dict.fromkeys(name for side in sides for name in measure_models(side["measure"])):
        path = models()[name].relative_to(PROJECT)
        parts.append(folded(f"The measure: {path}", fence(models()[name].read_text(encoding="utf-8"), "sql")))
    parts.append("## A worked example")
    tests = examples(kpi, sides)
    for test in tests:
        parts.append(
            f"**{test['name'].replace('_', ' ')}** (`{test['model']}`). {' '.join(test.get('description', '').split())}"
        )
        given = [f"Rows of `{one['input']}`:\n\n{shown(one)}" for one in test["given"]]
        parts.append(folded("What is given", "\n\n".join(given)))
        parts.append(folded("What comes out", shown(test["expect"], kpi["kpi_id"])))
    if not tests and of_figures:
        parts.append("See the examples of the two figures that it is made of.")
    elif not tests:
        parts.append("No unit test of this mart shows it by itself; the demo company's expected values prove it.")
    told = [(path, heading) for path, heading, text in decisions() if f"`{kpi['kpi_id']}`" in heading + text]
    if told:
        parts.append("## Decisions about it")
        parts.append("\n".join(f"- [{heading}](../{path}#{anchor(heading)})" for path, heading in told))
    return "\n\n".join(parts) + "\n"


def _scorecard_sql() -> str:
    name = "figures" if "figures" in models() else "kpi_values"
    return fence(models()[name].read_text(encoding="utf-8"), "sql")


def kpi_index(kpis: dict[str, dict[str, str]]) -> str:
    """The page that lists all KPIs."""
    parts = [
        "# KPIs · Показатели",
        f"There are {len(kpis)} KPIs, and each has one definition. P is the reporting period: a day, week, month, quarter or year.",
    ]
    for family in dict.fromkeys(kpi["family"] for kpi in kpis.values()):
        rows = [
            f"| [{cell(kpi['name_en'])}]({kpi['kpi_id']}.md) | {cell(kpi['name_ru'])} | {cell(kpi['formula_en'])} | {cell(kpi['formula_ru'])} |"
            for kpi in kpis.values()
            if kpi["family"] == family
        ]
        head = "| KPI | показатель | formula | формула |\n|---|---|---|---|\n"
        parts += [f"## {FAMILIES.get(family, family)}", head + "\n".join(rows)]
    return "\n\n".join(parts) + "\n"


def named_by(columns: dict[str, str], contract: dict) -> list[str]:
    """The entities that the columns of one name."""
    of_word = {}
    for name, entity in contract.items():
        word = re.match(r"id (\w+)", columns_of(entity).get(entity["key"][0], ""))
        if word and len(entity["key"]) == 1:
            of_word.setdefault(word[1], name)
    found = []
    for kind in columns.values():
        word = re.match(r"id (\w+)", kind)
        if word and word[1] in of_word:
            found.append(of_word[word[1]])
    return list(dict.fromkeys(found))


def columns_of(entity: dict) -> dict[str, str]:
    """The columns of an entity, each with its words in the contract."""
    return {name: str(kind) for name, kind in entity["columns"].items()}


def entity_page() -> str:
    """The page of the entities, with their diagram."""
    told = read_yaml(PROJECT / "contract" / "entities.yml")
    contract, notes = told["entities"], told.get("notes", {})
    references = {name: named_by(columns_of(entity), contract) for name, entity in contract.items()}
    parts = [
        "---\nhide: [toc, navigation]\n---",
        "# Entities",
        "An entity is one kind of thing in one shape, whatever system it comes from. The list is `contract/entities.yml`, and everything that repeats it is "
        "written from it. A line goes from an entity to what it names; put the mouse on an entity to see its lines, and click it to see its columns.",
        _pictures().entities(references),
        "Every entity has `source_system`, `source_account`, `loaded_at` and `is_deleted` too; files may leave them out.",
    ]
    for name, entity in contract.items():
        sources = ", ".join(f"`{source}`" for source in ["files", *entity.get("sources", [])])
        parts.append(f"## {name}")
        parts.append(
            (f"A row is a {entity['is']}. " if "is" in entity else "")
            + f"Its key is {_listed(entity['key'])}. It comes from {sources}."
        )
        rows = []
        for column, kind in columns_of(entity).items():
            meaning, filled, more = column_words(kind)
            note = notes.get(f"{name}.{column}", notes.get(column, ""))
            rows.append(
                f"| `{column}` | {cell(meaning)} | {filled} | {cell('; '.join(filter(None, [*more, str(note)])))} |"
            )
        parts.append("| column | type | must be filled | more |\n|---|---|---|---|\n" + "\n".join(rows))
    return "\n\n".join(parts) + "\n"


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def column_words(kind: str) -> tuple[str, str, list[str]]:
    """A column of the contract in words: its type, whether it must be filled, what else holds of it."""
    filled = "yes" if "!" in kind else ""
    words = kind.replace("!", "")
    if " | " in words:
        return f"one of {_listed([word.strip() for word in words.split('|')])}", filled, []
    first, *rest = words.split()
    more = [FLAGS[word] for word in rest if word in FLAGS]
    names = [word for word in rest if word not in FLAGS and word not in ("email", "phone")]
    meaning = TYPES.get(first, first)
    if first == "id" and names:
        meaning = f"id of {'an' if names[0][0] in 'aeio' else 'a'} {names[0]}"
    return meaning, filled, more


def taken_in(path: str) -> str:
    """A file of the project as a page."""
    text = PROJECT.joinpath(path).read_text(encoding="utf-8")
    if path == "LICENSE":
        return "# License\n\n" + fence(text, "text")
    if path.endswith("settings.yml"):
        return (
            "# Limits of the gates\n\nThis is `flows/gates/settings.yml`, the limits that hold without your own.\n\n"
            + fence(text, "yaml")
        )
    return text


def pages() -> dict[str, str]:
    """Every made page: its path in the site's sources, and its Markdown."""
    kpis = {row["kpi_id"]: row for row in seed("seed_kpi_catalogue")}
    measures = {row["measure"]: row for row in seed("seed_measures")}
    made = {page: taken_in(path) for path, page in TAKEN_IN.items() if page != "entities.md"}
    made["entities.md"] = entity_page()
    made["kpi/index.md"] = kpi_index(kpis)
    return made | {f"kpi/{name}.md": kpi_page(kpi, measures, kpis) for name, kpi in kpis.items()}


def _origin(page: str) -> str:
    # where the text of a page stands in the project
    return next((path for path, name in TAKEN_IN.items() if name == page), f"docs/{page}")


def on_config(config):
    """Puts the pages of KPIs into the menu, by family."""
    kpis = seed("seed_kpi_catalogue")
    families = list(dict.fromkeys(kpi["family"] for kpi in kpis))
    menu = [
        {FAMILIES.get(f, f): [{k["name_en"]: f"kpi/{k['kpi_id']}.md"} for k in kpis if k["family"] == f]}
        for f in families
    ]
    for section in config.nav:
        if "KPIs" in section:
            section["KPIs"] = [page for page in section["KPIs"] if isinstance(page, str)] + menu
    return config


def on_files(files, config):
    """Adds the made pages."""
    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown, page, config, files):
    """Turns links to files of the project into links to their pages."""
    origin = posixpath.dirname(_origin(page.file.src_uri))

    def linked(found):
        target, hash_, part = found[2].partition("#")
        if "://" in target or not target:
            return found[0]
        path = posixpath.normpath(posixpath.join(origin, target))
        goal = TAKEN_IN.get(path) or (path.removeprefix("docs/") if path.startswith("docs/") else None)
        if goal is None:
            return found[0]
        return f"{found[1]}({posixpath.relpath(goal, posixpath.dirname(page.file.src_uri) or '.')}{hash_}{part})"

    if page.file.src_uri.startswith("kpi/") or page.file.src_uri == "entities.md":
        return markdown
    return re.sub(r"(\])\(([^()\s]+)\)", linked, markdown)


def on_post_build(config):
    """Writes the search index as a script too: a page opened from the file system may load scripts and no data."""
    index = Path(config.site_dir, "search", "search_index.json")
    script = "var __index = " + json.dumps(json.loads(index.read_text(encoding="utf-8")), ensure_ascii=False)
    index.with_suffix(".js").write_text(script, encoding="utf-8")
    # what `kpi lineage` has read of the last build
    target = Path(os.environ.get("DBT_TARGET_PATH", PROJECT / "target"))
    Path(config.site_dir, "assets", lineage.PAGE_DATA.name).write_text(lineage.script(target), encoding="utf-8")


if __name__ == "__main__":
    sys.exit("MkDocs runs it: uv run mkdocs build --strict")
