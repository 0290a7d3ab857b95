"""The two READMEs say the same, and their queries, like those of the pages of KPIs, give what they promise."""

import re
import sys

import pytest

from tests.warehouse import PROJECT

READMES = ["README.md", "README.ru.md"]


def text_of(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def cells(table: str) -> list[list[str]]:
    """The rows of a table as DuckDB prints it, without the line of types."""
    rows = [
        [cell.strip() for cell in line.strip("│").split("│")] for line in table.splitlines() if line.startswith("│")
    ]
    return rows[:1] + rows[2:]


@pytest.mark.parametrize("name", READMES)
def test_a_query_gives_what_is_printed_below_it(demo, name):
    examples = re.findall(r'```python\n.*?"""(.*?)""".*?```\n\n```\n(.*?)```', text_of(name), flags=re.DOTALL)
    assert examples
    for query, printed in examples:
        assert cells(printed) == cells(str(demo.sql(query)))


def test_both_languages_have_the_same_parts():
    parts = [
        {
            "headings": [len(marks) for marks in re.findall(r"^(#+) ", text, flags=re.MULTILINE)],
            "commands": [
                re.sub(r" +#.*", "", block) for block in re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)
            ],
            "tables": len(re.findall(r"^\|", text, flags=re.MULTILINE)),
            "points": len(re.findall(r"^(?:-|\d\.) ", text, flags=re.MULTILINE)),
            "marts": sorted(set(re.findall(r"`(?:marts|quality)\.[\w*]+`", text))),
            "settings": sorted(set(re.findall(r"KPI_\w+", text))),
            "links": sorted(re.findall(r"\]\(((?!README|docs/layers|docs/assets/board).+?)\)", text)),
        }
        for text in map(text_of, READMES)
    ]
    assert parts[0] == parts[1]


def test_the_query_of_a_page_of_a_kpi_gives_rows(demo, monkeypatch):
    monkeypatch.setattr(sys, "path", [str(PROJECT / "docs"), *sys.path])
    import pages

    catalogue = pages.seed("seed_kpi_catalogue")
    assert [kpi["kpi_id"] for kpi in catalogue if not demo.execute(pages.query(kpi)).fetchall()] == []


@pytest.mark.parametrize("name", READMES)
def test_what_a_readme_links_is_there(name):
    links = [link for link in re.findall(r"\]\((.+?)\)", text_of(name)) if "://" not in link]
    assert [link for link in links if not (PROJECT / link).exists()] == []


def test_every_setting_that_the_code_names_is_told_to_the_operator():
    code = [
        path
        for folder in ("flows", "raw_views", "macros")
        for path in (PROJECT / folder).rglob("*.*")
        if path.suffix in (".py", ".sql")
    ]
    named = {
        name
        for path in [*code, PROJECT / "profiles.yml"]
        for name in re.findall(r"\bKPI(?:_[A-Z0-9]+)+\b", path.read_text(encoding="utf-8"))
    }
    told = text_of("docs/operate.md") + text_of("CONTRIBUTING.md")
    assert (
        sorted(name for name in named - {"KPI_PROJECT_DIR"} if f"{name}`" not in told) == []
    )  # that one is for dbt alone
