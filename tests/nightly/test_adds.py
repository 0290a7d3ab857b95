"""Nights that add to the build of the night before: what they make is what a build from the ground up makes of the same raw files."""

import csv
import datetime as dt
import os
from random import Random

import duckdb
import pytest

from flows.compare import SCHEMAS, compare, lines
from flows.night.build import Place
from flows.night.history import State
from flows.night.kept import note, settled, stamp, why_anew
from tests.nightly.tools import Nights
from tests.test_properties import company
from tests.warehouse import run_dbt

# the models that take rows over from their last build, and what they are made of
ADDING = ("resource_type:seed", "path:models/staging", "+int_marks", "+int_contact_values", "+measures_site")
BUILD = ("build", "--exclude-resource-type", "test", "unit_test")
LEADS = [
    # the first night's, then in a later file: changed, gone, a name in place of a day, another record under the same id
    [
        ("A", "2026-01-05", "new", "+7 900 000-00-01", "2026-02-01", ""),
        ("B", "2026-01-06", "new", "", "2026-02-01", ""),
        ("C", "2026-01-07", "new", "", "2026-02-20", ""),  # told of before its day of loading has come
    ],
    [
        ("A", "2026-01-05", "won", "+7 900 000-00-02", "2026-02-25", ""),
        ("B", "2026-01-06", "", "", "2026-02-25", "true"),
        ("D", "yesterday", "new", "", "2026-02-25", ""),
    ],
    [("D", "2026-02-24", "new", "", "2026-03-20", ""), ("A", "2026-03-18", "new", "79000000003", "2026-03-20", "")],
]
DAYS = ["2026-02-10", "2026-03-01", "2026-04-01"]
VISITS = (
    "ym:s:counterID,ym:s:visitID,ym:s:dateTime,ym:s:clientID,ym:s:startURL,ym:s:lastUTMSource,ym:s:regionCity,ym:s:deviceCategory,ym:s:bounce,"
    "ym:s:pageViews,ym:s:watchIDs,ym:s:goalsID,ym:s:goalsDateTime,ym:s:productEventType,ym:s:productEventTime,ym:s:productID,_loaded_at"
).split(",")
HITS = "ym:pv:counterID,ym:pv:watchID,ym:pv:visitID,ym:pv:clientID,ym:pv:dateTime,ym:pv:URL,_loaded_at".split(",")


