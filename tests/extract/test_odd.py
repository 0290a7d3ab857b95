"""One odd record, answer or file: text is made storable and its row named, a bad file stays where it is with its reason,
all else is an error that names its place. Nothing is a traceback, and no raw value is quoted."""

import json
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from extract.servers import Bitrix, Direct, Metrica, days_before, hit, lead, spend, visit
from extract.tools import NOW, QUICK, alive, read, seen

from flows.cli import main
from flows.extract import ConfigError, Incomplete, LoadError, RequestFailed, load
from flows.extract.common import as_text, parse_json
from raw_views.scan import Engine, prove_parquet

DAYS = days_before(date(2026, 11, 19), 4)
TARGETS = "period_start;period_grain;kpi_id;value\n2026-11-01;month;revenue;1 000\n"
SECRET = "Пушкина 7-999"  # a value; no warning and no error may hold it
ODD = "<odd>"  # what a server replaces by bytes that JSON text can't be asked for


def swapping(server):
    """Makes a server put `server.swaps` into all of its answers."""
    server.swaps = {}
    handle = server.handle

    def swapped(*request):
        answer = handle(*request)
        for before, after in server.swaps.items():
            answer.body = answer.body.replace(before.encode(), after)
        return answer

    server.handle = swapped
    return server


@pytest.fixture
def portal(monkeypatch):
    with Bitrix() as server:
        monkeypatch.setenv("KPI_BITRIX24_WEBHOOK", server.webhook)
        monkeypatch.setenv("KPI_SHOP_WEBHOOK", server.webhook)
        server.clock = lambda: NOW.timestamp()
        server.tables["crm.lead.list"] = [lead(1), lead(2, TITLE=ODD), lead(3)]
        yield swapping(server)


@pytest.fixture
def counter(monkeypatch):
    with Metrica() as server:
        monkeypatch.setenv("KPI_METRICA_URL", server.url)
        monkeypatch.setenv("KPI_METRICA_TOKEN", server.token)
        monkeypatch.setenv("KPI_METRICA_COUNTER", server.counter)
        server.rows["visits"] = [visit(n, day) for n, day in enumerate(DAYS)]
        server.rows["hits"] = [hit(n, day) for n, day in enumerate(DAYS)]
        server.swaps = {}
        texts = server._texts

        def swapped(log):
            found = texts(log)
            for before, after in server.swaps.items():
                found = [text.replace(before.encode(), after) for text in found]
            return found

        server._texts = swapped
        yield server


@pytest.fixture
def account(monkeypatch):
    with Direct() as server:
        monkeypatch.setenv("KPI_DIRECT_URL", server.url)
        monkeypatch.setenv("KPI_DIRECT_TOKEN", server.token)
        monkeypatch.setenv("KPI_DIRECT_LOGIN", server.login)
        server.rows = [spend(day, 7, 1_845_530) for day in DAYS]
        yield swapping(server)


@pytest.fixture
def inbox(tmp_path, monkeypatch):
    folder = tmp_path / "inbox"
    (folder / "targets").mkdir(parents=True)
    (folder / "targets" / "good.csv").write_text(TARGETS)
    monkeypatch.setenv("KPI_INBOX", str(folder))
    return folder


def take(source, root, number: int = 0, **more):
    return load(source, root, now=NOW + timedelta(days=number), settings=QUICK, **more)


def left(inbox) -> list[bytes]:
    return sorted(bytes(path.name, "utf-8", "surrogateescape") for path in inbox.rglob("*") if path.is_file())


