"""Answers to surveys on to the scores that NPS and CSAT are made of: a company small enough to count by hand.

| answer | day of March 2026 | is |
|---|---|---|
| 1, 2, 3 | 2, 3 and 4 | NPS of 10, 9 and 8: two promoters and one in between |
| 4 | 5 | NPS of 6, a detractor; told as 9 by an earlier load |
| 5 | 6 | NPS of 0, taken back |
| 6, 7 | 9 and 10 | CSAT of 5 and of 3, of 1 to 5 |
| 8 | 11 | CSAT of 6, of 1 to 7, which is 4.33 of 5 |
| 9 | 12 | CES of 7, which no KPI reads |
| 10 to 13 | | NPS of 11; CSAT of 6 without a scale; NPS on 1 to 5; of a metric that nobody knows |
| 1 of survey 6 | | CSAT on a scale that ends where it begins |
"""

import pytest

from tests.warehouse import accounted, built_of, rows, write_csv

CSV = {
    "surveys/survey_response/1": """response_id,survey_id,metric,score,scale_min,scale_max,comment,customer_external_id,employee_id,responded_at,_deleted,_loaded_at
1,s1,nps,10,,,Спасибо,c1,anna,2026-03-02T10:00:00+03:00,,2026-03-20T03:00:00Z
2,s1,NPS,9,0,10,,c2,anna,2026-03-03T10:00:00+03:00,,2026-03-20T03:00:00Z
3,s1,nps,8,,,,c3,anna,2026-03-04T10:00:00+03:00,,2026-03-20T03:00:00Z
4,s1,nps,9,,,,c4,anna,2026-03-05T10:00:00+03:00,,2026-03-19T03:00:00Z
4,s1,nps,6,,,,c4,anna,2026-03-05T10:00:00+03:00,,2026-03-20T03:00:00Z
5,s1,nps,0,,,,,,2026-03-06T10:00:00+03:00,,2026-03-19T03:00:00Z
5,s1,nps,,,,,,,,Y,2026-03-20T03:00:00Z
6,s2,csat,5,,,,c1,anna,2026-03-09T10:00:00+03:00,,2026-03-20T03:00:00Z
7,s2,csat,3,,,,c2,anna,2026-03-10T10:00:00+03:00,,2026-03-20T03:00:00Z
8,s3,csat,6,1,7,,c3,,2026-03-11T10:00:00+03:00,,2026-03-20T03:00:00Z
9,s4,ces,7,,,,c4,,2026-03-12T10:00:00+03:00,,2026-03-20T03:00:00Z
10,s1,nps,11,,,,,,2026-03-13T10:00:00+03:00,,2026-03-20T03:00:00Z
11,s2,csat,6,,,,,,2026-03-13T10:00:00+03:00,,2026-03-20T03:00:00Z
12,s1,nps,4,1,5,,,,2026-03-13T10:00:00+03:00,,2026-03-20T03:00:00Z
13,s5,stars,4,,,,,,2026-03-13T10:00:00+03:00,,2026-03-20T03:00:00Z
1,s6,csat,1,,1,,,,2026-03-13T10:00:00+03:00,,2026-03-20T03:00:00Z
""",
    "files/employees/1": "employee_id,name,team\nanna,Анна,sales\n",
    "files/customers/1": "customer_id,name,kind\nc1,А,person\nc2,Б,person\nc3,В,person\nc4,Г,person\n",
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    """What is made of these answers."""
    folder = tmp_path_factory.mktemp("surveys")
    write_csv(folder / "raw", CSV)
    with built_of(folder, "surveys files", unit_tests=1) as connection:
        yield connection


def test_every_raw_row_is_accounted_for(warehouse):
    """Of 16 rows 8 are accepted, answers 4 and 5 have an older one each, the newer one of answer 5 takes it back, and 5 are bad; each says why."""
    base = "staging.base_surveys__survey_response"
    found = dict(rows(warehouse, f"select row_status, count(*) from {base} group by all"))
    assert found == {"accepted": 8, "superseded": 2, "deleted": 1, "rejected": 5}
    wrong = rows(
        warehouse, f"select response_id, row_problem from {base} where row_status = 'rejected' order by _raw_row"
    )
    assert wrong == [
        ("10", "score: outside the scale of its survey"),
        ("11", "score: outside the scale of its survey"),
        ("12", "scale: that of nps is 0 to 10"),
        ("13", "metric: neither nps, csat nor ces"),
        ("1", "scale: its end is not above its begin"),
    ]


def test_answers_name_the_customers_and_employees_that_others_keep(warehouse):
    """The answer about effort is no answer of the entity."""
    found = rows(
        warehouse,
        "select response_id, survey, round(score, 2), customer_id, employee_id from intermediate.survey_responses order by answered_at",
    )
    assert found == [
        ("surveys:s1:nps:1", "nps", 10, "files:c1", "files:anna"),
        ("surveys:s1:nps:2", "nps", 9, "files:c2", "files:anna"),
        ("surveys:s1:nps:3", "nps", 8, "files:c3", "files:anna"),
        ("surveys:s1:nps:4", "nps", 6, "files:c4", "files:anna"),
        ("surveys:s2:csat:6", "csat", 5, "files:c1", "files:anna"),
        ("surveys:s2:csat:7", "csat", 3, "files:c2", "files:anna"),
        ("surveys:s3:csat:8", "csat", 4.33, "files:c3", None),
    ]


def test_kpis_are_those_counted_by_hand(warehouse):
    """Two promoters less one detractor of four; 5 and 4.33 of three answers are at least 4."""
    found = rows(warehouse, """
        select kpi_id, numerator, denominator from marts.kpi_values
        where kpi_id in ('nps', 'csat') and period_grain = 'month' and dimension = 'all' and period_start = date '2026-03-01' order by 1
    """)  # fmt: skip
    assert found == [("csat", 2, 3), ("nps", 1, 4)]


def test_no_row_is_lost_and_effort_is_found(warehouse):
    assert ("surveys", "survey_response", 16, 8, 2, 5, True) in accounted(warehouse)
    found = rows(warehouse, "select finding from quality.findings where finding like 'answer about effort%'")
    assert found == [("answer about effort, not counted",)]
