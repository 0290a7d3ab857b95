"""Mailings of Mailchimp, UniSender and SendPulse on to the KPIs: a company small enough to count by hand.

In March 2026 by the clock of Moscow; nothing else tells of the mailings than their service.

| mailing | sent | delivered | opened | clicked |
|---|---|---|---|---|
| m1 | 2 | 10 sent - 1 hard - 1 soft bounce = 8 | a, c and d; of b and e a machine alone opened | a two links, c |
| m2 | 10 | 6, in the halves m2a and m2b of a test | x of m2a, y of m2b; nothing is known of machines | x |
| u1 | 12 | a, p, q and r; s has no such address, t had unsubscribed before | a, p and q, who unsubscribed | a |
| u2 | | waits for its day | | |
| s1 | 15, 10:00 | 5 by the counters | 2 | 1 |
| s2 | 15, 12:00 | a, b and c by its events; not d | a twice, told again, and b | a |
| s3, s4 | | go by SMS; a draft | | |
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
    return {"campaign_id": campaign, "email_address": f"{name}@Mail.ru", **more}


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
JSON |= {
    "sendpulse/campaigns/1": lines(
        {
            "id": 501, "name": "Скидки", "send_date": "2026-03-15 10:00:00", "is_sms": 0,
            "statistics": {"sent": 6, "delivered": 5, "opening": 2, "link_redirected": 1, "unsubscribe": 0, "error": 1},
        },
        {
            "id": 502, "name": "Новинки", "send_date": "2026-03-15 12:00:00", "is_sms": 0,
            "statistics": {"sent": 4, "delivered": 3, "opening": 3, "link_redirected": 1, "unsubscribe": 0, "error": 1},
        },
        {"id": 503, "name": "СМС", "send_date": "2026-03-15 12:00:00", "is_sms": 1, "statistics": {"sent": 9, "delivered": 9}},
        {"id": 504, "name": "Черновик", "is_sms": 0},
    ),
    "sendpulse/events/1": lines(*[
        {"task_id": "502", "event": event, "timestamp": str(1773565200 + second), "email": f"{name}@mail.ru", "_loaded_at": "2026-03-16"}
        for second, (event, name) in enumerate([
            ("delivered", "a"), ("delivered", "b"), ("delivered", "c"), ("hard_bounces", "d"),
            ("open", "a"), ("open", "a"), ("redirect", "a"), ("open", "b"), ("spam", "b"),
        ])
    ], {"event": "new_emails", "timestamp": "1773565300", "email": "z@mail.ru"}),
    "sendpulse/events/2": lines({"task_id": "502", "event": "open", "timestamp": "1773565204", "email": "a@mail.ru", "_loaded_at": "2026-03-17"}),
}  # fmt: skip
CSV = {
    "files/customers/1": "customer_id,name,email\nK1,Анна,a@mail.ru\n",
    "unisender/campaigns/1": """id,start_time,status,subject
7001,2026-03-12 06:00:00,completed,Март
7002,2026-03-20 06:00:00,waits_schedule,Потом
""",
    "unisender/campaign_common_stats/1": """campaign_id,total,sent,delivered,read_unique,read_all,clicked_unique,clicked_all,unsubscribed,spam
7001,6,5,4,3,5,1,1,1,0
""",
    "unisender/campaign_delivery_stats/1": """campaign_id,email,send_result,last_update,_loaded_at
7001,a@mail.ru,ok_delivered,2026-03-12 06:05:00,2026-03-13
7001,r@mail.ru,ok_delivered,2026-03-12 06:05:00,2026-03-13
7001,s@mail.ru,err_user_unknown,2026-03-12 06:01:00,2026-03-13
7001,t@mail.ru,err_unsubscribed,2026-03-12 06:01:00,2026-03-13
""",
    "unisender/campaign_delivery_stats/2": """campaign_id,email,send_result,last_update,_loaded_at