# --- text that nothing can hold -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "title"),
    [
        (b'"a\\ud800b"', "a\ufffdb"),  # half a character
        (b'"a\\u0000b"', "a\ufffdb"),
        (b'"a\xff\xfeb"', "a\ufffd\ufffdb"),  # not UTF-8
        (b'[{"VALUE":"a\\u0000","T":"\\\\u0000"}]', '[{"VALUE":"a\ufffd","T":"\\\\u0000"}]'),
        (b"[" * 100_000 + b"]" * 100_000, "[" * 97 + '"\ufffd"' + "]" * 97),
        (b'{"a":' * 100_000 + b'"]}"' + b"}" * 100_000, '{"a":' * 97 + '"\ufffd"' + "}" * 97),
    ],
)
def test_text_is_made_storable_and_its_row_named(root, portal, sent, title):
    portal.swaps = {f'"{ODD}"': sent}
    report = take("bitrix24", root)
    rows = read(root, "bitrix24", "crm_lead")
    assert [row["TITLE"] for row in rows] == ["Запись №1", title, "Запись №3"]
    (file,) = (root / "bitrix24" / "crm_lead").iterdir()
    (warning,) = (text for text in report.warnings if "crm_lead" in text)
    assert warning.startswith(f"bitrix24/crm_lead/{file.name}: 1 rows held")
    assert warning.endswith("(row 2)")
    assert "crm_lead" not in take("bitrix24", root, 1).rows


@pytest.mark.parametrize(
    ("sent", "cell"),
    [
        (b"5", "5"),
        (b'{"a": {"b": 7}}', '{"a":{"b":7}}'),
        (b"9" * 5000, "9" * 5000),
        (b"[" + b"9" * 5000 + b",1e999,NaN,-Infinity]", f'["{"9" * 5000}","1e999","NaN","-Infinity"]'),
        (b"NaN", "NaN"),
        (b"1e999", "1e999"),
        (b'"99999-01-01T00:00:00+03:00"', "99999-01-01T00:00:00+03:00"),
        (b"true", "true"),
    ],
)
@pytest.mark.parametrize("field", ["TITLE", "PHONE", "DATE_CREATE"])
def test_values_of_another_kind_are_text(root, portal, sent, cell, field):
    portal.tables["crm.lead.list"][1] = lead(2, **{field: ODD})
    portal.swaps = {f'"{ODD}"': sent}
    assert take("bitrix24", root).rows["crm_lead"] == 3
    assert alive(root, "bitrix24", "crm_lead", "ID")["2"][field] == cell


def test_values_too_deep_to_be_written_are_replaced():
    """Reading takes fewer levels of a program's stack than writing, so what can be read may be too deep to write."""
    value = parse_json("[" * 800 + "]" * 800)

    def deeper(levels: int):
        return deeper(levels - 1) if levels else as_text(value)

    assert deeper(300) == "\0"


def test_odd_keys_of_a_record(root, portal):
    odd = {"": "x", "title": SECRET, "bad\ud800\0key": "y", "_loaded_at": "1999-01-01", "_LOADED_AT": "z"}
    portal.swaps = {f'"{ODD}"': b'"t",' + json.dumps(odd)[1:-1].encode()}
    report = take("bitrix24", root)
    first, second, _ = read(root, "bitrix24", "crm_lead")
    assert second["TITLE"] == "t"  # the spelling that most rows have
    assert second["bad\ufffd\ufffdkey"] == "y" and first["bad\ufffd\ufffdkey"] is None
    assert {first["_loaded_at"], second["_loaded_at"]} == {"2026-11-20T03:00:00+00:00"}
    assert not {"", "title", "_LOADED_AT"} & second.keys()
    told = " ".join(report.warnings)
    assert "bitrix24/crm_lead: keys that differ by case alone" in told
    assert "bitrix24/crm_lead: a key that is empty or _loaded_at is left out" in told
    assert SECRET not in told


def test_keys_without_number(root, portal):
    portal.tables["crm.lead.list"][1] = lead(2, **{f"UF_{n}": "x" for n in range(5000)})
    report = take("bitrix24", root)
    rows = read(root, "bitrix24", "crm_lead")
    assert len(rows) == 3 and len(rows[1]) == 1001  # and the load stamp
    (file,) = (root / "bitrix24" / "crm_lead").iterdir()
    assert prove_parquet(str(file), Engine())[0] == 3  # the raw views read what the load wrote
    assert "bitrix24/crm_lead: more than 1000 columns; those that came later are left out" in report.warnings


