"""The boards: what they say fits the marts, their figures are those of the marts, and a browser opens each of them from the disk."""

import json
import re
from datetime import date

import duckdb
import openpyxl
import pytest
import yaml

from flows.base.errors import ConfigError
from flows.boards import behind, data, exposures, pages, spec, superset_server, workbook
from flows.boards.data import KEPT
from flows.boards.pictures import chromium
from flows.cli import main
from flows.restatements import TABLES
from tests.warehouse import PROJECT

BOARDS = {board.name: board for board in spec.read()}
EIGHT = ["head_of_sales", "manager", "marketer", "owner", "shop", "subscription", "contact_centre", "data_trust"]


def near(shown, figure) -> bool:
    """Whether a page shows a figure of the marts, to a millionth, or a word of them."""
    if shown is None or figure is None:
        return shown is figure
    if isinstance(shown, str):  # the newest of some days has its day alone
        return shown in (str(figure), str(figure)[:10])
    return abs(shown - float(figure)) <= max(1e-6, 1e-9 * abs(float(figure)))


@pytest.fixture(scope="module")
def made(demo, tmp_path_factory):
    """The pages of the demo company's boards."""
    (file,) = demo.execute("select path from duckdb_databases() where database_name = 'kpi'").fetchone()
    folder = tmp_path_factory.mktemp("boards")
    pages.write(file, folder, "ru", "https://docs.example")
    return folder


@pytest.fixture(scope="module")
def embedded(made):
    """What each page holds, by the board's name."""
    found = {
        path.stem: re.search(r'id="data">(.+?)</script>', path.read_text("utf-8"))[1] for path in made.glob("*.html")
    }
    return {name: json.loads(text) for name, text in found.items()}


def test_the_eight_boards_are_there_and_an_index_names_them(embedded):
    assert list(BOARDS) == EIGHT
    assert [board["file"] for board in embedded["index"]["boards"]] == [f"{name}.html" for name in EIGHT]