7001,a@mail.ru,ok_link_visited,2026-03-13 08:00:00,2026-03-14
7001,p@mail.ru,ok_read,2026-03-13 09:00:00,2026-03-14
7001,q@mail.ru,ok_unsubscribed,2026-03-13 10:00:00,2026-03-14
7001,v@mail.ru,прочитано,2026-03-13 10:00:00,2026-03-14
""",
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    """The warehouse of this company."""
    folder = tmp_path_factory.mktemp("email")
    write_csv(folder / "raw", CSV)
    for name, text in JSON.items():
        path = folder / "raw" / f"{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    with built_of(folder, "mailchimp unisender sendpulse files", unit_tests=4) as connection:
        yield connection


def test_every_raw_row_is_accounted_for(warehouse):
    """What machines opened and what is counted with its whole are told as findings: 3 openings and 2 halves."""
    assert accounted(warehouse) == [
        ("files", "customers", 1, 1, 0, 0, True),
        ("mailchimp", "email_activity", 10, 9, 0, 1, True), ("mailchimp", "open_details", 5, 5, 0, 0, True),
        ("mailchimp", "reports", 7, 5, 1, 1, True), ("mailchimp", "unsubscribed", 1, 1, 0, 0, True),
        ("sendpulse", "campaigns", 4, 4, 0, 0, True), ("sendpulse", "events", 11, 10, 1, 0, True),
        ("unisender", "campaign_common_stats", 1, 1, 0, 0, True), ("unisender", "campaign_delivery_stats", 8, 6, 1, 1, True),
        ("unisender", "campaigns", 2, 2, 0, 0, True),
    ]  # fmt: skip
    assert rows(warehouse, "select source_name, raw_row, reason from quality.rejected_rows order by all") == [
        ("mailchimp", 4, "action: neither open, click nor bounce"),
        ("mailchimp", 6, "emails_sent: 'много' cannot be read as integer"),
        ("unisender", 5, "send_result: neither not_sent, ok_… nor err_…"),
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
        ("502", "bounced", 1, 1), ("502", "clicked", 1, 1), ("502", "delivered", 3, 3), ("502", "opened", 3, 2),
        ("7001", "bounced", 1, 1), ("7001", "clicked", 1, 1), ("7001", "delivered", 4, 4), ("7001", "opened", 3, 3), ("7001", "unsubscribed", 1, 1),
        ("m1", "bounced", 2, 2), ("m1", "clicked", 3, 2), ("m1", "opened", 4, 3), ("m1", "unsubscribed", 1, 1),
        ("m2", "clicked", 1, 1), ("m2", "opened", 2, 2),
    ]  # fmt: skip


def test_an_address_is_its_customer_and_no_more(warehouse):
    """a is K1, whose card spells the address otherwise; no address comes further than the core."""
    found = rows(warehouse, """
        select source_system, count(*), count(distinct customer_key) from marts.fct_email_events where customer_key is not null group by all order by all
    """)  # fmt: skip
    assert found == [("mailchimp", 3, 1), ("sendpulse", 4, 1), ("unisender", 3, 1)]
    assert rows(warehouse, "select count(*) from marts.fct_email_events as e where e::text like '%@%'") == [(0,)]


def test_what_was_not_sent_by_mail_is_no_mailing(warehouse):
    found = rows(warehouse, """
        select email_campaign, email_campaign_name, strftime(sent_at, '%d %H:%M') from marts.fct_email_campaigns order by sent_at, email_campaign
    """)  # fmt: skip
    assert found == [
        ("mailchimp:m1", "Весна", "02 07:00"), ("mailchimp:m2", "Опрос", "10 07:00"), ("unisender:7001", "Март", "12 06:00"),
        ("sendpulse:501", "Скидки", "15 07:00"), ("sendpulse:502", "Новинки", "15 09:00"), ("mailchimp:m3", "Итоги", "31 20:30"),
    ]  # fmt: skip


KPIS = {  # of March 2026, by hand
    ("email_open_rate", "all"): (3 + 2 + 2 + 3 + 2 + 2) / (8 + 6 + 4 + 4 + 5 + 3),
    ("email_open_rate", "unisender:7001"): 3 / 4,
    ("email_open_rate", "sendpulse:501"): 2 / 5,
    ("email_open_rate", "sendpulse:502"): 2 / 3,
    ("email_open_rate", "mailchimp:m1"): 3 / 8,
    ("email_open_rate", "mailchimp:m2"): 2 / 6,
    ("email_open_rate", "mailchimp:m3"): 2 / 4,
    ("email_click_rate", "all"): (2 + 1 + 0 + 1 + 1 + 1) / (8 + 6 + 4 + 4 + 5 + 3),
    ("email_click_rate", "unisender:7001"): 1 / 4,
    ("email_click_rate", "sendpulse:502"): 1 / 3,
    ("email_click_rate", "mailchimp:m1"): 2 / 8,
}


def test_kpis_are_those_counted_by_hand(warehouse):
    found = {(kpi, member): value for kpi, member, value in rows(warehouse, """
        select kpi_id, dimension_key, value from marts.kpi_values
        where period_grain = 'month' and period_start = '2026-03-01' and dimension in ('all', 'email_campaign')
    """)}  # fmt: skip
    assert {kpi: found.get(kpi) for kpi in KPIS} == pytest.approx(KPIS)
