"""What differs between two warehouses: small files made by hand, whose differences are known from the statements that made them."""

import json
import subprocess

import duckdb
import pytest

from flows import compare as module
from flows.base.settings import KPI
from flows.cli import main
from flows.compare import CompareError, Example, Renames, compare, contact_columns, keys_of, lines
from tests.warehouse import PROJECT

DEALS = """
    create schema marts;
    create table marts.deals (deal_id varchar, place integer, amount decimal(18, 2), share double, paid_on date, note varchar);
    insert into marts.deals values
        ('1', 1, 10.00, 0.1, date '2026-01-01', 'a'), ('2', 1, 20.00, 0.2, date '2026-01-02', 'b'), ('3', 2, null, null, null, null)
"""
KEYS = {"marts.deals": ("deal_id",)}


@pytest.fixture
def files(tmp_path):
    """Makes two files; the statements for B come after those for both."""

    def make(both, only_a="", only_b=""):
        paths = []
        for name, more in (("a", only_a), ("b", only_b)):
            path = tmp_path / name / "kpi.duckdb"
            path.parent.mkdir()
            with duckdb.connect(str(path)) as connection:
                connection.execute(f"{both}; {more}")
            paths.append(path)
        return paths

    return make


def the_one(found):
    (difference,) = found
    return difference


@pytest.mark.parametrize("keys", [KEYS, {}])
def test_equal_files_do_not_differ_whatever_the_order_of_rows(files, keys):
    turned = "create table turned as from marts.deals order by deal_id desc; delete from marts.deals; insert into marts.deals from turned"
    assert compare(*files(DEALS, only_b=turned), keys=keys) == []


@pytest.mark.parametrize(
    ("change", "column", "example"),
    [
        ("set amount = 20.01 where deal_id = '2'", "amount", Example("deal_id='2'", "20.00", "20.01")),
        ("set amount = 0 where deal_id = '3'", "amount", Example("deal_id='3'", "null", "0.00")),
        ("set share = 0 where deal_id = '3'", "share", Example("deal_id='3'", "null", "0.0")),
        ("set share = 'inf' where deal_id = '1'", "share", Example("deal_id='1'", "0.1", "inf")),
        ("set share = 0.1001 where deal_id = '1'", "share", Example("deal_id='1'", "0.1", "0.1001")),
        ("set paid_on = null where deal_id = '1'", "paid_on", Example("deal_id='1'", "2026-01-01", "null")),
        ("set note = 'null' where deal_id = '3'", "note", Example("deal_id='3'", "null", "'null'")),
    ],
)
def test_a_changed_value_is_told_with_its_row(files, change, column, example):
    found = the_one(compare(*files(DEALS, only_b=f"update marts.deals {change}"), keys=KEYS))
    (told,) = found.columns
    assert (told.column, told.rows, told.examples) == (column, 1, [example])
    assert (found.rows_only_in_a, found.rows_only_in_b) == (0, 0)


def test_floats_may_differ_by_the_tolerance_and_decimals_may_not(files):
    """0.2 and 0.2 + 1e-12 are one; 20.00 and 20.01 are two, however large the tolerance."""
    paths = files(
        DEALS, only_b="update marts.deals set share = share + 1e-12, amount = amount + 0.01 where deal_id = '2'"
    )
    assert [column.column for column in the_one(compare(*paths, keys=KEYS, tolerance=0.5)).columns] == ["amount"]
    assert [column.column for column in the_one(compare(*paths, keys=KEYS, tolerance=0)).columns] == ["amount", "share"]


def test_a_lost_and_a_new_row_are_told(files):
    change = "delete from marts.deals where deal_id = '2'; insert into marts.deals (deal_id) values ('4'), ('5')"
    found = the_one(compare(*files(DEALS, only_b=change), keys=KEYS, rows=1))
    assert (found.rows_in_a, found.rows_in_b, found.rows_only_in_a, found.rows_only_in_b) == (3, 4, 1, 2)
    assert (found.only_in_a, found.only_in_b) == ([Example("deal_id='2'")], [Example("deal_id='4'")])
    assert found.columns == []


def test_rows_without_a_key_count_as_often_as_they_stand_there(files):
    """Twice in A and three times in B is one row too many in B, and a float beside equal values is a value that differs."""
    table = "create schema marts; create table marts.t as from (values ('x', 1.5::double), ('x', 1.5), ('y', null)) as t(word, size)"
    found = the_one(
        compare(
            *files(table, only_b="insert into marts.t values ('x', 1.5); update marts.t set size = 0 where word = 'y'")
        )
    )
    assert "no key" in found.note
    assert (found.rows_only_in_a, found.rows_only_in_b, found.only_in_b) == (0, 1, [Example("word='x'")])
    (told,) = found.columns
    assert (told.column, told.rows, told.examples) == ("size", 1, [Example("word='y'", "null", "0.0")])


