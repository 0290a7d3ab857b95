"""Each decision says what a reader sees, what is done, why, and how to change it; what it names is there."""

import csv
import re

import pytest
import yaml

from tests.warehouse import PROJECT

FOLDER = PROJECT / "docs" / "decisions"
PARTS = ["You see", "We do", "Why", "Change it by"]
THEMES = sorted(path.name for path in FOLDER.glob("*.md") if path.name != "index.md")


def decisions(text: str) -> list[tuple[str, str]]:
    """The headings of a page, each with the text below it."""
    return [tuple(part.split("\n", 1)) for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]]


def problems_of(heading: str, body: str) -> list[str]:
    """What is wrong with the form of one decision."""
    lines = [line for line in body.splitlines() if line.strip()]
    found = [re.match(r"- \*\*(.+?):\*\* (.+)$", line) for line in lines]
    if [match and match[1] for match in found] != PARTS:
        return [f"{heading}: its parts are not {', '.join(PARTS)}, one line each"]
    return [f"{heading}: {match[1]} is no whole sentence" for match in found if not re.search(r"[.!?]$", match[2])]


@pytest.mark.parametrize("theme", THEMES)
def test_a_decision_has_its_four_parts(theme):
    told = decisions((FOLDER / theme).read_text(encoding="utf-8"))
    assert told, "a theme has decisions"
    assert [problem for heading, body in told for problem in problems_of(heading, body)] == []


def test_a_missing_part_is_told():
    assert problems_of("A", "\n- **You see:** One.\n- **We do:** Two.\n- **Why:** Three.\n") != []
    assert (
        problems_of("A", "\n- **You see:** One.\n- **We do:** Two.\n- **Why:** Three.\n- **Change it by:** four\n")
        != []
    )
    assert (
        problems_of("A", "\n- **You see:** One.\n- **We do:** Two.\n- **Why:** Three.\n- **Change it by:** Four.\n")
        == []
    )


def test_no_heading_stands_twice_and_the_index_names_each_theme():
    headings = [heading for theme in THEMES for heading, _ in decisions((FOLDER / theme).read_text(encoding="utf-8"))]
    assert len(headings) == len(set(headings))
    index = (FOLDER / "index.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"\]\((.+?\.md)\)", index)) == THEMES


def test_seeds_folders_and_variables_that_a_decision_names_are_there():
    text = "\n".join((FOLDER / theme).read_text(encoding="utf-8") for theme in THEMES)
    seeds = {path.stem for path in (PROJECT / "seeds").glob("*.csv")}
    assert set(re.findall(r"`(seed_\w+)`", text)) - seeds == set()
    paths = set(re.findall(r"`((?:models|macros|flows|seeds|contract|docs|tests)(?:/[^`*<]+)?)`", text))
    assert [path for path in sorted(paths) if not (PROJECT / path).exists()] == []
    variables = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    named = {
        name for line in re.findall(r"[Vv]ariables? (`[^.;]+)", text) for name in re.findall(r"`([a-z0-9_]+)`", line)
    }
    assert {name for name in named if not name.startswith("seed_")} - set(variables) == set()


def test_kpis_that_the_scorecard_says_metricflow_leaves_out_are_in_the_catalogue():
    with (PROJECT / "seeds" / "seed_kpi_catalogue.csv").open(encoding="utf-8", newline="") as file:
        catalogue = {row["kpi_id"] for row in csv.DictReader(file)}
    told = dict(decisions((FOLDER / "scorecard.md").read_text(encoding="utf-8")))[
        "MetricFlow leaves out what it cannot say"
    ]
    left_out = set(re.findall(r"`(\w+)`", told)) - {"known_days", "mf"}
    assert left_out <= catalogue
    metrics = set()
    for path in (PROJECT / "models" / "semantic").glob("*.yml"):
        metrics |= set(re.findall(r"name: (\w+)", path.read_text(encoding="utf-8")))
    assert catalogue - left_out - metrics == set() and metrics & left_out == set()