# --- answers of another shape ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "method", ["crm.lead.list", "crm.status.list", "crm.stagehistory.list", "catalog.catalog.list", "user.get"]
)
@pytest.mark.parametrize(
    "result",
    [
        7,
        "Пушкина 7-999",
        ["Пушкина 7-999"],
        [None],
        [[1]],
        [{}],
        [{"ID": None, "id": None}],
        [{"ID": {"a": "Пушкина 7-999"}, "id": {"a": "Пушкина 7-999"}, "NAME": 5}],
        {"items": 5, "catalogs": 5, "x": 5},
    ],
)
def test_a_result_that_is_no_list_of_records(root, portal, method, result):
    portal.fault(method, 200, 200, {"result": result, "total": 1})
    try:
        take("bitrix24", root)
    except LoadError as error:
        assert method in str(error) and "Nothing was loaded" in error.advice
        assert SECRET not in str(error)
        assert seen(root) == {}
    else:
        assert method in ("crm.status.list", "user.get")  # a dictionary's id may be anything
        assert isinstance(result, list)


@pytest.mark.parametrize("body", [[], 7, '"text"', "null", "", "[" * 100_000, "{" * 100_000, '{"result": '])
def test_an_answer_of_the_portal_that_is_no_object(root, portal, body):
    portal.fault("crm.lead.list", 200, 200, body)
    with pytest.raises(LoadError, match="crm.lead.list.*Nothing was loaded"):
        take("bitrix24", root)


@pytest.mark.parametrize("total", ["many", {}, [1], 1.5, -1, True])
@pytest.mark.parametrize("method", ["crm.lead.list", "crm.status.list"])
def test_a_count_that_is_none(root, portal, method, total):
    answer = {"result": [lead(1)], "total": total, "next": total}
    portal.fault(method, 200, 200, answer)
    with pytest.raises(Incomplete, match=f"{method}.*no whole number"):
        take("bitrix24", root)


@pytest.mark.parametrize("answer", [7, "x", [], {"result": 5}, {"result": {"p0": 5}, "result_error": 5}])
def test_a_batch_of_another_shape(root, portal, answer):
    portal.tables["crm.lead.list"] = [lead(n) for n in range(1, 130)]
    portal.fault("batch", 200, 200, {"result": answer})
    with pytest.raises(LoadError, match="crm.lead.list.*Nothing was loaded"):
        take("bitrix24", root)


@pytest.mark.parametrize(
    "value", ["abc", {}, [], "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", 1e18, -1e18]
)
def test_a_clock_of_the_portal_that_no_clock_shows(root, portal, value):
    names = ("start", "finish", "operating", "operating_reset_at")
    portal._time = lambda method: dict.fromkeys(names, value)
    assert take("bitrix24", root).rows["crm_lead"] == 3
    assert take("bitrix24", root, 1).rows.get("crm_lead", 0) >= 0


def test_a_file_of_the_raw_root_with_ids_of_another_kind(root, portal):
    """Somebody put files into a source's folder: what is no id is left alone, what can't be read is passed over."""
    folder = root / "bitrix24" / "crm_lead"
    folder.mkdir(parents=True)
    pq.write_table(
        pa.table({"ID": [None, "abc", "2"], "DATE_MODIFY": ["x", None, "99999-01-01"]}), folder / "a.parquet"
    )
    bad = pa.array([b"\xff"]).cast(pa.binary()).view(pa.string())
    pq.write_table(pa.table({"ID": bad}), folder / "b.parquet")
    pq.write_table(pa.table([pa.array(["1"])] * 2, ["ID", "ID"]), folder / "c.parquet")
    (folder / "d.parquet").write_bytes(b"PAR1 cut")
    assert take("bitrix24", root).rows["crm_lead"] == 3


@pytest.mark.parametrize("content", ["[]", "{", '{"bitrix24": 5}', "[" * 100_000])
def test_damaged_cursors_are_told(root, portal, content):
    take("bitrix24", root)
    (root / ".loads" / "state.json").write_text(content)
    with pytest.raises(ConfigError, match="state.json does not hold the cursors"):
        take("bitrix24", root, 1)


