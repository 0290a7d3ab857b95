"""Mailings of Mailchimp on to the KPIs: a company small enough to count by hand.

In March 2026 by the clock of Moscow; nothing else tells of the mailings than their service.

| mailing | sent | delivered | opened | clicked |
|---|---|---|---|---|
| m1 | 2 | 10 sent - 1 hard - 1 soft bounce = 8 | a, c and d; of b and e a machine alone opened | a two links, c |
| m2 | 10 | 6, in the halves m2a and m2b of a test | x of m2a, y of m2b; nothing is known of machines | x |
| m3 | 31, 23:30 | 5 - 1 = 4 | 2 by the report, which was loaded again | nobody |
"""

import json

import pytest

from tests.warehouse import accounted, built_of, rows, write_csv


def lines(*records: dict) -> str:
    """Records as JSON with one in each line."""
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records)


def at(moment: str, **more) -> dict:
    """One thing of March 2026 as Mailchimp tells it."""
    return {"timestamp": f"2026-03-{moment}+00:00", **more}


def recipient(campaign: str, name: str, **more) -> dict:
    """A recipient's row."""
    return {"campaign_id": campaign, "email_id": f"id-{name}", "email_address": f"{name}@Mail.ru", **more}


JSON = {
    "mailchimp/reports/1": lines(
        {
            "id": "m1", "campaign_title": "Весна", "send_time": "2026-03-02T07:00:00+00:00", "emails_sent": 10, "unsubscribed": 1,
            "bounces": {"hard_bounces": 1, "soft_bounces": 1, "syntax_errors": 0}, "opens": {"opens_total": 8, "unique_opens": 5, "proxy_excluded_unique_opens": 3},
            "clicks": {"clicks_total": 3, "unique_clicks": 3, "unique_subscriber_clicks": 2}, "_loaded_at": "2026-03-31",
        },
        {
            "id": "m2", "subject_line": "Опрос", "send_time": "2026-03-10T07:00:00+00:00", "emails_sent": 6,
            "bounces": {"hard_bounces": 0, "soft_bounces": 0}, "opens": {"unique_opens": 2}, "clicks": {"unique_subscriber_clicks": 1}, "_loaded_at": "2026-03-31",
        },
        {"id": "m2a", "parent_campaign_id": "m2", "send_time": "2026-03-10T07:00:00+00:00", "emails_sent": 3, "_loaded_at": "2026-03-31"},
        {"id": "m2b", "parent_campaign_id": "m2", "send_time": "2026-03-10T07:00:00+00:00", "emails_sent": 3, "_loaded_at": "2026-03-31"},
        {
            "id": "m3", "campaign_title": "Итоги", "send_time": "2026-03-31T20:30:00+00:00", "emails_sent": 5,
            "bounces": {"hard_bounces": 0, "soft_bounces": 1}, "opens": {"unique_opens": 1}, "clicks": {"unique_subscriber_clicks": 0}, "_loaded_at": "2026-03-31",
        },
        {"id": "m4", "send_time": "2026-03-10T07:00:00+00:00", "emails_sent": "много", "_loaded_at": "2026-03-31"},
    ),
    "mailchimp/reports/2": lines({
        "id": "m3", "campaign_title": "Итоги", "send_time": "2026-03-31T20:30:00+00:00", "emails_sent": 5,
        "bounces": {"hard_bounces": 0, "soft_bounces": 1}, "opens": {"unique_opens": 2}, "clicks": {"unique_subscriber_clicks": 0}, "_loaded_at": "2026-04-01",
    }),
    "mailchimp/email_activity/1": lines(
        recipient("m1", "a", activity=[
            at("02T09:00:00", action="open"),
            at("02T09:01:00", action="click", url="https://shop.ru/1"), at("02T09:01:00", action="click", url="https://shop.ru/2"),
        ]),
        recipient("m1", "b", activity=[at("02T07:00:01", action="open")]),
        recipient("m1", "c", activity=[at("02T10:00:00", action="open"), at("02T10:00:05", action="click", url="https://shop.ru/1")]),
        recipient("m1", "f", activity=[at("02T07:00:09", action="bounce", type="hard")]),
        recipient("m1", "g", activity=[at("02T07:00:09", action="bounce", type="soft")]),
        recipient("m1", "h", activity=[]),
    ),
    "mailchimp/email_activity/2": lines(
        recipient("m2a", "x", action="open", **at("10T08:00:00")),
        recipient("m2a", "x", action="click", url="https://shop.ru/3", **at("10T08:01:00")),
        recipient("m2b", "y", action="open", **at("10T08:00:00")),
        recipient("m2b", "y", action="forward", **at("10T08:02:00")),
    ),
    "mailchimp/open_details/1": lines(
        recipient("m1", "a", opens=[at("02T07:00:01", is_proxy_open=True), at("02T09:00:00", is_proxy_open=False)]),
        recipient("m1", "b", opens=[at("02T07:00:01", is_proxy_open=True)]),
        recipient("m1", "c", opens=[at("02T10:00:00", is_proxy_open=False), at("03T10:00:00", is_proxy_open=False)]),
        recipient("m1", "d", opens=[at("02T11:00:00", is_proxy_open=False)]),
        recipient("m1", "e", opens=[at("02T07:00:01", is_proxy_open=True)]),
    ),
    "mailchimp/unsubscribed/1": lines(recipient("m1", "d", reason="", **at("02T11:02:00"))),
}  # fmt: skip
CSV = {"files/customers/1": "customer_id,name,email\nK1,Анна,a@mail.ru\n"}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    """The warehouse of this company."""
    folder = tmp_path_factory.mktemp("email")
    write_csv(folder / "raw", CSV)
    for name, text in JSON.items():
        path = folder / "raw" / f"{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    with built_of(folder, "mailchimp files", unit_tests=2) as connection:
        yield connection


