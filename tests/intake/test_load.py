"""What comes into the raw root by `kpi import` and by the inbox, and what the models would say of it."""

from datetime import timedelta

import pyarrow.parquet as pq
import pytest
from extract.tools import NOW, QUICK, read
from openpyxl import Workbook

from flows.cli import main
from flows.extract import load as extract
from flows.intake import load as loading
from flows.intake.command import keep
from flows.intake.load import load
from flows.intake.plan import plan

LEADS = "ID;Дата создания;Телефон;Статус\n1;01.09.2025;+7 900 000-00-01;Новая\n2;02.09.2025;+7 900 000-00-02;Брак\n"


def workbook(path):
    book = Workbook()
    sheet = book.active
    sheet.title = "Заявки"
    sheet.append(["Заявки с сайта"])
    for row in (line.split(";") for line in LEADS.splitlines()):
        sheet.append(row)
    notes = book.create_sheet("Заметки")
    notes.append(["что", "сколько"])
    notes.append(["скрепки", "5"])
    book.save(path)
    return path


@pytest.fixture
def inbox(tmp_path, monkeypatch):
    folder = tmp_path / "inbox"
    folder.mkdir()
    monkeypatch.setenv("KPI_INBOX", str(folder))
    return folder


def take(root, number: int = 0, **more):
    return extract("files", root, now=NOW + timedelta(days=number), settings=QUICK, **more)


def test_rows_tell_their_lines_and_a_first_load_is_history(tmp_path):
    (tmp_path / "лиды.csv").write_text(LEADS, "utf-8")
    root = tmp_path / "raw"
    planned = plan([tmp_path / "лиды.csv"])
    report = load(planned, root)
    assert report.rows == {"leads": 2}
    assert [(row["_raw_row"], row["loaded_at"]) for row in read(root, "files", "leads")] == [(2, None), (3, None)]
    assert "first load of leads" in report.notes[0]
    assert all("лиды.csv" in file for file in report.files if file.startswith("files/"))
    later = load(planned, root)
    assert later.warnings == []
    stamps = sorted(str(row["loaded_at"]) for row in read(root, "files", "leads"))
    assert stamps[2:] == ["None", "None"] and all(stamp.startswith("20") for stamp in stamps[:2])


def test_the_inbox_reads_by_the_kept_mapping(tmp_path, inbox):
    root = tmp_path / "raw"
    path = workbook(inbox / "заявки 1.xlsx")
    report = take(root)
    assert report.rows == {} and path.exists()
    assert "no mapping is for it" in report.warnings[-1]
    keep(next(one for one in plan([path]) if one.is_taken))
    dry = take(root, dry_run=True)
    report = take(root, 1)
    assert dry.rows == report.rows == {"leads": 2} and not path.exists()
    assert [row["status_class"] for row in read(root, "files", "leads")] == ["new", "rejected"]
    assert [row["_raw_row"] for row in read(root, "files", "leads")] == [3, 4]
    kept = {file.name.split("-", 2)[2]: file for file in (root / ".originals" / "leads").iterdir()}
    assert sorted(name.rsplit("-", 1)[1] for name in kept) == ["Заметки.parquet", "Заявки.parquet"]  # nothing is lost
    notes = next(file for name, file in kept.items() if "Заметки" in name)
    assert pq.read_table(notes).to_pylist() == [{"что": "скрепки", "сколько": "5", "_raw_row": 2}]
    assert any("Заметки" in text and "no entity has such columns" in text for text in report.warnings)


def test_a_folder_named_like_an_entity_needs_no_mapping(tmp_path, inbox):
    (inbox / "leads").mkdir()
    (inbox / "leads" / "сентябрь.csv").write_text(LEADS, "utf-8")
    assert take(tmp_path / "raw").rows == {"leads": 2}


def test_a_file_without_a_required_column_stays_in_the_inbox(tmp_path, inbox):
    (inbox / "leads").mkdir()
    path = inbox / "leads" / "x.csv"
    path.write_text("lead_id;email;пришёл\n1;;01.09.2025\n", "utf-8")
    report = take(tmp_path / "raw")
    assert report.rows == {} and path.exists()
    assert report.warnings == [
        "x.csv: left in the inbox, no column for created_at, which every row of leads must have; it may be 'пришёл'"
    ]


def test_rows_that_are_gone_need_no_more_than_their_key(tmp_path, inbox):
    (inbox / "leads__gone.csv").write_text("lead_id;is_deleted\n1;Y\n")
    assert take(tmp_path / "raw").rows == {"leads": 1}