@pytest.mark.parametrize("days", [("--since", "0001-01-01"), ("--until", "9999-12-31")])
def test_days_that_no_clock_shows(root, portal, days, capsys):
    assert main(["load", "bitrix24", "--root", str(root), *days]) == 1
    assert "ConfigError: since or until is of no year from 1900 to 9998" in capsys.readouterr().err


@pytest.mark.parametrize("dry", [True, False])
def test_what_nobody_foresaw_is_told_by_its_place(root, portal, monkeypatch, dry, capsys):
    def fail(*_):
        raise ZeroDivisionError(SECRET)

    monkeypatch.setattr("flows.extract.bitrix24.span" if dry else "flows.extract.bitrix_rest.Reading.state", fail)
    portal.tables["crm.deal.list"] = [lead(1)]
    assert main(["load", "bitrix24", "--root", str(root), *(["--dry-run"] if dry else [])]) == 1
    told = capsys.readouterr().err
    after = "" if dry else "after 1 rows of crm_deal, "
    assert f"Unforeseen: bitrix24: {after}ZeroDivisionError in test_odd.py, line" in told
    assert SECRET not in told and "Traceback" not in told
    assert seen(root) == {}


# --- Metrica ---------------------------------------------------------------------------------------------------------


def test_a_byte_in_a_log_that_is_not_utf8(root, counter):
    counter.rows["visits"][1]["ym:s:referer"] = ODD
    counter.rows["visits"][2] |= {"ym:s:referer": "a\\0b", "ym:s:visitID": f"48{ODD}"}
    counter.swaps = {ODD: b"\xff"}
    report = take("yandex_metrica", root, since=date(2026, 11, 16))
    rows = read(root, "yandex_metrica", "visits")
    assert [row["ym:s:referer"] for row in rows] == ["", "\ufffd", "a\ufffdb", ""]
    (warning,) = report.warnings
    assert warning.startswith("yandex_metrica/visits/") and warning.endswith("(row 2, 3)")
    again = take("yandex_metrica", root, 1, since=date(2026, 11, 16), until=date(2026, 11, 19))
    assert again.rows["visits"] == 4  # the record with the odd id is known again, not taken for gone
    assert len(alive(root, "yandex_metrica", "visits", "ym:s:visitID")) == 4


def test_a_number_where_a_log_has_a_list(root, counter):
    counter.rows["visits"][1] |= {"ym:s:watchIDs": "7", "ym:s:goalsID": "x", "ym:s:date": "2026-11-17"}
    assert take("yandex_metrica", root, since=date(2026, 11, 16)).rows["visits"] == 4
    assert read(root, "yandex_metrica", "visits")[1]["ym:s:watchIDs"] == "7"


def test_a_log_whose_header_names_a_column_twice(root, counter):
    counter.swaps = {"ym:s:browser": b"ym:s:referer"}
    with pytest.raises(Incomplete, match="visits .*, part 0: the header names a column twice"):
        take("yandex_metrica", root, since=date(2026, 11, 16))


@pytest.mark.parametrize("body", [[SECRET], 7, "null", "[" * 100_000, '{"a":' * 100_000, "\ufffe"])
@pytest.mark.parametrize("name", ["goals", "evaluate", "create", "poll"])
def test_an_answer_of_metrica_that_is_no_object(root, counter, name, body):
    counter.fault(name, 200, 200, body)
    with pytest.raises(RequestFailed, match="counter 4242, .*HTTP 200") as caught:
        take("yandex_metrica", root, since=date(2026, 11, 16))
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("part", [7, [], "x", None, {}, {"request_id": "../..", "status": "created"}])
@pytest.mark.parametrize(("name", "key"), [("create", "log_request"), ("poll", "log_request"), ("goals", "goals")])
def test_a_part_of_an_answer_of_another_shape(root, counter, name, key, part):
    if (name, part) == ("goals", []):
        return  # a counter without goals
    counter.fault(name, 200, 200, {key: part})
    with pytest.raises(LoadError, match="counter 4242, .*(without|log)"):
        take("yandex_metrica", root, since=date(2026, 11, 16))


