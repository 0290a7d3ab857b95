"""The docs as a site: it builds strictly, asks nothing of another host, all links lead somewhere, each KPI has its page, a browser opens it."""

import csv
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from flows.boards.pictures import chromium
from tests.warehouse import PROJECT

ASKING = {
    "script": "src",
    "link": "href",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "embed": "src",
    "object": "data",
}


class Page(HTMLParser):
    """A page's links, what it asks for, its anchors, and its text."""

    def __init__(self, path: Path):
        super().__init__()
        self.links, self.asked, self.anchors, self.words = [], [], {""}, []
        self._inside = ""
        self.feed(path.read_text(encoding="utf-8"))
        self.text = "".join(self.words)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.anchors |= {attributes.get("id"), attributes.get("name")} - {None}
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])
        if attributes.get(ASKING.get(tag, "")):
            self.asked.append(attributes[ASKING[tag]])
        self.asked += re.findall(r"url\(['\"]?(.+?)['\"]?\)", attributes.get("style") or "")
        self._inside = tag if tag in ("script", "style") else ""

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside == "style":
            self.asked += re.findall(r"url\(['\"]?([^'\")]+)|@import ['\"](.+?)['\"]", data)
        elif not self._inside:
            self.words.append(data)


def seed(name: str) -> list[dict[str, str]]:
    with (PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


CATALOGUE = {row["kpi_id"]: row for row in seed("seed_kpi_catalogue")}
MEASURES = {row["measure"]: row for row in seed("seed_measures")}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The built site's folder."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder],
        cwd=PROJECT, capture_output=True, text=True, timeout=600, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return folder


@pytest.fixture(scope="module")
def pages(site):
    """Each page of the site by its path."""
    return {
        path.relative_to(site).as_posix(): Page(path)
        for path in sorted(site.rglob("*.html"))
        if path.name != "404.html"
    }


def test_the_parts_of_the_site_are_there(pages):
    expected = [
        "index",
        "ru",
        "layers",
        "entities",
        "glossary",
        "add",
        "contributing",
        "operate",
        "gates",
        "changelog",
        "demo",
        "license",
    ]
    assert [name for name in expected if f"{name}.html" not in pages] == []
    assert "KPI warehouse" in pages["index.html"].text
    themes = [path.stem for path in (PROJECT / "docs" / "decisions").glob("*.md")]
    assert [theme for theme in themes if f"decisions/{theme}.html" not in pages] == []


def test_no_page_asks_anything_of_another_host(site, pages):
    outside = {(name, asked) for name, page in pages.items() for asked in page.asked if urlsplit(str(asked)).netloc}
    assert outside == set()
    for path in site.rglob("*.css"):
        asked = re.findall(r"url\(['\"]?(?!data:)([^'\")]+)|@import ['\"](.+?)['\"]", path.read_text(encoding="utf-8"))
        assert [one for one in asked if "//" in "".join(one)] == []


def test_a_page_that_asks_another_host_is_told(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(
        '<script src="//cdn.example/x.js"></script><link href="https://fonts.example/f.css"><style>@import "https://a.example"</style>'
    )
    assert len([asked for asked in Page(path).asked if "example" in str(asked)]) == 3


def test_links_within_the_site_lead_somewhere(site, pages):
    lost = []
    for name, page in pages.items():
        for link in page.links + [asked for asked in page.asked if isinstance(asked, str)]:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            goal = (site / name).parent / unquote(parts.path) if parts.path else site / name
            goal = Path(os.path.normpath(goal))
            key = goal.relative_to(site).as_posix() if goal.is_relative_to(site) else None
            if not goal.is_file() or (key in pages and unquote(parts.fragment) not in pages[key].anchors | {"__skip"}):
                lost.append((name, link))
    assert lost == []


@pytest.mark.parametrize("kpi_id", CATALOGUE)
def test_a_kpi_has_its_page_with_names_formulas_mart_column_and_sql(pages, kpi_id):
    kpi, text = CATALOGUE[kpi_id], " ".join(pages[f"kpi/{kpi_id}.html"].text.split())
    for word in ("name_ru", "name_en", "formula_ru", "formula_en", "kpi_id"):
        assert " ".join(kpi[word].split()) in text, word
    for dimension in kpi["dimensions"].split():
        assert dimension in text
    for name in filter(None, (kpi["numerator"], kpi["denominator"])):
        if name.startswith("kpi:"):
            figure = name.removeprefix("kpi:")  # one that stands beside a KPI is told by its id
            assert (CATALOGUE[figure]["name_en"] if figure in CATALOGUE else figure) in text
            continue
        mart = MEASURES[name]["mart"]
        assert (
            f"marts.{mart}" in text and MEASURES[name]["mart_column"] in text and MEASURES[name]["counted_as"] in text
        )
        (path,) = PROJECT.glob(f"models/**/{mart}.sql")
        assert " ".join(path.read_text(encoding="utf-8").split()) in text, f"the SQL of {mart}"
        assert any(
            " ".join(path.read_text(encoding="utf-8").split()) in text
            for path in PROJECT.glob("models/**/measures_*.sql")
            if re.search(rf"\b{name}\b", path.read_text(encoding="utf-8"))
        ), f"the SQL of the measure {name}"
    assert "A worked example" in text


def test_every_kpi_shows_a_worked_example(pages):
    of_kpis = {kpi for kpi, row in CATALOGUE.items() if row["numerator"].startswith("kpi:")}
    without = [kpi for kpi in CATALOGUE if kpi not in of_kpis and "What comes out" not in pages[f"kpi/{kpi}.html"].text]
    assert without == []  # what is made of two KPIs has theirs


def test_every_entity_stands_in_the_diagram_with_its_columns(pages):
    contract = yaml.safe_load((PROJECT / "contract" / "entities.yml").read_text(encoding="utf-8"))["entities"]
    page = pages["entities.html"]
    assert [name for name in contract if f"#{name}" not in page.links or name not in page.anchors] == []
    assert [column for entity in contract.values() for column in entity["columns"] if column not in page.text] == []


@pytest.mark.parametrize("language, name", [("en", "layers.svg"), ("ru", "layers.ru.svg")])
def test_the_pictures_are_as_they_are_drawn(language, name):
    drawn = subprocess.run(
        [sys.executable, "-c", f"import pictures; print(pictures.layers({language!r}), end='')"],
        cwd=PROJECT / "docs", capture_output=True, check=True,
    )  # fmt: skip
    assert drawn.stdout.decode() == (PROJECT / "docs" / name).read_text(encoding="utf-8"), "run docs/pictures.py"


def test_the_glossary_has_no_word_twice_and_both_languages():
    text = (PROJECT / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if re.match(r"\| [^E-]", line)
    ]
    assert rows and all(len(row) == 4 and all(row) for row in rows)
    assert all(re.search("[а-яё]|UTM|KPI", row[1] + row[3]) for row in rows)
    assert len({row[0] for row in rows}) == len(rows)


def test_a_browser_opens_it_from_the_file_system(site):
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: uv sync --group browser")
    if not (path := chromium()):
        pytest.skip("no Chromium on this machine; KPI_CHROMIUM names one")
    asked, errors = [], []
    with driver.sync_playwright() as run, run.chromium.launch(executable_path=path, args=["--no-sandbox"]) as browser:
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)

        page.goto(site.joinpath("index.html").as_uri())
        assert page.locator("h1").first.inner_text().startswith("KPI warehouse")
        assert page.locator('img[src$="layers.svg"]').evaluate(
            "picture => picture.complete && picture.naturalWidth > 0"
        )

        page.goto(site.joinpath("kpi", "revenue.html").as_uri())
        page.locator("summary").first.click()
        assert page.locator("details pre").first.is_visible()
        for word, found in (("refund", "Revenue is net of refunds"), ("выручка", "Выручка")):
            page.locator("input[name=query]").fill(word)
            page.locator("input[name=query]").dispatch_event("keyup")
            page.locator(".md-search-result__list a", has_text=found).first.wait_for(timeout=20_000)
        page.keyboard.press("Escape")

        page.goto(site.joinpath("entities.html").as_uri())
        page.locator('.entities [data-entity="deals"]').hover()
        assert page.locator(".entities .way.told").count() > 3
        page.locator('.entities [data-entity="deals"]').click()
        assert page.url.endswith("#deals")
    assert errors == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "about:", "blob:"))] == []
