"""What a board shows: read from YAML and held to the marts before anything is drawn."""

from pathlib import Path
from typing import Annotated, Any, Literal

import duckdb
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from flows.base.settings import PROJECT

BOARDS = PROJECT / "boards"
LANGUAGES = ("ru", "en")
MOST_TILES = 12
Grain = Literal["week", "month", "quarter", "year"]
Unit = Literal[
    "count", "money", "ratio", "minutes", "days", "index", "score", "points", "text", "date", "month", "flag", "kpi"
]


class BoardError(Exception):
    """A board can't be made; the text names the file and the tile."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Strict):
    """A text in both languages."""

    ru: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Column(_Strict):
    """A column of a mart in a tile. `{lang}` in its name stands for each language; `of` says whose member its value is.

    `of: kpi` says that the value is a KPI; the unit `kpi` is that of the KPI in the same row.
    """

    column: str
    ru: str
    en: str
    unit: Unit = "text"
    agg: Literal["sum", "count", "min", "max"] | None = None
    of: str | None = None
    over: str | None = None  # the sum is divided by the sum of this column
    when: dict[str, str | int] = {}  # values of other columns: only rows that have them are taken together
    words: dict[str, Words] = {}  # what codes of the source are called
    ripe: str | None = None  # a column of the mart: where it is false, the cell is told as not ripe and has no figure

    @model_validator(mode="after")
    def _whole(self) -> "Column":
        if self.over and self.agg != "sum":
            raise ValueError("what is divided by another column is a sum")
        if (self.when or self.ripe) and not self.agg:
            raise ValueError("a column with when or ripe takes rows together (agg)")
        return self

    @property
    def columns(self) -> list[str]:
        """The mart's columns that it is read from."""
        if "{lang}" not in self.column:
            return [self.column]
        return [self.column.replace("{lang}", language) for language in LANGUAGES]


class Tile(_Strict):
    """One picture or table: of KPIs (`kpis`, and `by` a dimension) or of columns of a mart."""

    kind: Literal["numbers", "line", "bars", "members", "table"]
    title: Words
    kpis: list[str] = []
    by: str | None = None
    mart: str | None = None
    columns: list[Column] = []
    where: dict[str, str | int | bool | list[str]] = {}  # a list: any of its values
    period: bool = False  # the mart has rows of each period (period_grain, period_start): those of the page's
    date: str | None = None  # a day of the mart: its rows of the page's period are added up
    latest: str | None = None  # a day of the mart: only its newest one
    follow: list[str] = []  # dimensions, which the mart has as columns, by whose member its rows may be chosen
    keyed: bool = False  # it follows by dimension and dimension_key, and the whole business is all in them
    order: str = ""  # columns, or -column for the largest first
    limit: Annotated[int, Field(ge=1, le=130)] = 12
    wide: bool = False

    @model_validator(mode="after")
    def _whole(self) -> "Tile":
        if bool(self.kpis) == bool(self.mart):
            raise ValueError("a tile names either kpis or a mart")
        if self.mart and (self.kind not in ("table", "bars", "line") or not self.columns):
            raise ValueError("a tile of a mart is a table, bars or a line, and has columns")
        if self.mart and self.kind == "line" and (len(self.columns) < 2 or self.columns[0].unit != "date"):
            raise ValueError("a line of a mart has a day as its first column, and what it shows after it")
        if self.mart and sum(map(bool, (self.period, self.date, self.latest))) > 1:
            raise ValueError("a tile has one of period, date and latest")
        if self.follow and (self.kpis or self.period or self.date):
            raise ValueError("only a tile of a mart without a period or date follows a member")
        if self.keyed and not self.follow:
            raise ValueError("what is keyed names the dimensions that it follows")
        if any(column.unit == "kpi" for column in self.columns) and not self.tells_kpis:
            raise ValueError("a column in the unit of its KPI stands beside one that is of kpi")
        if self.kpis and (self.kind in ("bars", "members")) != bool(self.by):
            raise ValueError("bars and members of KPIs name the dimension (by), other tiles of KPIs do not")
        if self.kpis and self.kind == "table":
            raise ValueError("a table of KPIs is numbers or members")
        return self

    @property
    def tells_kpis(self) -> bool:
        """Whether a column tells of which KPI a row is: any of them, unless where names kpi_id."""
        return any(column.of == "kpi" for column in self.columns)

    @property
    def named_kpis(self) -> list[str]:
        """The KPIs that rows of a mart are of, where a column tells them and where names them."""
        if not self.tells_kpis:
            return []
        named = self.where.get("kpi_id", [])
        return list(named) if isinstance(named, list) else [str(named)]