@pytest.mark.parametrize("parts", [7, {"a": 1}, [7], [{"part_number": "x"}], [{}]])
def test_parts_of_a_log_of_another_shape(root, counter, parts):
    shown = counter._shown
    counter._shown = lambda number: shown(number) | ({"parts": parts} if "parts" in shown(number) else {})
    with pytest.raises(Incomplete, match="visits .*without a log's id, status or parts"):
        take("yandex_metrica", root, since=date(2026, 11, 16))


def test_a_part_whose_size_is_none(root, counter):
    shown = counter._shown

    def odd(number):
        log = shown(number)
        return log | {"parts": [part | {"size": "much"} for part in log.get("parts", [])]}

    counter._shown = odd
    assert take("yandex_metrica", root, since=date(2026, 11, 16)).rows["visits"] == 4


@pytest.mark.parametrize("days", ["many", {}, None, 10**9, 1e99, -5])
def test_a_quota_that_is_no_number(root, counter, days):
    answer = {"log_request_evaluation": {"possible": False, "max_possible_day_quantity": days}}
    counter.fault("evaluate", 200, 200, answer)
    if days == 10**9:
        assert take("yandex_metrica", root, since=date(2026, 11, 16)).rows["visits"] == 4
    else:
        with pytest.raises(LoadError, match="quota does not allow a single day"):
            take("yandex_metrica", root, since=date(2026, 11, 16))


def test_a_goal_that_is_none(root, counter):
    counter.goals += [7, [SECRET]]
    report = take("yandex_metrica", root, since=date(2026, 11, 16))
    assert report.rows["goals"] == 1
    assert report.warnings == [f"goals of counter 4242: entry {n} is no goal and is left out" for n in (2, 3)]


@pytest.mark.parametrize(
    "data",
    [7, [7], [{}], [{"dimensions": 5, "metrics": [1]}], [{"dimensions": [{"name": "x"}], "metrics": ["many"]}],
     [{"dimensions": [{"name": None}], "metrics": [None]}], [{"dimensions": [], "metrics": []}]],
)  # fmt: skip
def test_a_report_of_another_shape_costs_the_totals_alone(root, counter, data):
    counter.fault("data", 200, 200, {"data": data})
    report = take("yandex_metrica", root, since=date(2026, 11, 16))
    assert report.rows["visits"] == 4
    assert "no control totals: visits 2026-11-16 to 2026-11-19" in report.warnings[0]


# --- Direct ----------------------------------------------------------------------------------------------------------


def test_a_byte_in_a_campaign_s_name_that_is_not_utf8(root, account):
    account.rows[1]["CampaignName"] = ODD
    account.rows[2]["CampaignType"] = f"{ODD}T"
    account.swaps = {ODD: b"\xd0"}
    report = take("yandex_direct", root, since=date(2026, 11, 16))
    rows = read(root, "yandex_direct", "campaign_performance")
    assert [row["CampaignName"] for row in rows] == ["Поиск | 7", "\ufffd", "Поиск | 7", "Поиск | 7"]
    (warning,) = report.warnings
    assert warning.startswith("yandex_direct/campaign_performance/") and warning.endswith("(row 2, 3)")
    assert take("yandex_direct", root, 1, until=date(2026, 11, 19)).rows["campaign_performance"] == 4


@pytest.mark.parametrize(
    "body",
    [[], 7, "null", {"result": 5}, {"result": []}, {"result": {"Clients": 5}}, {"result": {"Clients": [SECRET]}},
     {"result": {"Clients": [{"Login": "coffee-direct"}]}}, {"result": {"Clients": {"a": SECRET}}}, "[" * 100_000],
)  # fmt: skip
def test_a_client_of_another_shape(root, account, body):
    account.fault("clients", 200, 200, body)
    with pytest.raises(LoadError, match="yandex_direct: coffee-direct, clients.get: HTTP 200") as caught:
        take("yandex_direct", root, since=date(2026, 11, 16))
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("told", ["many", "", "²", "9" * 5000])
def test_a_summary_that_is_no_number(root, account, told):
    account.swaps = {"Total rows: 4": f"Total rows: {told}".encode()}
    with pytest.raises(Incomplete, match="CAMPAIGN_PERFORMANCE_REPORT .*: 4 rows came, the report says something else"):
        take("yandex_direct", root, since=date(2026, 11, 16))


