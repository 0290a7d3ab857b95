"""`kpi catalogue`: what it says of wrong rows, and the page that shows how to add a measure, walked step by step."""

import re
import shutil

import pytest

from flows.base.project import seed
from flows.catalogue import Catalogue, tell
from tests.warehouse import PROJECT

STEP = re.compile(r"`((?:models|seeds)/[\w/.]+)`[^`]*:\n\n *```diff\n(.*?)\n *```", re.S)
STEPS = STEP.findall((PROJECT / "docs" / "add.md").read_text("utf-8"))
KPI = "share,funnel,Доля,Share,лиды / лиды,leads / leads,share,up,channel,,leads_won,leads_new,1,ratio,,"


@pytest.fixture
def project(tmp_path):
    """A copy of the seeds and the models."""
    for folder in ("seeds", "models"):
        shutil.copytree(PROJECT / folder, tmp_path / folder)
    return tmp_path


def add(project, path, *rows):
    file = project / path
    file.write_text(file.read_text("utf-8") + "".join(f"{row}\n" for row in rows), "utf-8")


def walk(project, path, diff):
    """Puts the lines with a plus behind the line that stands before them."""
    indent = 4 if diff.startswith("    ") else 0  # a step of a list is indented
    before, *added = [line[indent:] for line in diff.split("\n")]
    file = project / path
    text = file.read_text("utf-8")
    assert all(line.startswith("+") for line in added) and f"{before[1:]}\n" in text, (path, before)
    lines = "".join(f"{line[1:]}\n" for line in added)
    file.write_text(text.replace(f"{before[1:]}\n", f"{before[1:]}\n{lines}", 1), "utf-8")


def test_the_catalogue_fits_together(capsys):
    assert tell() == 0, capsys.readouterr().out


# Ratios, and means, that rest on no cases of which there might be too few.
UNCOUNTED = {
    "a plan or a forecast is set against what came of it": {
        "pipeline_coverage", "late_stage_coverage", "forecast_error", "forecast_accuracy", "quota_attainment",
    },
    "all managers count, they are no sample": {
        "reps_at_quota_share", "deals_per_manager", "leads_per_manager", "sales_tools_used", "performance_band",
    },
    "all materials, reports, checks and days of sprints count": {
        "collateral_usage_share", "report_availability", "report_accuracy", "report_completeness", "burn_rate",
    },
    "all that is owed counts, it is no sample": {"dso", "overdue_receivables_share"},
    "prices of a list are set against prices of a list": {"competitor_price_index"},
}  # fmt: skip


def test_every_ratio_counts_the_cases_that_it_rests_on():
    known = {row["measure"]: row for row in seed("seed_measures")}
    figures = [*seed("seed_kpi_catalogue"), *seed("seed_kpi_companions")]
    uncounted = {
        row.get("companion_id") or row["kpi_id"]
        for row in figures
        if row["kind"] in ("ratio", "percentile") and not row["cases"] and not row["denominator"].startswith("kpi:")
        if known.get(row["denominator"], {}).get("counts_cases") != "true"
    }
    assert uncounted == {one for ones in UNCOUNTED.values() for one in ones}


def test_whatever_is_made_of_sales_is_sliced_by_their_kind():
    """A sale that is a deal is of another size than an order of the shop.  Revenue by product or region is revenue, and has it there."""
    known = {row["measure"]: row["mart"] for row in seed("seed_measures")}
    of_sales = {"sales_events", "repeat_sales", "top_customer_revenue"}
    beside = {"customer_events", None}  # of which customers of a kind are counted
    unsliced = {
        row["kpi_id"]
        for row in seed("seed_kpi_catalogue")
        if known.get(row["numerator"]) in of_sales and known.get(row["denominator"]) in of_sales | beside
        if not {"sale_kind", "any"} & set(row["dimensions"].split())
    }
    assert unsliced == {"revenue_by_product", "revenue_by_region"}


def test_a_kpi_of_measures_that_are_there_is_one_row(project):
    add(project, "seeds/seed_kpi_catalogue.csv", KPI)
    assert list(Catalogue(project).problems()) == []


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        (",funnel,", ",sales,", "family is sales; it is one of funnel, revenue, marketing, "),
        (",share,up", ",per cent,up", "unit is per cent; it is one of count, money, "),
        (",up,", ",,", "better is empty; it is one of up, down, none."),
        ("1,ratio", "1,quotient", "kind is quotient; it is one of flow, "),
        ("1,ratio", "one,ratio", "scale is one; it is a number"),
        ("1,ratio", "1,flow", "a ratio has a denominator, and nothing else has one."),
        ("leads_won", "lead_won", "numerator lead_won is no measure; near to it are leads_won, "),
        ("leads_won", "zzz", "nothing is near to it. A new measure is five lines: docs/add.md."),
        ("ratio,,", "ratio,deals,", "cases deals is no measure; near to it are deals_"),
        ("leads_new", "kpi:revenu", "denominator kpi:revenu is no KPI; near to it are revenue, "),
        (",leads_won,", ",,", "the numerator is empty."),
        (",channel,", ",chanel,", "dimension chanel; near to it are channel"),
        ("Доля", "", "name_ru is empty."),
        ("share,funnel", "Доля лидов,funnel", "a name is made of small Latin letters"),
        ("share,funnel", "revenue,funnel", "there are two rows of this name."),
        ("leads / leads", "leads, or leads", "the row has more or fewer fields than the header"),
    ],
)
def test_a_wrong_row_is_told(project, right, wrong, told):
    add(project, "seeds/seed_kpi_catalogue.csv", KPI.replace(right, wrong, 1))
    problems = list(Catalogue(project).problems())
    assert any(problem.startswith("seeds/seed_kpi_catalogue.csv, ") and told in problem for problem in problems), (
        problems
    )


def test_the_page_names_every_place_of_a_measure():
    assert [path for path, _ in STEPS] == [
        "models/marts/funnel/lead_events.sql",
        "models/marts/funnel/_funnel.yml",
        "models/marts/funnel/measures_leads.sql",
        "seeds/seed_measures.csv",
        "models/marts/funnel/_funnel__unit_tests.yml",
        "seeds/seed_kpi_catalogue.csv",
    ]


def test_the_steps_of_the_page_add_a_measure_and_its_kpi(project):
    for path, diff in STEPS:
        walk(project, path, diff)
    assert list(Catalogue(project).problems()) == []
    assert any(
        row.startswith("leads_unassigned_share,") for row in (project / STEPS[5][0]).read_text("utf-8").split("\n")
    )


@pytest.mark.parametrize(
    ("left_out", "told"),
    [
        (0, "lead_events.sql makes no column leads_unassigned."),
        (1, "the mart lead_events describes no column leads_unassigned in its YAML; near to it are leads_"),
        (2, "no measures_….sql counts it."),
        (3, "the numerator leads_unassigned is no measure; near to it are "),
        (4, "no unit test names the column leads_unassigned."),
    ],
)
def test_a_step_that_is_left_out_is_told(project, left_out, told):
    for path, diff in STEPS[:left_out] + STEPS[left_out + 1 :]:
        walk(project, path, diff)
    problems = list(Catalogue(project).problems())
    assert len(problems) == 1 and told in problems[0], problems
