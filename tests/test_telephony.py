"""Calls of MTT and of call detail records on to the KPIs: a company small enough to count by hand.

In March 2026 by the clock of Moscow; the 2nd is a Monday, and the team works from 9 to 18.  Anna has extension 101 and SIP id 8801, Boris 102 and 8802.

| call | when | legs | is |
|---|---|---|---|
| c1 | 2, 10:00:00 | queue, 101 and 102 | incoming; Boris takes it after 5 + 10 seconds and talks for 85; the queue's own leg lasts 107 |
| c2 | 2, 10:30:00 | 101, then 102 from 101 | incoming; Anna takes it after 6 seconds, talks for 30 and passes it on to Boris for 70 |
| c3 | 2, 11:00:00 | queue, 101 and 102 | missed after 60 seconds, 40 of which a machine talked |
| c4 | 2, 11:20:00 | 101 | Anna calls c3 back, 20 minutes later, and talks for 65 |
| c5 | 2, 11:30:00 | 101 to 102 | between colleagues |
| c6 | 2, 12:00:00 | 101 | missed after 25 seconds, and nobody calls back |
| c7 | 2, 12:30:00 | queue, then another load: 102 | incoming; told while it rang and once more when it was over: Boris, after 3 seconds, 62 |
| m1 | 3, 10:00:00 | 8801 missed, 8802 incoming | incoming; Boris talks for 120; his row is loaded twice |
| m2 | 4, 01:30:00, which is the 3rd in UTC | 8801 | missed |
| m3 | 4, 09:10:00 | 8802 | Boris calls m2 back, 10 working minutes later, and talks for 61 |
| m4 | 4, 12:00:00 | 8801 and 8802 | between colleagues |
"""

import pytest

from tests.warehouse import accounted, built_of, rows, write_csv