@pytest.mark.parametrize("cost", ["²", "9" * 5000, "NaN", "1e999"])
def test_a_cost_that_is_no_number_is_text(root, account, cost):
    account.rows[1]["CampaignName"] = ODD
    account.swaps = {"18455.30": cost.encode()}
    assert take("yandex_direct", root, since=date(2026, 11, 16)).rows["campaign_performance"] == 4


# --- the inbox -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [b"x" * 251 + b".csv", "план".encode() * 31 + b".csv", b"\xff\xfe plan.csv"])
def test_a_file_with_an_odd_name_is_taken(root, inbox, name):
    (inbox / "targets" / name.decode("utf-8", "surrogateescape")).write_text(TARGETS)
    report = take("files", root)
    assert report.rows == {"targets": 2}
    assert left(inbox) == []
    originals = [path.name for path in (root / ".originals" / "targets").iterdir()]
    assert len(originals) == 2 and all(original.endswith(".csv") for original in originals)
    assert report.notes[0].startswith("first load of targets")
    print(report)
    assert take("files", root, 1).rows == {}


def test_names_that_are_not_utf8_are_told(root, inbox):
    for name in ("\udcff.csv", "\udcff.docx", "targets/\udcff.parquet", "\udcff__x.csv"):
        (inbox / name).write_text("x")
    assert take("files", root, dry_run=True).rows == {"targets": -1}
    report = take("files", root)
    assert report.rows == {"targets": 1}
    assert [text.split(":")[0] for text in report.warnings] == [
        "\ufffd.parquet",
        "\ufffd.csv",
        "\ufffd.docx",
        "\ufffd__x.csv",
    ]
    assert report.notes[0].startswith("first load of targets")
    print(report)
    assert json.loads((root / ".loads" / "state.json").read_text("utf-8"))["files"]["taken"]


def parquet(path, table, swap: tuple[bytes, bytes] | None = None) -> None:
    pq.write_table(table, path, store_schema=False)
    if swap:
        path.write_bytes(path.read_bytes().replace(*swap))


def test_bad_parquet_stays_and_the_good_file_goes_on(root, inbox):
    folder, one = inbox / "targets", pa.array(["x"])
    names = ["period_start", "period_grain", "value"]  # what every row must have, with the kpi_id

    def table(*more: str, text: pa.Array = one) -> pa.Table:
        return pa.table([one] * 3 + [text] * len(more), [*names, *more])

    head = ",".join(names)
    parquet(folder / "a_twice.parquet", table("kpi_id", "kpi_id"))
    parquet(folder / "b_case.parquet", table("kpi_id", "KPI_ID"))
    parquet(folder / "c_name.parquet", table("kpi_id", "valu"), (b"valu", b"val\xff"))
    parquet(folder / "d_text.parquet", table("kpi_id", text=pa.array([b"\xff\xfe"]).view(pa.string())))
    parquet(folder / "e_wide.parquet", table("kpi_id", *(f"c{n}" for n in range(997))))
    (folder / "f_wide.csv").write_text(
        f"kpi_id,{head}," + ",".join(f"c{n}" for n in range(9996)) + "\n" + "x," * 9999 + "x\n"
    )
    (folder / "g_twice.csv").write_text(f"kpi_id,{head},KPI_ID\n1,2,3,4,5\n")
    (folder / "h_name.csv").write_bytes(
        f"kpi_id,{head},значение,прочее,valu\xff\n1,2,3,4,5,6,7\n".encode().replace(b"\xc3\xbf", b"\xff")
    )
    (folder / "i_nul.csv").write_bytes(f"kpi_id,{head},val\0ue\n1,2,3,4,5\n".encode())
    report = take("files", root)
    assert report.rows == {"targets": 1}
    assert [name.decode()[0] for name in left(inbox)] == list("abcdefghi")
    reasons = [text.partition("left in the inbox, ")[2] for text in report.warnings]
    assert reasons[:2] == ["columns 4 and 5 have the same name"] * 2
    assert reasons[2].startswith("damaged or cut short Parquet file")
    assert reasons[3:7] == [
        "a text column holds bytes that are not UTF-8",
        "1001 columns; at most 1000 are read",
        "10000 columns in its header; at most 1000 are read",
        "columns 1 and 5 of the header have the same name",
    ]
    assert reasons[7].endswith("bytes that are not UTF-8") and reasons[8].endswith("NUL bytes")