def write(path, header, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def differences(one, other):
    """The tables of two warehouses whose rows differ, with how many."""
    with duckdb.connect() as both:
        both.execute(f"attach '{one}' as one (read_only)").execute(f"attach '{other}' as other (read_only)")
        names = "select schema_name || '.' || table_name from duckdb_tables() where database_name = '{}' order by 1"
        tables = [name for (name,) in both.execute(names.format("other")).fetchall()]
        assert tables == [name for (name,) in both.execute(names.format("one")).fetchall()]
        found = {}
        for table in tables:
            counts = "select (select count(*) from (from {0}.{2} except all from {1}.{2}))"
            missing, more = (
                both.execute(counts.format(*pair, table)).fetchone()[0] for pair in (("other", "one"), ("one", "other"))
            )
            if missing or more:
                found[table] = (missing, more)
        return found


def nights_and_a_build(folder, parts, days, *selected):
    """Builds night after night as the raw files come, then everything anew.

    Args:
        folder: for both warehouses.
        parts: night → path below the raw root → header and rows; none takes the file away.
        days: the day of each night.
        selected: the models that all nights but the last build; without any, all nights build all.
    """
    raw, added, anew = folder / "raw", folder / "added", folder / "anew"
    for number, (part, day) in enumerate(zip(parts, days, strict=True)):
        for name, rows in part.items():
            if rows is None:
                (raw / name).unlink()
            else:
                write(raw / name, *rows)
        settings = {"KPI_RAW_ROOT": str(raw), "KPI_AS_OF": day, "KPI_BUILD_ADDS": "yes" if number else "no"}
        only = ("--select", *selected) if selected else ()
        done = run_dbt(added, *BUILD, *only, **settings)
        assert done.returncode == 0, done.stdout[-6000:]
    anew.mkdir()
    (anew / "contact.key").write_bytes((added / "contact.key").read_bytes())
    done = run_dbt(anew, *BUILD, *only, KPI_RAW_ROOT=str(raw), KPI_AS_OF=days[-1])
    assert done.returncode == 0, done.stdout[-6000:]
    return added / "kpi.duckdb", anew / "kpi.duckdb"


def parts_of(random, nights):
    """A random company whose rows come in as many nights, whatever belongs together."""
    parts = [{} for _ in range(nights)]
    for table, (header, *rows) in company(random).items():
        for row in rows:
            night = random.randrange(nights)
            name = f"files/{table}/night_{night:02d}.csv"
            parts[night].setdefault(name, (header.split(","), []))[1].append(row)
    return parts


def traffic(random, days):
    """Visits and page views of a counter as nights load them: most of them in the night after their day, some late, some restated later, some page
    views twice or before their visit; and leads that tell later whose the browsers are. Path below the raw root → header and rows, by night."""
    parts = [{} for _ in days]
    first = dt.datetime(2026, 1, 1)

    def load(night, name, header, row):
        parts[night].setdefault(f"{name}/site_{night}.csv", (header, []))[1].append((*row, f"{days[night]} 03:00:00"))

    for visit in range(200):
        began = first + dt.timedelta(minutes=random.randrange(89 * 1440))
        client, hits = f"{random.randrange(40)}", [f"{visit}0{n}" for n in range(random.randrange(4))]
        night = next(number for number, day in enumerate(days) if f"{began:%Y-%m-%d}" < day)
        loads = {min(night + (random.random() < 0.1), len(days) - 1)}
        if random.random() < 0.1:  # restated: another night tells it again, otherwise
            loads.add(random.randrange(night, len(days)))
        for number in sorted(loads):
            goals, carts = (random.random() < 0.2 for _ in range(2))
            moment = f"['{began:%Y-%m-%d %H:%M:%S}']"
            told = (
                random.choice(["", "yandex", "google"]),
                random.choice(["Omsk", "Perm"]),
                random.choice("12"),
                random.choice("01"),
                len(hits),
            )
            done = (
                "[7]" if goals else "[]",
                moment if goals else "[]",
                "['add']" if carts else "[]",
                moment if carts else "[]",
                "['T1']",
            )
            load(
                number, "yandex_metrica/visits", VISITS,
                ("5", visit, began, client, f"https://a.ru/{visit % 3}?n={visit}", *told, f"[{','.join(hits)}]", *done),
            )  # fmt: skip
        for hit in hits:
            for number in {random.randrange(night, len(days)), max(loads)}:
                row = (
                    "5",
                    hit,
                    random.choice(["", visit]),
                    client,
                    began,
                    f"https://a.ru/{random.randrange(4)}?hit={hit}",
                )
                load(number, "yandex_metrica/hits", HITS, row)
    for client in range(10):
        night = random.randrange(len(days))
        load(
            night,
            "files/leads",
            ["lead_id", "created_at", "web_client_id", "email", "loaded_at"],
            (f"W{client}", days[0], client, f"{client}@a.ru"),
        )
    return parts


def test_what_nights_add_is_what_a_build_from_the_ground_up_makes(tmp_path):
    parts, site = parts_of(Random(642622954), 3), traffic(Random(7), DAYS)
    header = "lead_id,created_at,status_class,phone,loaded_at,is_deleted".split(",")
    for number, leads in enumerate(LEADS):
        parts[number][f"files/leads/by_hand_{number}.csv"] = (header, leads)
        parts[number].update(site[number])
    # a file that nobody can read any more is none: what was taken of it goes
    name, days = "files/exchange_rates/by_hand.csv", [("2026-01-01", "GBP", 110), ("2026-01-02", "GBP", 111)]
    parts[0][name], parts[2][name] = (["date", "currency", "rate_to_base"], days), None
    added, anew = nights_and_a_build(tmp_path, parts, DAYS, *ADDING)
    assert differences(added, anew) == {}
    with duckdb.connect(str(added), read_only=True) as reader:
        statuses = "select lead_id, row_status, _raw_file like '%_2.csv' from staging.stg_files__leads where lead_id in ('A', 'B', 'C', 'D')"
        assert sorted(reader.execute(statuses).fetchall()) == [
            ("A", "accepted", True),
            ("A", "rejected", False),  # another record had the id
            ("A", "rejected", False),
            ("B", "deleted", False),
            ("B", "superseded", False),
            ("C", "accepted", False),  # its day has come
            ("D", "accepted", True),
            ("D", "rejected", False),  # of no day that can be read
        ]


@pytest.mark.skipif(not os.environ.get("KPI_SLOW"), reason="takes half an hour: set KPI_SLOW=1")
def test_thirty_nights_are_one_build(tmp_path):
    first = dt.date(2026, 3, 3)
    days = [f"{first + dt.timedelta(days=number)}" for number in range(30)]
    added, anew = nights_and_a_build(tmp_path, parts_of(Random(30), 30), days)
    # not to the last bit: the sum of floating numbers depends on the order of its rows, which no two builds have alike
    found = compare(added, anew, only=("staging", "reference", *SCHEMAS))
    assert [line for table in found for line in lines(table)] == []


def test_a_night_adds_only_to_what_it_may_add_to(tmp_path, monkeypatch):
    monkeypatch.setattr("flows.night.build.code_hash", lambda: "the code")
    place = Place(tmp_path, tmp_path / "logs", dt.date(2026, 3, 1))
    leads, shared = place.raw / "files" / "leads", tmp_path / "shared"
    for folder in (leads, shared, place.file.parent):
        folder.mkdir(parents=True)
    duckdb.connect(str(place.file)).close()
    (leads / "a.csv").write_text("lead_id\n1\n")
    (leads / os.fsdecode(b"caf\xe9.csv")).write_text("lead_id\n1\n")  # a name that is no text
    (shared / "c.csv").write_text("lead_id\n1\n")
    for name in ("one", "two"):
        (leads / name).symlink_to(shared)
    state = State(tmp_path / "state.json", kept=note(place) | {"stamp": stamp(place.file)})
    monkeypatch.setattr("flows.base.redact._secrets", {"2026", "leads", *map(str, range(1000, 1100))})
    state.write()
    noted = State.read(state.path).kept
    assert why_anew(noted, place) == ""
    (leads / "b.csv").write_text("lead_id\n2\n")
    runs = place.raw / "files" / "pipeline_runs"
    runs.mkdir()
    (runs / "night.csv").write_text("run_id\n1\n")
    tomorrow = Place(tmp_path, tmp_path / "logs", dt.date(2026, 3, 2))
    assert why_anew(noted, tomorrow) == ""
    assert "later day" in why_anew(noted, Place(tmp_path, tmp_path, dt.date(2026, 2, 28)))
    assert "another year" in why_anew(noted, Place(tmp_path, tmp_path, dt.date(2027, 1, 1)))
    came = settled(noted, note(place))
    assert why_anew(came, tomorrow) == "the raw file files/leads/b.csv came in the middle of a build"
    with duckdb.connect(str(place.file), read_only=True):
        assert why_anew(noted, tomorrow) == "the file of the last build is damaged, or another program has it open"
    (leads / "two").unlink()
    assert why_anew(noted, tomorrow) == "the raw file files/leads/two/c.csv is gone"
    (leads / "two").symlink_to(shared)
    times = (leads / "a.csv").stat()
    (leads / "new").write_text("lead_id\n3\n")  # of the same length and time as the one that it takes the place of
    os.utime(leads / "new", ns=(times.st_atime_ns, times.st_mtime_ns))
    (leads / "new").replace(leads / "a.csv")
    assert why_anew(noted, tomorrow) == "the raw file files/leads/a.csv is another one"
    (leads / "a.csv").unlink()
    assert why_anew(noted, tomorrow) == "the raw file files/leads/a.csv is gone"
    monkeypatch.setattr("flows.night.build.code_hash", lambda: "other code")
    assert why_anew(noted, tomorrow) == "the code, a rule or a setting has changed"
    assert (
        why_anew(settled(note(place), noted) | {"stamp": noted["stamp"]}, place)
        == "the code, a rule or a setting has changed"
    )
    place.file.write_text("half a build")
    assert why_anew(noted, tomorrow) == why_anew({}, tomorrow) == "there is no whole build of a night before"


def test_a_night_after_a_published_one_adds_and_after_a_failed_one_begins_anew(tmp_path):
    nights = Nights(tmp_path, KPI_AS_OF="2026-02-01", STAND_IN_DBT="env")
    leads = nights.raw / "files" / "leads"
    leads.mkdir(parents=True)
    (leads / "a.csv").write_text("lead_id\n1\n")
    outputs = []
    for day, what in (("01", "env"), ("02", "env"), ("03", "fail"), ("04", "env"), ("05", "drop"), ("06", "env")):
        status, output = nights.run(KPI_AS_OF=f"2026-02-{day}", STAND_IN_DBT=what)
        assert (status == 0) == (what != "fail"), output
        outputs.append(output)
    anew = "build: everything is made anew, because "
    assert [anew + "there is no whole build of a night before" in output for output in outputs] == [
        True,
        False,
        False,
        True,
        False,
        False,
    ]
    assert all("build: adds to that of 2026-02-0" in outputs[number] for number in (1, 2, 4))
    assert anew + "the raw file files/leads/dropped.csv came in the middle of a build" in outputs[5]
