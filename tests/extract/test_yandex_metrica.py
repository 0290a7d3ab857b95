"""Yandex.Metrica: logs evaluated, made, polled, fetched in parts, cleaned; days loaded again; totals."""

import logging
from dataclasses import replace
from datetime import date, timedelta

import pytest
from extract.servers import Metrica, days_before, hit, visit
from extract.tools import NOW, QUICK, alive, kill_when_held, read, seen

from flows.extract import Incomplete, LimitReached, Refused, RequestFailed, TimedOut, load
from flows.extract.commit import state_of
from flows.extract.yandex_metrica import KINDS

YESTERDAY = date(2026, 11, 19)
DAYS = days_before(YESTERDAY, 10)


@pytest.fixture
def counter(monkeypatch):
    with Metrica() as server:
        monkeypatch.setenv("KPI_METRICA_URL", server.url)
        monkeypatch.setenv("KPI_METRICA_TOKEN", server.token)
        monkeypatch.setenv("KPI_METRICA_COUNTER", server.counter)
        server.rows["visits"] = [visit(n, day) for n, day in enumerate(DAYS)]
        server.rows["hits"] = [hit(n, day) for n, day in enumerate(DAYS)]
        yield server


def metrica(root, number: int = 0, **more):
    settings = more.pop("settings", QUICK)
    return load("yandex_metrica", root, now=NOW + timedelta(days=number), settings=settings, **more)


def ended(counter) -> list[str]:
    return [log["status"] for log in counter.logs.values()]


def test_a_first_load(root, counter):
    counter.part_rows = 4
    report = metrica(root, since=date(2026, 11, 10))
    assert report.rows == {"goals": 1, "visits": 10, "hits": 10}
    assert ended(counter) == ["cleaned_by_user"] * 2
    assert counter.counts["download"] == 6  # three parts each
    row = read(root, "yandex_metrica", "visits")[0]
    assert row["ym:s:visitID"] == "4810000000000000000"
    assert row["ym:s:startURL"] == "https://coffee.example/?a=1\tb0"  # escapes undone
    assert row["ym:s:purchaseID"] == "['A\\'1']"  # but not in arrays
    assert row["ym:s:goalsID"] == "[1,2]"
    assert row["ym:s:lastUTMSource"] == ""
    assert row["_loaded_at"] == "2026-11-20T03:00:00+00:00"
    assert (read(root, "yandex_metrica", "goals")[0]["id"], read(root, "yandex_metrica", "goals")[0]["name"]) == (
        "1",
        "Заявка",
    )
    totals = read(root, "control", "totals")
    assert [(row["table_name"], row["day"], row["row_count"]) for row in totals] == [
        ("visits", day, "1") for day in DAYS
    ]
    assert report.warnings == []
    assert state_of(root, "yandex_metrica") == {"4242": "2026-11-19"}
    print(report)


def test_the_steps_and_their_parameters(root, counter):
    counter.polls = 3
    metrica(root, since=date(2026, 11, 19))
    names = [name for name, _ in counter.seen]
    assert names[:8] == ["goals", "evaluate", "create", "poll", "poll", "poll", "download", "clean"]
    asked = counter.calls("create")[0]
    assert (asked["date1"], asked["date2"], asked["source"]) == ("2026-11-19", "2026-11-19", "visits")
    assert all(len(",".join(kind.fields)) <= 3000 for kind in KINDS)


def test_a_first_load_without_since_asks_for_a_year(root, counter):
    metrica(root)
    assert counter.calls("create")[0]["date1"] == "2025-11-20"


def test_the_last_four_days_come_again_and_what_is_gone_is_marked(root, counter):
    metrica(root, since=date(2026, 11, 10))
    visits = counter.rows["visits"]
    visits[7]["ym:s:pageViews"] = "9"
    del visits[8]  # of the 18th: a robot, told later
    visits[0]["ym:s:pageViews"] = "9"  # of the 10th: final
    visits.append(visit(50, "2026-11-20"))
    counter.seen.clear()
    metrica_create = counter._create
    counter._create = lambda steps, params: metrica_create(
        steps, params | {"date2": min(params["date2"], "2026-11-19")}
    )
    counter.rows["visits"][-1]["ym:s:date"] = "2026-11-19"
    report = metrica(root, 1)
    asked = counter.calls("create")[0]
    assert (asked["date1"], asked["date2"]) == ("2026-11-16", "2026-11-20")
    found = alive(root, "yandex_metrica", "visits", "ym:s:visitID")
    assert len(found) == 10
    assert found["4810000000000000007"]["ym:s:pageViews"] == "9"
    assert found["4810000000000000000"]["ym:s:pageViews"] == "3"
    assert "4810000000000000008" not in found
    assert report.rows["visits"] == 5  # four that came, one that is gone
    assert state_of(root, "yandex_metrica") == {"4242": "2026-11-20"}


