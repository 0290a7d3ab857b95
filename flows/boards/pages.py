"""Writes the pages: each holds its own figures, script and style, and asks nobody for anything."""

import json
import shutil
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import duckdb

from flows.base.project import variables
from flows.base.settings import PROJECT, Settings
from flows.boards import behind, data, spec, workbook

HERE = Path(__file__).parent
MOST_BYTES = 2_000_000


def write(file: Path, folder: Path, language: str, docs: str, boards: Path = spec.BOARDS) -> list[Path]:
    """Makes a page for each board, and an index.

    Args:
        file: the DuckDB file with the marts.
        folder: where the pages go; it is made if it is not there.
        language: that pages open in.
        docs: the address of the docs site, for the pages of KPIs.
        boards: the folder of their descriptions.

    Returns:
        The pages, the index first.

    Raises:
        BoardError: a description is wrong, or the marts lack what it names; nothing was written.
    """
    described = spec.read(boards)
    with duckdb.connect(str(file), read_only=True) as connection:
        spec.check(described, connection)
        pages = [(board, data.read(board, connection)) for board in described]
        newest = _newest(connection)
        recorded = _recorded(connection)
        shown = {kpi: told for _, figures in pages for kpi, told in figures["kpis"].items()}
        behind_them = behind.pages(shown, recorded, connection, _plain_page) if recorded else {}
    known = sorted(Path(name).stem for name in behind_them)
    common = {"language": language, "docs": docs, "newest": newest, "currency": variables()["base_currency"]}
    listed = [{"file": f"{board.name}.html", **_words(board)} for board in described]
    texts = {"index.html": _page({**common, "index": True, "boards": listed}, "Boards")}
    for board, figures in pages:
        told = {"name": board.name, **_words(board), "grain": board.grain, "slices": board.slices}
        tiles = [tile.model_dump(exclude_defaults=True) for tile in board.tiles]
        texts[f"{board.name}.html"] = _page(
            {
                **common,
                "boards": listed,
                "board": {**told, "tiles": tiles},
                "recorded": recorded,
                "records": known,
                **figures,
            },
            board.title.en,
        )
    texts |= behind_them
    for name, text in texts.items():
        if len(text.encode()) > MOST_BYTES:
            raise spec.BoardError(f"{name} would have {len(text.encode())} bytes; {MOST_BYTES} are the most")
    shutil.rmtree(folder / behind.FOLDER, ignore_errors=True)  # pages of KPIs that are told no more
    (folder / behind.FOLDER).mkdir(parents=True)
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    return [folder / name for name in texts if name not in behind_them]


def _words(board: spec.Board) -> dict[str, Any]:
    return {"title": board.title.model_dump(), "question": board.question.model_dump()}


def _newest(connection: duckdb.DuckDBPyConnection) -> str | None:
    found = connection.execute("select max(period_start) from marts.kpi_values where period_grain = 'day'").fetchone()
    return found[0].isoformat() if found and found[0] else None


def _recorded(connection: duckdb.DuckDBPyConnection) -> str | None:
    """The newest month that is whole: the one whose records are told."""
    query = "select max(period_start) from marts.kpi_values where period_grain = 'month' and dimension = 'all' and is_complete"
    found = connection.execute(query).fetchone()
    return found[0].isoformat() if found and found[0] else None


def _plain_page(title: str, body: str) -> str:
    """A page without a script, in both languages."""
    head = f"<meta charset='utf-8'><meta name='viewport' content='width=device-width, initial-scale=1'><title>{escape(title)}</title>"
    links = "<nav><a href='../index.html'>Все доски · All boards</a></nav>"
    return f"<!doctype html><html lang='ru'><head>{head}<style>{_part('board.css')}</style></head><body><header>{links}<h1>{escape(title)}</h1></header><main>{body}</main></body></html>"


def _page(embedded: dict[str, Any], title: str) -> str:
    # "<" and the two line separators of Unicode could end the script
    text = json.dumps(embedded, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    parts = {"title": escape(title), "style": _part("board.css"), "script": _part("board.js"), "data": text}
    page = _part("board.html")
    for name, part in parts.items():
        page = page.replace(f"%{name}%", part, 1)
    return page


def _part(name: str) -> str:
    return (HERE / name).read_text("utf-8")


def docs_address(settings: Settings) -> str:
    """Where the pages of KPIs are: what is set, else the site of this project on this machine."""
    return (settings.docs or (PROJECT / "site").as_uri()).rstrip("/")


def command(file: Path | None, folder: Path | None, say: Callable[[str], None] = print) -> None:
    """Makes the boards from the published file, or from the analyst's where nothing is published.

    Raises:
        BoardError: there is no file, or a board can't be made.
    """
    settings = Settings.read()
    published = settings.published / "kpi.duckdb"
    source = file or (published if published.exists() else settings.warehouse)
    if not source.is_file():
        raise spec.BoardError(f"There is no {source}: run `uv run dbt build` first")
    what = "the file given" if file else "the published file" if source == published else "the analyst's warehouse"
    say(f"from {what}, {source}")
    try:
        target = folder or settings.folder / "boards"
        made = write(source, target, settings.language, docs_address(settings))
        made.append(workbook.write(source, target, settings.language))
    except duckdb.Error as error:
        raise spec.BoardError(f"{source} can't be read: {str(error).splitlines()[0]}") from None
    for page in made:
        say(f"{page.stat().st_size // 1024:>6} KB  {page}")