class Board(_Strict):
    """A page: one question, some tiles."""

    name: str
    file: str
    title: Words
    question: Words
    position: int
    grain: Grain = "month"
    slices: list[str] = []
    tiles: Annotated[list[Tile], Field(min_length=1, max_length=MOST_TILES)]

    @property
    def kpis(self) -> list[str]:
        """The KPIs of all tiles, each once."""
        return list(dict.fromkeys(kpi for tile in self.tiles for kpi in tile.kpis))

    @property
    def named_kpis(self) -> list[str]:
        """These, and those that rows of marts are of."""
        return list(dict.fromkeys([*self.kpis, *(kpi for tile in self.tiles for kpi in tile.named_kpis)]))

    @property
    def marts(self) -> list[str]:
        """The marts that the board reads."""
        own = {tile.mart for tile in self.tiles if tile.mart}
        always = {"kpi_values", "kpi_catalogue", "dimension_members"}
        return sorted(own | always)


def read(folder: Path = BOARDS) -> list[Board]:
    """The boards of a folder, in their order. Raises BoardError for what is no board."""
    boards = []
    for path in sorted(folder.glob("*.yml")):
        try:
            told: Any = yaml.safe_load(path.read_text("utf-8"))
            boards.append(Board(name=path.stem, file=path.name, **told))
        except ValidationError as errors:
            wrong = errors.errors(include_url=False)[0]
            raise BoardError(f"{path.name}, {_place(wrong['loc'], told)}: {wrong['msg']}") from None
        except (yaml.YAMLError, TypeError) as error:
            raise BoardError(f"{path.name}: {error}") from None
    if not boards:
        raise BoardError(f"There are no boards in {folder}")
    return sorted(boards, key=lambda board: board.position)


def _place(where: tuple[int | str, ...], told: Any) -> str:
    if len(where) > 1 and where[0] == "tiles":
        number = int(where[1])
        title = told["tiles"][number].get("title") or {}
        rest = ".".join(map(str, where[2:]))
        return f"tile {number + 1} ({title.get('en', 'no title')}){f', {rest}' if rest else ''}"
    return ".".join(map(str, where)) or "the board"


def check(boards: list[Board], connection: duckdb.DuckDBPyConnection) -> None:
    """Holds boards to the marts of a file. Raises BoardError, which tells everything that is unknown."""
    columns: dict[str, set[str]] = {}
    for table, column in connection.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = 'marts'"
    ).fetchall():
        columns.setdefault(table, set()).add(column)
    missing = {"kpi_values", "kpi_catalogue", "dimension_members"} - set(columns)
    if missing:
        raise BoardError(f"There is no marts.{min(missing)} in the file")
    dimensions = dict(connection.execute("select kpi_id, dimensions from marts.kpi_catalogue").fetchall())
    every = {one for text in dimensions.values() for one in (text or "").split()} - {"any"}
    wrong = []
    for board in boards:
        wrong += [f"{board.file}: there is no dimension {one}" for one in board.slices if one not in every]
        for number, tile in enumerate(board.tiles, 1):
            for fault in _faults(tile, columns, dimensions):
                wrong.append(f"{board.file}, tile {number} ({tile.title.en}): {fault}")
    if wrong:
        raise BoardError("\n".join(wrong))


def _faults(tile: Tile, columns: dict[str, set[str]], dimensions: dict[str, str]) -> list[str]:
    if tile.kpis:
        unknown = [f"there is no KPI {kpi}" for kpi in tile.kpis if kpi not in dimensions]
        return unknown or [
            f"the KPI {kpi} has no dimension {tile.by}"
            for kpi in tile.kpis
            if tile.by and not {tile.by, "any"} & set((dimensions[kpi] or "").split())
        ]
    if tile.mart not in columns:
        return [f"there is no mart {tile.mart}"]
    named = [name for column in tile.columns for name in column.columns] + list(tile.where)
    named += [name for column in tile.columns for name in (column.over, column.ripe, *column.when) if name]
    named += [name for name in (tile.date, tile.latest) if name]
    named += [
        *(["dimension", "dimension_key"] if tile.keyed else tile.follow),
        *(name.removeprefix("-") for name in tile.order.split()),
    ]
    named += ["period_grain", "period_start"] if tile.period else []
    unknown = [f"there is no KPI {kpi}" for kpi in tile.named_kpis if kpi not in dimensions]
    return unknown + [f"marts.{tile.mart} has no column {name}" for name in named if name not in columns[tile.mart]]