def test_as_many_columns_as_can_be(root, inbox):
    (inbox / "targets" / "good.csv").write_text(
        ",".join(["kpi_id", "period_start", "period_grain", "value", *(f"c{n}" for n in range(996))])
        + "\n"
        + "1," * 999
        + "1\n"
    )
    assert take("files", root).rows == {"targets": 1}
    (file,) = (root / "files" / "targets").iterdir()
    assert prove_parquet(str(file), Engine())[0] == 1


@pytest.mark.parametrize("error", [{"a": SECRET}, [SECRET], None, 5])
def test_an_error_of_the_portal_without_a_code(root, portal, error):
    portal.fault("crm.lead.list", 99, 400, {"error": error})
    with pytest.raises(LoadError, match="crm.lead.list.*HTTP 400") as caught:
        take("bitrix24", root)
    assert SECRET not in str(caught.value)


def test_parquet_with_odd_values_is_taken(root, inbox):
    import decimal

    table = pa.table(
        {
            "kpi_id": ["a\0b", None, "c"],
            "value": [float("nan"), float("inf"), 1e300],
            "period_start": pa.array([2**31 - 2, -(2**31) + 2, 0], pa.date32()),
            "period_grain": pa.array([decimal.Decimal("9" * 38)] * 3, pa.decimal128(38)),
            "Loaded_At": pa.array([2**62, None, 0], pa.timestamp("us")),
            "": ["x", "y", "z"],
        }
    )
    pq.write_table(table, inbox / "targets" / "odd.parquet")
    report = take("files", root)
    assert report.rows == {"targets": 4}
    assert "odd.parquet: 1 rows hold NUL, which is read as \ufffd (row 1)" in report.warnings
    names = pq.read_schema(sorted((root / "files" / "targets").iterdir())[1]).names
    assert names == [*table.column_names, "_loaded_at"]


def test_a_file_that_nobody_may_read_stays(root, inbox, monkeypatch):
    from flows.extract import files

    path = inbox / "targets" / "locked.csv"
    path.write_text(TARGETS)
    copy = files.shutil.copyfile

    def refuse(source, target):
        if source == path:
            raise PermissionError(13, "Permission denied", str(source))
        copy(source, target)

    monkeypatch.setattr(files.shutil, "copyfile", refuse)
    report = take("files", root)
    assert report.rows == {"targets": 1}
    assert report.warnings[0] == "locked.csv: left in the inbox, it can't be read (Permission denied)"


def test_a_file_with_a_fault_that_nobody_foresaw_stays(root, inbox, monkeypatch):
    from flows.extract import files

    (inbox / "targets" / "other.csv").write_text(TARGETS)
    stamp, done = files._stamp, []

    def fail_once(*arguments):
        done.append(arguments)
        if len(done) == 1:
            raise ZeroDivisionError(SECRET)
        return stamp(*arguments)

    monkeypatch.setattr(files, "_stamp", fail_once)
    report = take("files", root)
    assert report.rows == {"targets": 1}
    assert report.warnings[0] == "good.csv: left in the inbox, it can't be read (ZeroDivisionError)"
    assert left(inbox) == [b"good.csv"]