CSV = {
    "cdr/legs/1": """call_id,leg_id,started_at,direction,caller,called,extension,queue,status,wait_seconds,talk_seconds,total_seconds,_loaded_at
c1,1a,2026-03-02 10:00:00,in,79161110001,74951110000,,sales,answered,12,95,107,2026-03-03
c1,1b,2026-03-02 10:00:05,internal,600,101,101,,no answer,0:07,0,7,2026-03-03
c1,1c,2026-03-02 10:00:05,internal,600,102,102,,answered,10,0:01:25,95,2026-03-03
c2,2a,2026-03-02 10:30:00,in,79161110002,74951110000,101,,answered,6,30,36,2026-03-03
c2,2b,2026-03-02 10:30:40,internal,101,102,102,,answered,4,70,74,2026-03-03
c3,3a,2026-03-02 11:00:00,in,79161110003,74951110000,,sales,answered,20,40,60,2026-03-03
c3,3b,2026-03-02 11:00:20,internal,600,101,101,,no answer,40,0,,2026-03-03
c3,3c,2026-03-02 11:00:20,internal,600,102,102,,no answer,40,0,,2026-03-03
c4,4a,2026-03-02 11:20:00,исходящий,101,79161110003,101,,answered,5,65,70,2026-03-03
c5,5a,2026-03-02 11:30:00,,101,102,,,answered,3,300,303,2026-03-03
c6,6a,2026-03-02 12:00:00,,79161110004,101,,,no answer,25,0,,2026-03-03
c7,7a,2026-03-02 12:30:00,in,79161110005,74951110000,,sales,,0,9,,2026-03-02 09:30:09
c8,8a,2026-03-02 13:00:00,in,79161110008,101,101,,answered,3,полторы минуты,,2026-03-03
c9,9a,2026-03-02 13:00:00,боковой,79161110009,101,101,,answered,3,60,,2026-03-03
""",
    "cdr/legs/2": """call_id,leg_id,started_at,direction,caller,called,extension,queue,status,wait_seconds,talk_seconds,total_seconds,_loaded_at
c7,7b,2026-03-02 12:30:00,in,79161110005,74951110000,102,,answered,3,62,65,2026-03-03
""",
    "cdr/extensions/1": "extension,employee_id\n101,anna\n102,boris\n",
    "mtt/call_history/1": """sip_id,list,cli,cld,customer_local_time,connect_time,charged_time,charged,_loaded_at
8801,missed,79161110006,74951110000,2026-03-03 10:00:00,2026-03-03 07:00:00,0,0,2026-03-05
8802,incoming,79161110006,74951110000,2026-03-03 10:00:02,2026-03-03 07:00:02,120,0,2026-03-05
8801,missed,79161110007,74951110000,2026-03-04 01:30:00,2026-03-03 22:30:00,0,0,2026-03-05
8802,dialed,74951110000,79161110007,2026-03-04 09:10:00,2026-03-04 06:10:00,61,2.5,2026-03-05
8801,dialed,101,102,2026-03-04 12:00:00,2026-03-04 09:00:00,40,0,2026-03-05
8802,incoming,101,102,2026-03-04 12:00:00,2026-03-04 09:00:00,40,0,2026-03-05
8801,incoming,79161110010,74951110000,вчера,вчера,50,0,2026-03-05
""",
    "mtt/call_history/2": """sip_id,list,cli,cld,customer_local_time,connect_time,charged_time,charged,_loaded_at
8802,incoming,79161110006,74951110000,2026-03-03 10:00:02,2026-03-03 07:00:02,120,0,2026-03-06
""",
    "mtt/sip_ids/1": "sip_id,employee_id\n8801,anna\n8802,boris\n",
    "files/employees/1": "employee_id,name,team\nanna,Anna,sales\nboris,Boris,sales\n",
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    """The warehouse of this company."""
    folder = tmp_path_factory.mktemp("telephony")
    write_csv(folder / "raw", CSV)
    with built_of(folder, "mtt cdr files", unit_tests=2) as connection:
        yield connection


def test_every_raw_row_is_accounted_for(warehouse):
    """Of 15 legs one was told before its call was over and two are bad; the 12 accepted ones make 7 calls, one of them between colleagues."""
    found = accounted(warehouse)
    assert found == [
        ("cdr", "extensions", 2, 2, 0, 0, True), ("cdr", "legs", 15, 12, 1, 2, True), ("files", "employees", 2, 2, 0, 0, True),
        ("mtt", "call_history", 8, 6, 1, 1, True), ("mtt", "sip_ids", 2, 2, 0, 0, True),
    ]  # fmt: skip
    merged = rows(warehouse, """
        select source_system, row_status, count(*), sum(legs)::int from (
            select source_system, row_status, legs from staging.stg_cdr__calls union all select source_system, row_status, legs from staging.stg_mtt__calls
        ) group by all order by all
    """)  # fmt: skip
    assert merged == [
        ("cdr", "accepted", 6, 11),
        ("cdr", "internal", 1, 1),
        ("mtt", "accepted", 3, 4),
        ("mtt", "internal", 1, 2),
    ]
    found = rows(
        warehouse,
        "select subject, rows_affected from quality.findings where finding = 'call between colleagues, not counted' order by 1",
    )
    assert found == [("cdr", 1), ("mtt", 1)]


def test_bad_rows_are_rejected_and_say_why(warehouse):
    found = rows(
        warehouse, "select source_name, raw_row, reason from quality.rejected_rows order by source_name, raw_row"
    )
    assert found == [
        ("cdr", 14, "talk_seconds: 'полторы минуты' cannot be read as number"),
        ("cdr", 15, "direction: neither in, out nor internal"),
        ("mtt", 8, "connect_time: 'вчера' cannot be read as timestamp"),
    ]


def test_legs_are_calls(warehouse):
    """A call of several legs is one, of its own time zone, and the employee is he who answered, by his id in the CRM."""
    found = rows(warehouse, """
        select
            strftime(started_at, '%d %H:%M:%S'), direction, is_answered, wait_seconds::int, talk_seconds::int, split_part(employee_id, ':', 2), queue,
            right(phone, 2)
        from intermediate.calls order by started_at
    """)  # fmt: skip
    assert found == [
        ("02 07:00:00", "in", True, 15, 85, "boris", "sales", "01"),
        ("02 07:30:00", "in", True, 6, 100, "anna", None, "02"),
        ("02 08:00:00", "in", False, 60, 0, None, "sales", "03"),
        ("02 08:20:00", "out", True, None, 65, "anna", None, "03"),
        ("02 09:00:00", "in", False, 25, 0, "anna", None, "04"),
        ("02 09:30:00", "in", True, 3, 62, "boris", None, "05"),
        ("03 07:00:00", "in", True, None, 120, "boris", "74951110000", "06"),
        ("03 22:30:00", "in", False, None, 0, "anna", "74951110000", "07"),
        ("04 06:10:00", "out", True, None, 61, "boris", "74951110000", "07"),
    ]


KPIS = {  # of March 2026, by hand
    ("calls_count", "all"): 9,  # c1 to c4, c6, c7, m1 to m3
    ("calls_count", "files:anna"): 4,  # c2, c4, c6, m2
    ("calls_count", "files:boris"): 4,  # c1, c7, m1, m3
    ("calls_count", "(unknown)"): 1,  # c3 rang both
    ("conversations_count", "all"): 6,  # 85, 100, 65, 62, 120 and 61 seconds
    ("missed_calls", "all"): 3,  # c3, c6, m2
    ("missed_call_share", "all"): 3 / 7,  # of c1, c2, c3, c6, c7, m1, m2
    ("callback_in_time_share", "all"): 2 / 3,
    ("callback_time_minutes", "all"): (20 + 10) / 2,  # the team opens at 9, so m2 waits from then on
    ("lost_call_share", "all"): 1 / 3,  # c6
}


def test_kpis_are_those_counted_by_hand(warehouse):
    found = {(kpi, member): value for kpi, member, value in rows(warehouse, """
        select kpi_id, dimension_key, value from marts.kpi_values
        where period_grain = 'month' and period_start = '2026-03-01' and dimension in ('all', 'manager')
    """)}  # fmt: skip
    assert {kpi: found.get(kpi) for kpi in KPIS} == pytest.approx(KPIS)


def test_callers_wait_for_their_answer(warehouse):
    """15 + 6 + 60 + 25 + 3 seconds of 5 calls; nobody tells how long a call of MTT rang, and outgoing ones ring at the customer's."""
    found = rows(warehouse, """
        select dimension_key, value from marts.kpi_companions
        where companion_id = 'call_wait_seconds' and period_grain = 'month' and period_start = '2026-03-01'
            and dimension in ('all', 'call_hour', 'call_weekday')
    """)  # fmt: skip
    wanted = {"all": 109 / 5, "10": (15 + 6) / 2, "11": 60, "12": (25 + 3) / 2, "1": 109 / 5}
    assert {key.lstrip("0"): value for key, value in found} == pytest.approx(wanted)