def test_pages_are_light_and_name_no_other_host(made):
    for path in made.glob("*.html"):
        text = path.read_text("utf-8")
        assert path.stat().st_size < 2_000_000
        assert re.findall(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="(?!data:)', text) == [], path.name


@pytest.mark.parametrize("name", EIGHT)
def test_the_figures_of_kpis_are_those_of_kpi_values(demo, embedded, name):
    page, board = embedded[name], BOARDS[name]
    pairs = {(kpi, one) for kpi in board.kpis for one in ["all", *board.slices]}
    pairs |= {(kpi, tile.by) for tile in board.tiles if tile.by for kpi in tile.kpis}
    rows = demo.execute(
        "select kpi_id, dimension, dimension_key, period_grain, period_start::varchar, value, previous_value, year_ago_value,"
        " target_value, is_complete, mark from marts.kpi_values where list_contains(?, kpi_id)",
        [board.kpis],
    ).fetchall()
    expected = {}
    for kpi, dimension, key, grain, start, *figures, is_complete, mark in rows:
        kept = page["periods"].get(grain, [])[-KEPT[grain][dimension != "all"] :] if grain in KEPT else []
        if (kpi, dimension) in pairs and start in kept and any(figure is not None for figure in figures):
            expected[kpi, f"{dimension}|{key}", grain, start] = [*figures, int(is_complete), mark]
    shown = {
        (kpi, member, grain, page["periods"][grain][place]): figures
        for kpi, members in page["values"].items()
        for member, grains in members.items()
        for grain, found in grains.items()
        for place, *figures in found
    }
    assert shown.keys() == expected.keys()
    assert [key for key in shown if not all(map(near, shown[key], expected[key]))] == []
    assert {key[0] for key in shown} == set(board.kpis)


@pytest.mark.parametrize("name", EIGHT)
def test_the_figures_of_marts_are_those_of_the_marts(demo, embedded, name):
    """Each column that is added up gives the mart's whole where all members are shown, and each row stands in the mart."""
    for tile, rows_by in zip(BOARDS[name].tiles, embedded[name]["tiles"], strict=True):
        if not tile.mart:
            continue
        filled = tile.mart not in TABLES  # publishing fills these; tests of the nights look at them
        assert bool(rows_by and any(rows_by.values())) is filled, tile.title.en
        for state, rows in rows_by.items():
            told = {name: value if isinstance(value, list) else [value] for name, value in tile.where.items()}
            conditions = [f"{name} in ({', '.join(repr(str(one)) for one in values)})" for name, values in told.items()]
            if tile.latest:
                conditions.append(f"{tile.latest} = (select max({tile.latest}) from marts.{tile.mart})")
            first, _, second = state.partition("|")
            if state and tile.period:
                conditions.append(f"period_grain = '{first}' and period_start = date '{second}'")
            elif state and tile.date:
                conditions.append(
                    f"{tile.date} >= date '{second}' and {tile.date} < date '{second}' + interval 1 {first}"
                )
            elif tile.keyed:
                conditions.append(f"dimension = '{first or 'all'}' and dimension_key = '{second or 'all'}'")
            elif state:
                conditions.append(f"{first} = '{second}'")
            for row in rows:
                _holds(demo, tile, row, conditions)


def _holds(demo, tile, row, conditions):
    """A row of a tile is what a query for exactly its words gives."""
    words, sums, expected = list(conditions), [], []
    for column, cell in zip(tile.columns, row, strict=True):
        cells = cell if "{lang}" in column.column else [cell]
        for name, value in zip(column.columns, cells, strict=True):
            if column.agg:
                taken = " and ".join(f"{other} = '{told}'" for other, told in column.when.items()) or "true"
                one, over = (f"case when {taken} then {part} end" for part in (name, column.over))
                figure = f"sum({one}) / nullif(sum({over}), 0)" if column.over else f"{column.agg}({one})"
                if isinstance(value, dict):  # not ripe: no figure, though some of the rows might have one
                    figure, value = f"count(case when {taken} and not {column.ripe} then 1 end) > 0", True
                elif column.ripe:
                    words.append(f"({column.ripe} or not ({taken}))")
                sums.append(figure)
                expected.append(value)
            elif column.unit in ("text", "date", "month", "flag"):
                words.append(f"{name} is null" if value is None else f"{name}::varchar = '{str(value).replace(chr(39), chr(39) * 2)}'"
                             if not isinstance(value, bool) else f"{name} = {value}")  # fmt: skip
            else:
                words.append(f"{name} is null" if value is None else f"abs({name} - {value}) < 0.00001")
    where = " and ".join(words) or "true"
    count, *found = demo.execute(
        f"select {', '.join(['count(*)', *sums])} from marts.{tile.mart} where {where}"
    ).fetchone()
    assert count > 0, (tile.title.en, row)
    # a tile in the order of a column that is not shown has a row for each value of it
    if not set(name.removeprefix("-") for name in tile.order.split()) - {
        name for c in tile.columns for name in c.columns
    }:
        assert all(map(near, expected, found)), (tile.title.en, row)


def test_what_the_whole_pipeline_is_worth_is_on_the_board(demo, embedded):
    place = next(n for n, tile in enumerate(BOARDS["head_of_sales"].tiles) if tile.mart == "pipeline_daily")
    shown = sum(row[1] for row in embedded["head_of_sales"]["tiles"][place][""])
    (whole,) = demo.execute(
        "select sum(amount) from marts.pipeline_daily where event_date = (select max(event_date) from marts.pipeline_daily)"
    ).fetchone()
    assert shown == pytest.approx(float(whole))


@pytest.mark.parametrize(
    "change, said",
    [
        ({"kpis": ["revenu"]}, "owner.yml, tile 1 (Revenue, profit and expenses): there is no KPI revenu"),
        ({"kpis": [], "kind": "table", "mart": "no_mart", "columns": [{"column": "a", "ru": "А", "en": "A"}]}, "there is no mart no_mart"),
        ({"kpis": [], "kind": "table", "mart": "mrr_bridge", "columns": [{"column": "amount", "ru": "А", "en": "A"}]}, "marts.mrr_bridge has no column amount"),
        ({"kpis": ["mrr"], "kind": "bars", "by": "manager"}, "the KPI mrr has no dimension manager"),
    ],
)  # fmt: skip
def test_a_tile_that_names_what_is_not_there_is_told_with_its_file(demo, tmp_path, change, said):
    told = yaml.safe_load((PROJECT / "boards" / "owner.yml").read_text("utf-8"))
    told["tiles"][0] |= change
    (tmp_path / "owner.yml").write_text(yaml.safe_dump(told, allow_unicode=True), "utf-8")
    with pytest.raises(spec.BoardError, match=re.escape(said)):
        spec.check(spec.read(tmp_path), demo)


def test_a_young_cohort_is_told_as_not_ripe_and_has_no_figure(embedded):
    """On 30 June 2026 the customers of June have not had 30 days, those of April have had 30 and not 90."""
    place = next(n for n, tile in enumerate(BOARDS["marketer"].tiles) if tile.mart == "cohort_money")
    cohorts = embedded["marketer"]["tiles"][place]
    unripe = {"mark": "unripe"}
    for rows in (cohorts[""], cohorts["channel|yandex_direct"]):
        by_month = {row[0]: row[3:7] for row in rows}
        assert by_month["2026-06-01"] == [unripe] * 4
        assert by_month["2026-04-01"][0] > 0 and by_month["2026-04-01"][1:] == [unripe] * 3
        assert by_month["2025-05-01"][0] <= by_month["2025-05-01"][3]


def test_a_misspelt_word_is_told_with_its_tile(tmp_path):
    told = yaml.safe_load((PROJECT / "boards" / "owner.yml").read_text("utf-8"))
    told["tiles"][1]["sliced"] = "channel"
    (tmp_path / "owner.yml").write_text(yaml.safe_dump(told), "utf-8")
    with pytest.raises(spec.BoardError, match=r"owner.yml, tile 2 \(.*\), sliced"):
        spec.read(tmp_path)


def test_the_exposures_are_as_they_are_made():
    assert exposures.text(spec.read()) == exposures.FILE.read_text("utf-8"), "run uv run kpi boards --exposures"


def test_the_command_says_which_file_it_took(demo, tmp_path, monkeypatch, capsys):
    (file,) = demo.execute("select path from duckdb_databases() where database_name = 'kpi'").fetchone()
    monkeypatch.setenv("KPI_WAREHOUSE", file)
    assert main(["boards", "--to", str(tmp_path)]) == 0
    assert "from the analyst's warehouse" in capsys.readouterr().out
    assert len(list(tmp_path.glob("*.html"))) == len(EIGHT) + 1
    heading, *rows = openpyxl.load_workbook(tmp_path / "reports.xlsx")["Monthly"].values
    shown = {row[2]: row[3] for row in rows if row[0].date() == date(2026, 6, 1)}
    known = demo.execute(
        "select name_en, value from marts.report_monthly where period_start = date '2026-06-01'"
    ).fetchall()
    assert heading[2:4] == ("Indicator", "Value") and len(known) == len(shown) > 5
    assert all(near(shown[name], value) for name, value in known)


def test_a_name_in_the_workbook_is_text_whatever_its_signs(tmp_path):
    """A manager may be called like a formula, or have a sign in the name that no workbook holds."""
    file = tmp_path / "kpi.duckdb"
    with duckdb.connect(str(file)) as connection:
        columns = [name if name not in workbook.IN_BOTH_LANGUAGES else f"{name}_en" for name in workbook.COLUMNS]
        told = {
            "name_en": "'Revenue'",
            "unit": "'money'",
            "value": "12.5",
            "mover_en": "'=1+1' || chr(11)",
            "period_start": "date '2026-06-01'",
        }
        row = ", ".join(f"{told.get(name, 'null')} as {name}" for name in columns)
        connection.execute("create schema marts")
        for report in workbook.SHEETS:
            connection.execute(f"create table marts.{report} as select {row}, 1 as position")
    sheet = openpyxl.load_workbook(workbook.write(file, tmp_path, "en"))["Monthly"]
    mover = sheet.cell(2, list(workbook.COLUMNS).index("mover") + 1)
    assert (mover.value, mover.data_type) == ("=1+1", "s")
    assert [cell.value for cell in sheet[2]][3:5] == [12.5, "RUB"]


def test_without_a_file_it_is_said_plainly(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KPI_WAREHOUSE", str(tmp_path / "kpi.duckdb"))
    assert main(["boards"]) == 1
    assert "run `uv run dbt build` first" in capsys.readouterr().err


@pytest.fixture(scope="module")
def browser():
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: uv sync --group browser")
    if not (path := chromium()):
        pytest.skip("no Chromium on this machine; KPI_CHROMIUM names one")
    with driver.sync_playwright() as run, run.chromium.launch(executable_path=path, args=["--no-sandbox"]) as opened:
        yield opened


@pytest.mark.parametrize("name", ["index", *EIGHT])
def test_a_browser_opens_it_in_both_languages_on_a_phone_and_on_paper(browser, made, name):
    asked, errors = [], []
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto((made / f"{name}.html").as_uri())
    russian = page.locator("main").inner_text()
    assert page.locator(".tile").count() == (len(BOARDS[name].tiles) if name in BOARDS else len(EIGHT))
    without = [tile for tile in BOARDS[name].tiles if tile.mart in TABLES] if name in BOARDS else []
    assert page.locator(".tile .empty").count() == len(without)
    if name in BOARDS:
        assert all(len(text) > 20 for text in page.locator(".tile").all_text_contents())
        assert page.locator('.tile a[href^="https://docs.example/kpi/"]').count() >= len(BOARDS[name].kpis)
    pdf = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", pdf)) == 1, "print is one page"
    page.locator(".languages button").click()
    assert page.locator("html").get_attribute("lang") == "en" and page.locator("main").inner_text() != russian
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, "nothing is wider than a phone"
    assert errors == [] and [url for url in asked if not url.startswith(("file:", "data:"))] == []
    page.close()


def test_period_and_slice_hold_for_the_page(browser, made, embedded):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto((made / "head_of_sales.html").as_uri())
    value = page.locator('[data-kpi="pipeline_amount"]')
    assert re.fullmatch(r"\d+(,\d)? млн ₽", value.inner_text().replace("\u00a0", " "))
    for grain in ("week", "quarter", "year", "month"):
        page.locator(".choice select").nth(0).select_option(grain)
    page.locator(".choice select").nth(2).select_option("manager")
    chosen = page.locator(".choice select").nth(3).input_value()
    held = embedded["head_of_sales"]
    newest = page.evaluate("S.period")
    row = next(row for row in held["values"]["pipeline_amount"][f"manager|{chosen}"]["month"] if row[0] == newest)
    assert value.inner_text() == page.evaluate("([value]) => shown(value, 'money')", [row[1]])
    page.close()


def test_a_click_on_a_number_leads_to_its_records(demo, browser, made, embedded):
    """The page tells as many records as the figure has, and in another month the number leads nowhere, for its records are not told."""
    month = embedded["owner"]["recorded"]
    (won,) = demo.execute(
        "select numerator from marts.kpi_values where kpi_id = 'win_rate' and period_grain = 'month' and dimension = 'all' and period_start = ?",
        [month],
    ).fetchone()
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto((made / "head_of_sales.html").as_uri())
    page.locator('[data-kpi="win_rate"] a').click()
    assert page.url.endswith("records/win_rate.html") and month[:7] in page.locator("h1").inner_text()
    assert page.locator("section").first.locator("tbody tr").count() == won > 10
    page.go_back()
    page.locator(".choice select").nth(1).select_option(index=3)
    assert page.locator('[data-kpi="win_rate"]').count() == 1 and page.locator('[data-kpi="win_rate"] a').count() == 0
    assert len(embedded["head_of_sales"]["records"]) > 50
    page.close()


def test_a_record_is_told_with_all_its_digits_and_its_own_address():
    row = behind._row("2026-05-01", "a, b <c>", "https://x.ru/deal/1,2/?a=b&c", 12449999.5)
    assert row == (
        "<tr><td class='text'>2026-05-01</td><td class='text'><a href='https://x.ru/deal/1,2/?a=b&amp;c'>a, b &lt;c&gt;</a></td>"
        "<td>12\u00a0449\u00a0999.5</td></tr>"
    )
    assert "javascript" not in behind._row("2026-05-01", "a", "javascript:alert(1)", 1)


@pytest.mark.parametrize(
    ("address", "masked", "password"),
    [
        ("duckdb:////data/published/kpi.duckdb", "duckdb:////data/published/kpi.duckdb", None),
        ("postgresql://r:p%40ss@db/kpi", "postgresql://r:XXXXXXXXXX@db/kpi", "p@ss"),
        ("postgresql:///kpi?host=/run/postgresql", "postgresql:///kpi?host=/run/postgresql", None),
    ],
)
def test_a_password_goes_to_superset_and_into_no_file(address, masked, password):
    assert superset_server._without_password(address) == (masked, password)


@pytest.mark.parametrize(
    "address", ["postgresql://r:p#x@db/kpi", "postgresql://db/kpi?password=secret", "postgresql://r:[x@db/kpi"]
)
def test_an_address_whose_password_cannot_be_told_is_refused(address):
    with pytest.raises(ConfigError) as refused:
        superset_server._without_password(address)
    assert "secret" not in str(refused.value)


@pytest.fixture
def opened(browser, made):
    """Opens a board at the width of a large screen; an error of the page fails the test."""
    pages_, errors = [], []

    def open_it(name, width=1600):
        pages_.append(page := browser.new_page(viewport={"width": width, "height": 900}))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto((made / f"{name}.html").as_uri())
        return page

    yield open_it
    for page in pages_:
        page.close()
    assert errors == []


CUT = "[...document.querySelectorAll('.scroll')].filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => box.closest('.tile').querySelector('h2').textContent)"
OVERLAPPING = """() => { const boxes = [...document.querySelectorAll('.tile')].map((tile) => tile.getBoundingClientRect());
    return boxes.filter((a, i) => boxes.some((b, j) => i < j && a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)).length; }"""


@pytest.mark.parametrize("name", EIGHT)
def test_no_column_is_cut_on_a_wide_screen_or_on_paper_and_print_can_be_read(opened, name):
    page = opened(name)
    for language in ("ru", "en"):
        assert page.evaluate("document.documentElement.lang") == language
        assert page.evaluate(CUT) == [] and page.evaluate(OVERLAPPING) == 0
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.evaluate(CUT) == [] and page.evaluate(OVERLAPPING) == 0
        assert float(page.evaluate("paper.textContent.match(/zoom: ([0-9.]+)/)[1]")) > 0.42
        assert page.evaluate("getComputedStyle(document.body).printColorAdjust") == "exact", "bars are on paper too"
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        page.locator(".languages button").click()


def test_hours_stand_in_the_order_of_the_day(opened):
    page = opened("contact_centre")
    (bars,) = [t for t in page.locator(".tile").all() if "пропущенных по часам" in t.locator("h2").inner_text()]
    hours = [int(text[:2]) for text in bars.locator(".bar .label").all_inner_texts()]
    assert hours == sorted(hours) and len(hours) > 10


def test_an_axis_has_round_numbers(opened):
    ticks = "([low, high, unit]) => [...plot(low, high, unit).svg.querySelectorAll('text')].map((one) => one.textContent.replace(/\\s/g, ' '))"
    page = opened("owner")
    assert page.evaluate(ticks, [0, 0.997, "ratio"]) == ["0 %", "50 %", "100 %"]
    assert page.evaluate(ticks, [-3e6, 18.5e6, "money"]) == ["-10 млн ₽", "0 ₽", "10 млн ₽", "20 млн ₽"]


def test_codes_and_restated_figures_are_told_in_words_and_units(opened):
    page = opened("data_trust")
    text = page.locator("main").inner_text()
    assert "вышел" in text and "published" not in text
    of_kpi = "([kpi, value]) => cell(value, {unit: 'kpi'}, [kpi, value], {columns: [{of: 'kpi'}, {unit: 'kpi'}]})"
    assert page.evaluate(of_kpi, ["win_rate", 0.5]).replace("\u00a0", " ") == "50 %"
    assert page.evaluate(of_kpi, ["a_kpi_of_an_earlier_night", 0.5]) == "0,5"


def test_a_list_that_is_cut_says_so(opened):
    page = opened("manager")
    (leads,) = [t for t in page.locator(".tile").all() if "ждут ответа" in t.locator("h2").inner_text()]
    assert leads.locator("tbody tr").count() == 12 and "Показаны первые 12" in leads.inner_text()


def test_a_slice_without_members_is_not_offered(opened):
    page = opened("head_of_sales")
    assert page.locator(".choice select").count() == 3
    page.evaluate("D.values = {}; draw()")
    assert page.locator(".choice select").count() == 2
    assert page.locator(".tile").count() == len(BOARDS["head_of_sales"].tiles)


def test_a_shop_with_thousands_of_products_has_its_largest_on_the_page(demo, tmp_path):
    """A page would otherwise be too heavy to mail, and no board at all would be made."""
    (file,) = demo.execute("select path from duckdb_databases() where database_name = 'kpi'").fetchone()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as kpi (read_only)")
        connection.execute("create schema marts")
        for (mart,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = 'kpi' and schema_name = 'marts'"
        ).fetchall():
            connection.execute(f"create view marts.{mart} as select * from kpi.marts.{mart}")
        connection.execute(
            "create or replace view marts.kpi_values as select * from kpi.marts.kpi_values union all by name"
            " select * replace ('P' || n as dimension_key, 'P' || n as dimension_name_ru, 'P' || n as dimension_name_en, value * n / 50 as value)"
            " from kpi.marts.kpi_values, range(3000) as many(n) where dimension = 'product_group' and kpi_id = 'revenue'"
            " and dimension_key = (select min(dimension_key) from kpi.marts.kpi_values where dimension = 'product_group' and kpi_id = 'revenue')"
        )  # fmt: skip
        found = data.read(BOARDS["shop"], connection)
        month = found["periods"]["month"][-1]
        expected = connection.execute(
            "select dimension_key from marts.kpi_values where dimension = 'product_group' and kpi_id = 'revenue' and period_grain = 'month'"
            " and period_start = ? order by value desc limit 12", [month],
        ).fetchall()  # fmt: skip
    held = {
        where.partition("|")[2]: rows
        for where, rows in found["values"]["revenue"].items()
        if where.startswith("product_group|")
    }
    newest = len(found["periods"]["month"]) - 1
    largest = sorted(
        held, key=lambda key: -dict((row[0], row[1] or 0) for row in held[key].get("month", [])).get(newest, 0)
    )
    assert found["cut"] == ["product_group"] and 200 <= len(held) <= 400
    assert {key for key in held if key in found["members"]["product_group"]} == set(held)
    assert largest[:12] == [key for (key,) in expected]
    assert len(json.dumps(found)) < 2_000_000