def test_a_gap_does_not_move_the_cursor(root, counter):
    metrica(root, since=date(2026, 11, 10), until=date(2026, 11, 12))
    metrica(root, since=date(2026, 11, 15), until=date(2026, 11, 16))
    assert state_of(root, "yandex_metrica") == {"4242": "2026-11-12"}
    metrica(root)
    assert counter.calls("create")[-1]["date1"] == "2026-11-09"
    assert len(alive(root, "yandex_metrica", "visits", "ym:s:visitID")) == 10


def test_today_is_left_out(root, counter):
    report = metrica(root, since=date(2026, 11, 18), until=date(2026, 11, 25))
    assert counter.calls("create")[0]["date2"] == "2026-11-19"
    assert "days after 2026-11-19 are not finished" in report.warnings[0]
    assert metrica(root, since=date(2026, 11, 20)).rows == {"goals": 1}


def test_spans_as_long_as_the_quota_allows(root, counter):
    counter.max_days = 4
    metrica(root, since=date(2026, 11, 10))
    spans = [(asked["date1"], asked["date2"]) for asked in counter.calls("create") if asked["source"] == "visits"]
    assert spans == [("2026-11-10", "2026-11-13"), ("2026-11-14", "2026-11-17"), ("2026-11-18", "2026-11-19")]
    assert len(alive(root, "yandex_metrica", "visits", "ym:s:visitID")) == 10
    counter.max_days = 0
    with pytest.raises(Refused, match="quota does not allow a single day"):
        metrica(root)


def test_an_empty_counter(root, counter):
    counter.rows = {"visits": [], "hits": []}
    assert metrica(root, since=date(2026, 11, 10)).rows == {"goals": 1}
    assert state_of(root, "yandex_metrica") == {"4242": "2026-11-19"}


def test_a_log_that_fails_is_made_again(root, counter):
    counter.failing = 2
    assert metrica(root, since=date(2026, 11, 10)).rows["visits"] == 10
    counter.failing = 9
    with pytest.raises(RequestFailed, match="visits 2026-11-16 to 2026-11-19: processing_failed in 3 attempts"):
        metrica(root)


def test_a_part_that_breaks_off_comes_again_whole(root, counter):
    counter.fault("download", 2, 200, "ym:s:visitID\tx\n" * 5000, cut=True)
    counter.fault("download", 1, 200, "ym:s:visitID\tym:s:counterID\tym:s:date\n48100")  # no end of line, another size
    report = metrica(root, since=date(2026, 11, 10))
    assert report.rows["visits"] == 10
    assert counter.counts["download"] == 5
    print(f"{counter.counts['download']} downloads of 2 parts, {report.rows['visits']} visits, each once")


def test_a_part_that_never_comes_whole(root, counter):
    counter.part_rows = 4
    counter.on["download"] = lambda number: counter.fault("download", 1, 200, "x" * 9999, cut=True)
    with pytest.raises(Incomplete, match="visits 2026-11-10 to 2026-11-19, part 1 never came whole in 4 attempts"):
        metrica(root, since=date(2026, 11, 10))
    assert seen(root) == {}
    assert ended(counter) == ["cleaned_by_user"]


def test_a_row_with_other_columns_fails_the_load(root, counter):
    counter.rows["visits"][3]["ym:s:startURL"] = "a real\ttab"
    with pytest.raises(Incomplete, match="part 0, line 5: 50 columns instead of 49|line 5: .* columns instead of"):
        metrica(root, since=date(2026, 11, 10))
    assert ended(counter) == ["cleaned_by_user"]


def test_a_field_that_vanishes_and_one_that_appears(root, counter):
    counter.forgotten = {"ym:s:browser"}
    report = metrica(root, since=date(2026, 11, 10))
    assert report.rows["visits"] == 10
    assert "Metrica left out the columns ym:s:browser" in report.warnings[0]
    counter.forgotten = {"ym:s:visitID"}
    with pytest.raises(Incomplete, match="no column ym:s:visitID"):
        metrica(root)
    counter.forgotten = set()
    create = counter._create
    counter._create = lambda steps, params: create(steps, params | {"fields": params["fields"] + ",ym:s:newField"})
    counter.rows["visits"][-1]["ym:s:newField"] = "new"
    metrica(root, 1, until=date(2026, 11, 19))
    newest = alive(root, "yandex_metrica", "visits", "ym:s:visitID")["4810000000000000009"]
    assert newest["ym:s:newField"] == "new"