def test_every_raw_row_is_accounted_for(warehouse):
    """What machines opened and what is counted with its whole are told as findings: 3 openings and 2 halves."""
    assert accounted(warehouse) == [
        ("files", "customers", 1, 1, 0, 0, True),
        ("mailchimp", "email_activity", 10, 9, 0, 1, True), ("mailchimp", "open_details", 5, 5, 0, 0, True),
        ("mailchimp", "reports", 7, 5, 1, 1, True), ("mailchimp", "unsubscribed", 1, 1, 0, 0, True),
    ]  # fmt: skip
    assert rows(warehouse, "select source_name, raw_row, reason from quality.rejected_rows order by all") == [
        ("mailchimp", 4, "action: neither open, click nor bounce"),
        ("mailchimp", 6, "emails_sent: 'много' cannot be read as integer"),
    ]
    found = rows(
        warehouse, "select finding, rows_affected from quality.findings where subject = 'mailchimp' order by 1"
    )
    assert found == [("e-mail opened by a machine, not counted", 3), ("part of a mailing, counted with it", 2)]


def test_events_are_those_of_people(warehouse):
    """Of recipients as of things that they did; what happened to the half of a test happened to the whole."""
    found = rows(warehouse, """
        select split_part(email_campaign, ':', 2), event, count(*), count(distinct recipient) from marts.fct_email_events group by all order by all
    """)  # fmt: skip
    assert found == [
        ("m1", "bounced", 2, 2), ("m1", "clicked", 3, 2), ("m1", "opened", 4, 3), ("m1", "unsubscribed", 1, 1),
        ("m2", "clicked", 1, 1), ("m2", "opened", 2, 2),
    ]  # fmt: skip


def test_an_address_is_its_customer_and_no_more(warehouse):
    """a is K1, whose card spells the address otherwise; no address comes further than the core."""
    found = rows(warehouse, "select distinct customer_key from marts.fct_email_events where customer_key is not null")
    assert len(found) == 1
    assert rows(warehouse, "select count(*) from marts.fct_email_events where customer_key is not null") == [(3,)]
    assert rows(warehouse, "select count(*) from marts.fct_email_events as e where e::text like '%@%'") == [(0,)]


KPIS = {  # of March 2026, by hand
    ("email_open_rate", "all"): (3 + 2 + 2) / (8 + 6 + 4),
    ("email_open_rate", "mailchimp:m1"): 3 / 8,
    ("email_open_rate", "mailchimp:m2"): 2 / 6,
    ("email_open_rate", "mailchimp:m3"): 2 / 4,
    ("email_click_rate", "all"): (2 + 1 + 0) / (8 + 6 + 4),
    ("email_click_rate", "mailchimp:m1"): 2 / 8,
}


def test_kpis_are_those_counted_by_hand(warehouse):
    found = {(kpi, member): value for kpi, member, value in rows(warehouse, """
        select kpi_id, dimension_key, value from marts.kpi_values
        where period_grain = 'month' and period_start = '2026-03-01' and dimension in ('all', 'email_campaign')
    """)}  # fmt: skip
    assert {kpi: found.get(kpi) for kpi in KPIS} == pytest.approx(KPIS)