def test_a_key_that_stands_twice_is_said_and_hides_nothing(files):
    found = the_one(
        compare(*files(DEALS, only_b="insert into marts.deals from marts.deals where deal_id = '1'"), keys=KEYS)
    )
    assert "stands more than once in B" in found.note
    assert (found.rows_only_in_a, found.rows_only_in_b) == (0, 1)


RENAMED = """
    alter table marts.deals rename column place to stage_rank;
    update marts.deals set deal_id = 'crm:' || deal_id;
    create schema core;
    create table core.opportunities as from marts.deals;
    drop table marts.deals
"""


def test_renamed_tables_and_columns_and_re_spelled_keys_are_mapped(files, tmp_path):
    """All that was renamed is said in a file, so nothing differs; with one value changed, that one is told by its new names."""
    file = tmp_path / "renames.yml"
    file.write_text(
        """
        tables:
          marts.deals: {to: core.opportunities, key: [deal_id], columns: {place: stage_rank}}
        values: {deal_id: "'crm:' || deal_id"}
        """,
        "utf-8",
    )
    a, b = files(DEALS, only_b=RENAMED)
    assert compare(a, b, Renames.read(file)) == []
    with duckdb.connect(str(b)) as connection:
        connection.execute("update core.opportunities set stage_rank = 7 where deal_id = 'crm:3'")
    found = the_one(compare(a, b, Renames.read(file)))
    assert (found.table, found.name_in_a, found.note) == ("core.opportunities", "marts.deals", "")
    assert [(one.column, one.examples) for one in found.columns] == [
        ("stage_rank", [Example("deal_id='crm:3'", "2", "7")])
    ]


def test_without_renames_what_was_renamed_is_on_one_side_only(files):
    both = f"{DEALS}; create schema core; create table core.same as select 1 as x"
    found = compare(*files(both, only_b=RENAMED.replace("create schema core;", "")), only=["marts", "core"])
    assert [(one.table, one.only_in) for one in found] == [("core.opportunities", "B"), ("marts.deals", "A")]


def test_a_renamed_schema_is_mapped(files):
    moved = "create schema core; create table core.deals as from marts.deals; drop table marts.deals"
    a, b = files(DEALS, only_b=moved)
    assert compare(a, b, Renames(schemas={"marts": "core"}), keys={"core.deals": ("deal_id",)}) == []


def test_columns_of_one_side_are_told(files):
    found = the_one(
        compare(*files(DEALS, only_b="alter table marts.deals rename column place to stage_rank"), keys=KEYS)
    )
    assert (found.columns_only_in_a, found.columns_only_in_b) == (["place"], ["stage_rank"])
    assert found.columns == [] and found.rows_only_in_a == found.rows_only_in_b == 0


def test_a_type_that_changed_is_told_and_values_are_compared(files):
    """12 and '12' are the same value of another type; an integer that became a decimal keeps its value too."""
    change = (
        "alter table marts.deals alter deal_id type integer; alter table marts.deals alter place type decimal(9, 1)"
    )
    found = the_one(
        compare(*files(DEALS, only_b=f"{change}; update marts.deals set place = 1.5 where deal_id = 2"), keys=KEYS)
    )
    assert found.types == [("deal_id", "VARCHAR", "INTEGER"), ("place", "INTEGER", "DECIMAL(9,1)")]
    assert [(one.column, one.examples) for one in found.columns] == [("place", [Example("deal_id='2'", "1", "1.5")])]


def test_views_are_compared_by_what_they_give(files):
    """A view of a warehouse calls its file `kpi`, whatever name the file is attached by."""
    view = "create view marts.places as select place, count(*) as deals from kpi.marts.deals group by place"
    found = the_one(
        compare(*files(f"{DEALS}; {view}", only_b="update marts.deals set place = 2"), keys={}, only=["marts.places"])
    )
    assert (found.rows_only_in_a, found.rows_only_in_b) == (2, 1)  # 1: two deals, 2: one deal; now 2: three deals


def test_a_view_that_cannot_be_read_is_no_equal_one(files):
    view = "create table gone as select 1 as x; create view marts.broken as from kpi.main.gone"
    found = the_one(compare(*files(f"{DEALS}; {view}", only_b="drop table gone"), keys=KEYS))
    assert found.table == "marts.broken" and "cannot be read in B" in found.trouble


def test_what_is_left_out_is_not_compared(files):
    change = "alter table marts.deals add column extra integer; create table marts.fresh as select 1 as x"
    a, b = files(DEALS, only_b=change)
    assert len(compare(a, b, keys=KEYS)) == 2
    assert compare(a, b, Renames(leave_out=frozenset({"marts.deals.extra", "marts.fresh"})), keys=KEYS) == []