@pytest.mark.parametrize("status", [420, 429, 500, 503])
def test_passing_trouble_is_waited_out(root, counter, status):
    for name in ("evaluate", "create", "poll", "download", "clean"):
        counter.fault(name, 2, status, {"errors": [], "code": status, "message": "Quota exceeded"})
    assert metrica(root, since=date(2026, 11, 10)).rows["visits"] == 10
    assert ended(counter) == ["cleaned_by_user"] * 2


def test_an_answer_of_another_shape(root, counter):
    counter.fault("create", 1, 200, {"request": {}})
    with pytest.raises(RequestFailed, match="create: an answer without log_request"):
        metrica(root, since=date(2026, 11, 10))


def test_a_quota_that_is_used_up(root, counter):
    counter.fault("create", 99, 420, {"code": 420, "message": "Quota exceeded"})
    with pytest.raises(LimitReached, match=r"visits .*, create: HTTP 420 \(Quota exceeded\)"):
        metrica(root, since=date(2026, 11, 10))


def test_a_token_that_expires_in_the_middle(root, counter):
    metrica(root, since=date(2026, 11, 10))
    before = seen(root)
    counter.on["download"] = lambda number: setattr(counter, "token", "another") if number == 3 else None
    with pytest.raises(Refused, match="download|part 0.*HTTP 403|poll.*HTTP 403|HTTP 403.*make a new token"):
        metrica(root)
    assert seen(root) == before
    assert state_of(root, "yandex_metrica") == {"4242": "2026-11-19"}


def test_a_log_that_takes_too_long_is_cancelled(root, counter):
    counter.polls = 10**6
    with pytest.raises(TimedOut, match="log being made: no end in sight"):
        metrica(root, since=date(2026, 11, 10), settings=replace(QUICK, wait_seconds=0.1))
    assert ended(counter) == ["canceled"]
    with pytest.raises(TimedOut, match="the load took longer than"):
        metrica(root, since=date(2026, 11, 10), settings=replace(QUICK, load_seconds=1))
    assert ended(counter) == ["canceled"] * 2
    assert seen(root) == {}


def test_a_killed_load_leaves_nothing_and_its_log_is_ended_by_the_next(root, counter):
    metrica(root, since=date(2026, 11, 10), until=date(2026, 11, 15))
    before = seen(root)
    counter.hold("download", 3)
    status = kill_when_held(counter, lambda: metrica(root))
    assert status == -9
    assert seen(root) == before
    assert ended(counter) == ["cleaned_by_user", "cleaned_by_user", "processed"]
    report = metrica(root)
    assert ended(counter) == ["cleaned_by_user"] * 5
    assert len(alive(root, "yandex_metrica", "visits", "ym:s:visitID")) == 10
    assert len(report.files) == 4
    print(f"killed while a part was fetched: its log was ready, and the next load made it {ended(counter)[2]}")


def test_control_totals_that_differ_or_do_not_come(root, counter):
    counter.totals = {"2026-11-19": 3}
    report = metrica(root, since=date(2026, 11, 10))
    assert report.warnings == ["visits of 2026-11-19: 1 came, the report says 3"]
    counter.sampled = True
    assert "sampled" in metrica(root).warnings[0]
    counter.fault("data", 9, 429, {"message": "Quota"})
    assert "no control totals" in metrica(root).warnings[0]


def test_several_counters(root, counter, monkeypatch):
    monkeypatch.setenv("KPI_METRICA_COUNTER", "4242, 4243")
    metrica(root, since=date(2026, 11, 10))
    assert state_of(root, "yandex_metrica") == {"4242": "2026-11-19", "4243": "2026-11-19"}


def test_a_dry_run_orders_nothing(root, counter):
    counter.max_days = 4
    report = metrica(root, since=date(2026, 11, 10), dry_run=True)
    assert report.rows == {"goals": -1, "visits": -1, "hits": -1}
    assert report.warnings[0] == (
        "counter 4242: visits of 2026-11-10 to 2026-11-19, in spans as long as the first, which ends on 2026-11-13"
    )
    assert counter.logs == {}
    assert not root.exists()


def test_the_token_does_not_show(root, counter, caplog):
    caplog.set_level(logging.DEBUG)
    metrica(root, since=date(2026, 11, 18))
    counter.fault("create", 1, 400, {"message": f"bad Authorization: OAuth {counter.token}"})
    with pytest.raises(Refused) as caught:
        metrica(root)
    assert counter.token not in caplog.text + repr(caught.value)
    assert "OAuth ***" in str(caught.value)
    assert not [path for path in root.rglob("*") if path.is_file() and counter.token.encode() in path.read_bytes()]