def test_check_says_what_the_models_would_say(tmp_path, capsys):
    """A bad value is told by the line of the user's file; a table of which nothing is accepted is not taken."""
    (tmp_path / "расходы.csv").write_text("Отчёт\n\nМесяц;Статья;Сумма\n2025-09;Аренда;сто\n2025-09;Связь;7\n", "utf-8")
    (tmp_path / "лиды.csv").write_text("ID;Дата создания\n1;вчера\n2;позавчера\n", "utf-8")
    (tmp_path / "сотрудники.csv").write_text("employee_id;name;hired_on\n1;Анна;скоро\n", "utf-8")
    assert main(["check", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert "expenses: 2 rows, 1 accepted, 1 rejected" in told
    assert "rejected, line 4: amount: 'сто' cannot be read as money" in told
    assert "PROBLEM: none of its rows is accepted as leads" in told
    assert "left out, and the row stays, line 2: hired_on: no valid date" in told
    assert "2 of 3 tables can be loaded. NOT taken: лиды.csv" in told


def test_a_plan_by_months_is_told_and_loaded_by_its_cells(tmp_path, capsys, monkeypatch):
    """A bad cell is named by line and column, before the load and in the rows that are loaded; check and import say the same."""
    monkeypatch.setenv("KPI_RAW_ROOT", str(tmp_path / "raw"))
    book = Workbook()
    sheet = book.active
    sheet.append(["План продаж"])
    for row in (["Менеджер", "январь 2026", "февраль 2026"], ["Анна", 100, "сто"], ["Пётр", None, 50]):
        sheet.append(row)
    book.save(tmp_path / "План.xlsx")
    assert main(["check", str(tmp_path / "План.xlsx")]) == 0
    checked = capsys.readouterr().out
    assert "targets: 3 rows, 2 accepted, 1 rejected" in checked
    assert "rejected, line 3 (column C февраль 2026): value: 'сто' cannot be read" in checked
    assert main(["import", str(tmp_path / "План.xlsx")]) == 0
    assert checked.rsplit("\n\n", 1)[0] in capsys.readouterr().out
    files = {
        path.stem.split("-", 3)[3]: pq.read_table(path).to_pylist()
        for path in (tmp_path / "raw/files/targets").iterdir()
    }
    told = {name: [(row["_raw_row"], row["employee_id"], row["value"]) for row in rows] for name, rows in files.items()}
    assert told == {
        "План.xlsx -B январь 2026": [(3, "Анна", "100")],
        "План.xlsx -C февраль 2026": [(3, "Анна", "сто"), (4, "Пётр", "50")],
    }


def test_an_emptied_cell_takes_its_plan_back(tmp_path, capsys, monkeypatch):
    """Only what the file told itself before; a cell that was always empty, and another file's plan, change nothing."""
    monkeypatch.setenv("KPI_RAW_ROOT", str(tmp_path / "raw"))

    def told(name, *rows):
        book = Workbook()
        for row in (["Менеджер", "январь 2026", "февраль 2026"], *rows):
            book.active.append(row)
        book.save(tmp_path / name)
        assert main(["import", str(tmp_path / name)]) == 0
        return capsys.readouterr().out

    def taken_back():
        rows = [row for path in (tmp_path / "raw/files/targets").iterdir() for row in pq.read_table(path).to_pylist()]
        return [(row["_raw_row"], row["employee_id"], row["period_start"]) for row in rows if row.get("is_deleted")]

    assert "withdrawn" not in told("План.xlsx", ["Анна", 100, 110], ["Пётр", None, 50])
    assert "withdrawn" not in told("План отдела.xlsx", ["Анна", 100, None], ["Пётр", None, 50])
    assert taken_back() == []
    assert "2 cells are empty now, and what was told there is withdrawn" in told(
        "План.xlsx", ["Анна", None, 110], ["Пётр"]
    )
    assert sorted(taken_back()) == [(2, "Анна", "2026-01-01"), (3, "Пётр", "2026-02-01")]
    assert "withdrawn" not in told("План.xlsx", ["Анна", None, 110], ["Пётр"])  # once is enough


def test_import_needs_a_raw_root_of_ones_own(tmp_path, capsys):
    (tmp_path / "лиды.csv").write_text(LEADS, "utf-8")
    assert main(["import", str(tmp_path / "лиды.csv")]) == 2
    assert "KPI_RAW_ROOT" in capsys.readouterr().err
    assert main(["check", str(tmp_path), "--entity", "dealz"]) == 2


def test_what_is_no_table_is_named(tmp_path, capsys):
    (tmp_path / "лиды.csv").write_text(LEADS, "utf-8")
    (tmp_path / "выгрузка.zip").write_bytes(b"PK")
    assert main(["check", str(tmp_path)]) == 0
    assert "Not looked at, for it is no kind of table that is read: выгрузка.zip" in capsys.readouterr().out


def test_questions_are_answered_by_number_or_name(tmp_path, monkeypatch, capsys):
    """At a terminal a wrong answer is asked again, and an empty one leaves the question open."""
    said = iter(["9", "1", ""])
    monkeypatch.setattr("flows.cli.typer.prompt", lambda *_, **__: next(said))
    from flows.cli import _answer

    assert _answer("Which?", ["leads", "deals"]) == "leads"
    assert "That is none of them." in capsys.readouterr().out
    assert _answer("Which?", ["leads", "deals"]) == ""


@pytest.mark.parametrize(
    ("stem", "label", "is_of"),
    [
        ("20261128T1-files-6f3.0.1-План.xlsx -C февраль 2026", "План.xlsx", True),
        ("20261128T1-files-6f3.0-План.xlsx", "План.xlsx", True),
        ("20261128T1-files-6f3.0-Отдел-План.xlsx", "План.xlsx", False),
        ("20261128T1-files-6f3.0.0-План.xlsx -Лист2- -C май 2026", "План.xlsx", False),
        ("20261128T1-files-6f3.0-План.xlsx -Лист2", "План.xlsx", False),
        ("20261128T1-files-6f3.0.0-План.xlsx -Лист2- -C май 2026", "План.xlsx [Лист2]", True),
        ("20261128T1-files-6f3.0-Отдел - План.xlsx", "Отдел - План.xlsx", True),
    ],
)
def test_a_loaded_file_is_known_by_its_whole_name(stem, label, is_of):
    assert loading._is_of(stem, label) == is_of


def test_a_long_name_is_known_by_its_end():
    label = f"{'очень длинное имя ' * 12}план.xlsx"
    assert loading._is_of(f"20261128T1-files-6f3.0-{loading._short(label)}", label)
    assert loading._is_of(f"20261128T1-files-6f3.0.2-{loading._short(f'{label} [C май 2026]')}", label)