@pytest.mark.parametrize("old_name", [False, True])
def test_contacts_are_counted_and_not_shown(files, old_name):
    """A column of contacts shows no value, renamed or not; a contact in any other text is blotted out."""
    both = f"{DEALS}; alter table marts.deals add column email varchar; update marts.deals set email = 'to Anna'"
    change = "update marts.deals set email = 'to Boris', note = 'call +7 916 111-22-33' where deal_id = '1'"
    renames = Renames()
    if old_name:
        change, renames = (
            f"{change}; alter table marts.deals rename column email to written_to",
            Renames(columns={"email": "written_to"}),
        )
    found = the_one(compare(*files(both, only_b=change), renames, keys=KEYS))
    assert sorted(one.column for one in found.columns) == sorted(["written_to" if old_name else "email", "note"])
    said = "\n".join(lines(found))
    assert "Anna" not in said and "Boris" not in said and "916" not in said and said.count("(not shown)") == 3


@pytest.mark.parametrize(
    ("renames", "only", "words"),
    [
        (Renames(), ["mart"], "no table is in both files in mart"),
        (Renames(), ["marts", "qualty"], "no table is in both files in qualty"),
        (Renames(schemas={"mart": "core"}), ["marts"], "A has no mart"),
        (Renames(tables={"marts.deals": module.TableRenames(to="marts.nothing")}), ["marts"], "B has no marts.nothing"),
        (
            Renames(tables={"marts.deals": module.TableRenames(columns={"nothing": "x"})}),
            ["marts"],
            "A has no marts.deals.nothing",
        ),
        (
            Renames(tables={"marts.deals": module.TableRenames(values={"note": "nothing"})}),
            ["marts"],
            "marts.deals do not fit",
        ),
    ],
)
def test_what_does_not_fit_is_an_error_and_no_equality(files, renames, only, words):
    with pytest.raises(CompareError, match=words):
        compare(*files(DEALS), renames, only=only, keys=KEYS)


def test_a_file_of_renames_with_an_unknown_word_is_an_error(tmp_path):
    file = tmp_path / "renames.yml"
    file.write_text("table: {marts.deals: marts.opportunities}", "utf-8")
    with pytest.raises(CompareError, match="is no file of renames"):
        Renames.read(file)


def test_keys_and_contacts_come_from_the_manifest(tmp_path):
    """The grain of a model goes before its key test."""
    nodes = {
        "model.x.deals": {"schema": "marts", "alias": "deals", "config": {"meta": {"grain": ["deal_id"]}}},
        "model.x.days": {"schema": "marts", "alias": "days", "config": {}},
        "test.x.1": {
            "attached_node": "model.x.deals",
            "test_metadata": {"name": "unique_key", "kwargs": {"columns": ["note"]}},
        },
        "test.x.2": {
            "attached_node": "model.x.days",
            "test_metadata": {"name": "unique", "kwargs": {"column_name": "day"}},
        },
    }
    columns = {
        "PHONE": {"name": "PHONE", "config": {"meta": {"pii": "phone"}}},
        "ID": {"name": "ID", "config": {"meta": {}}},
    }
    file = tmp_path / "manifest.json"
    file.write_text(json.dumps({"nodes": nodes, "sources": {"source.x.crm": {"columns": columns}}}), "utf-8")
    assert keys_of(file) == {"marts.deals": ("deal_id",), "marts.days": ("day",)}
    assert contact_columns(file) == {"phone"}


def test_the_command_ends_with_1_where_something_differs(files, tmp_path, capsys):
    a, b = files(DEALS, only_b="update marts.deals set amount = 21 where deal_id = '2'")
    manifest = tmp_path / "manifest.json"
    model, test = {"schema": "marts", "alias": "deals"}, {"name": "unique_key", "kwargs": {"columns": ["deal_id"]}}
    nodes = {"model.x.deals": model, "test.x": {"attached_node": "model.x.deals", "test_metadata": test}}
    manifest.write_text(json.dumps({"nodes": nodes, "sources": {}}), "utf-8")
    assert main(["compare", str(a), str(b), "--only", "marts", "--manifest", str(manifest)]) == 1
    assert capsys.readouterr().out == (
        "marts.deals: 3 rows in A, 3 in B\n"
        "  amount: 1 rows differ\n"
        "    deal_id='2': 20.00 in A, 21.00 in B\n"
        "1 tables compared, 1 of them differ\n"
    )
    with duckdb.connect(str(b)) as connection:
        connection.execute("update marts.deals set amount = 20 where deal_id = '2'")
    assert main(["compare", str(a), str(b), "--only", "marts", "--manifest", str(manifest)]) == 0
    assert main(["compare", str(a), str(a), "--only", "marts", "--manifest", str(manifest)]) == 2
    assert "same file" in capsys.readouterr().err


def test_the_command_refuses_a_commit_that_git_does_not_know(tmp_path):
    command = [KPI, "compare", "--against", "no-such-branch", "--keep", str(tmp_path / "kept")]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and "compare: git worktree add" in done.stderr
