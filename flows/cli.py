"""The command `kpi`: imports, loads, nights, gates, publishing, erasure, comparison.

What a command needs is imported when it runs, so that `kpi --help` and the small commands start at once.
"""

import shlex
import signal
import sys
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperCommand

app = typer.Typer(
    help="The KPI warehouse: your own files, loads, nights, gates, publishing. `kpi COMMAND --help` tells the settings that a"
    " command reads, `kpi config` all of them.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,  # its tracebacks quote values
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


class _Command(TyperCommand):
    """A command whose help lists the settings that it reads, and to which a wrong setting is a wrong call."""

    def format_help(self, ctx, formatter) -> None:
        super().format_help(ctx, formatter)
        from flows.base.settings import settings_of

        read = [(name, f"{told} ({usual})" if usual else told) for name, told, usual in settings_of(self.name)]
        if read:
            with formatter.section("Settings, from the environment"):
                formatter.write_dl(read)

    def invoke(self, ctx):
        from flows.base.errors import ConfigError

        try:
            return super().invoke(ctx)
        except ConfigError as error:
            typer.echo(error, err=True)
            raise typer.Exit(2) from None


class Gate(StrEnum):
    """The two gates of a night."""

    raw = "raw"
    marts = "marts"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is no date like 2026-07-01") from None


def _day_option(name: str, told: str):
    return typer.Option(name, parser=_day, metavar="YYYY-MM-DD", help=told)


@app.callback()
def _all_commands() -> None:
    # a command that is stopped ends what it started
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


@app.command(cls=_Command)
def load(
    systems: Annotated[list[str] | None, typer.Argument(metavar="SYSTEM", show_default=False)] = None,
    root: Annotated[Path | None, typer.Option(help="The raw root.", show_default="KPI_RAW_ROOT")] = None,
    since: Annotated[date | None, _day_option("--since", "First day; by default where the last load ended.")] = None,
    until: Annotated[date | None, _day_option("--until", "Last day; by default up to now.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be loaded, and load nothing.")] = False,
) -> None:
    """Loads sources into the raw root, each all or nothing.

    SYSTEM is bitrix24, yandex_metrica, yandex_direct, bitrix_shop, amocrm, hubspot, salesforce, vk_ads, google_ads, ga4, jira,
    bitrix24_tasks or files (an inbox folder); without one, those whose settings are in the environment are loaded, one after the other.

    Exit status: 0 done, 1 a load failed, 2 wrong call.
    """
    from flows.base.settings import Settings
    from flows.extract import SOURCES
    from flows.extract.command import run

    for name in systems or ():
        if name not in SOURCES:
            raise typer.BadParameter(f"there is no system {name}; there are {', '.join(SOURCES)}")
    systems = systems or list(Settings.read().loaded)
    if not systems:
        raise typer.BadParameter("no system: name one, or set its settings")
    raise typer.Exit(run(systems, root, since, until, dry_run))


FILES = typer.Argument(
    metavar="FILE", help="Files and folders: .xlsx, .xls, .ods, .csv, .tsv, .parquet, .json, .jsonl."
)
ENTITY = typer.Option(
    help="What the files hold, where that is not seen: deals, leads, calls …, see contract/entities.yml."
)


def _answer(question: str, answers: list[str]) -> str:
    """Asks at the terminal; an answer may be given by its number, and an empty one leaves the question open."""
    typer.echo(f"\n{question}")
    for number, one in enumerate(answers, 1):
        typer.echo(f"  {number} {one}")
    while True:
        said = typer.prompt("Number or name, Enter to leave it", default="", show_default=False).strip()
        if said.isdigit() and 0 < int(said) <= len(answers):
            return answers[int(said) - 1]
        if said in answers or not said:
            return said
        typer.echo("That is none of them.")


@app.command("import", cls=_Command)
def import_(
    files: Annotated[list[Path], FILES],
    entity: Annotated[str | None, ENTITY] = None,
    ask: Annotated[
        bool | None,
        typer.Option("--ask/--no-ask", help="Ask what is not sure; by default where somebody sits at the terminal."),
    ] = None,
    root: Annotated[Path | None, typer.Option(help="The raw root.", show_default="KPI_RAW_ROOT")] = None,
) -> None:
    """Loads your own exports, as they are: finds the header, recognises what they hold, and reads their words.

    amoCRM, Bitrix24, 1C, Yandex Direct, VK Ads, telephony and tables of your own are known by the names of their columns, in
    Russian and English. What was recognised is written as a mapping file into KPI_MAPPINGS: edit it if something is
    wrong and import again. Nights read the inbox by the same mappings. The files stay where they are.

    A file that lacks a required column, or of which no row is accepted, is not taken, and the answer says why.

    Exit status: 0 all is loaded, 1 something was not, 2 wrong call or setting.
    """
    from flows.intake.command import import_files

    asked = sys.stdin.isatty() if ask is None else ask
    raise typer.Exit(import_files(files, _entity(entity), _answer if asked else None, root))


@app.command(cls=_Command)
def check(files: Annotated[list[Path], FILES], entity: Annotated[str | None, ENTITY] = None) -> None:
    """Says what `kpi import` would do with files, and changes nothing: entity, columns, rows, first bad values, unknown words.

    Exit status: 0 all can be loaded, 1 something can't, 2 wrong call or setting.
    """
    from flows.intake.command import check_files

    raise typer.Exit(check_files(files, _entity(entity)))


@app.command(cls=_Command)
def status(
    warehouse: Annotated[
        Path | None, typer.Option(help="The DuckDB file; it is only read.", show_default="KPI_WAREHOUSE")
    ] = None,
) -> None:
    """Says which KPIs have values and what the others lack, which spend meets no leads, and whom the rows name.

    Exit status: 0 done, 2 there is no warehouse or no manifest of a build.
    """
    from flows.intake.status import status as tell

    raise typer.Exit(tell(warehouse))


def _entity(name: str | None) -> str | None:
    from flows.intake.names import contract

    if name and name not in contract():
        raise typer.BadParameter(f"there is no entity {name}; there are {', '.join(contract())}")
    return name


@app.command(cls=_Command)
def night(
    sources: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="What to load; by default the sources whose settings are in the environment."),
    ] = None,
    no_load: Annotated[bool, typer.Option("--no-load", help="Build from what the raw root holds.")] = False,
    as_of: Annotated[
        date | None, _day_option("--as-of", "The day the figures are made on; by default KPI_AS_OF, else today.")
    ] = None,
    since: Annotated[date | None, _day_option("--from", "Back-fill: load the days from this one again.")] = None,
    until: Annotated[date | None, _day_option("--to", "… up to this one; by default up to now.")] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Do all again, and take nothing over from an earlier build.")
    ] = False,
) -> None:
    """Runs one night, here and now: load, gate, dbt build, gate, publish.

    BI sees the new night whole, or goes on with the last good one. Run again on the same day, it goes on where a failed
    one stopped.

    Exit status: 0 published, 1 failed, 2 wrong call or setting, 3 stopped by a gate, 4 another night is at work.
    """
    from flows.night.attempt import Options
    from flows.night.command import command

    options = Options(
        sources=tuple(sources.split(",")) if sources else None,
        as_of=as_of,
        since=since,
        until=until,
        load=not no_load,
        fresh=fresh,
        command=shlex.join(["uv", "run", "kpi", "night", *sys.argv[2:]]),
    )
    raise typer.Exit(command(options))


@app.command(cls=_Command)
def gate(
    which: Annotated[Gate, typer.Argument(help="raw: what was loaded; marts: what was built.")],
    warehouse: Annotated[Path, typer.Option(help="The DuckDB file; it is only read.")],
    published: Annotated[Path | None, typer.Option(help="The published DuckDB file, to compare with.")] = None,
    report: Annotated[
        Path | None,
        typer.Option(help="Folder for the HTML pages, in its <gate>/.", show_default="<warehouse>.gates"),
    ] = None,
    json: Annotated[Path | None, typer.Option(help="File for the results.")] = None,
) -> None:
    """Holds a warehouse to what must hold before a night goes on.

    Exit status: 0 passed, with or without warnings; 1 a critical check failed; 2 the gate could not be run.
    """
    from flows.gates.run import run

    raise typer.Exit(run(which.value, warehouse, published, report, json))


@app.command(cls=_Command)
def publish(
    version: Annotated[
        str | None, typer.Argument(help="With --rollback: the version; by default the one before.")
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="The kept versions, the published one marked with *.")] = False,
    rollback: Annotated[bool, typer.Option("--rollback", help="Go back to a version.")] = False,
) -> None:
    """Tells the versions that BI can be shown, and goes back to one of them.

    Exit status: 0 done, 1 failed, 2 wrong call.
    """
    if list_ == rollback or version and not rollback:
        raise typer.BadParameter("give --list, or --rollback with or without a version")
    from flows import publish as published

    raise typer.Exit(published.go_back(version) if rollback else published.tell_versions())


_Marts = Annotated[
    Path | None,
    typer.Option("--from", metavar="FILE", help="The DuckDB file; by default the published one, else the analyst's."),
]


@app.command(cls=_Command)
def boards(
    file: _Marts = None,
    folder: Annotated[
        Path | None, typer.Option("--to", help="Where the pages go.", show_default="boards/ beside KPI_WAREHOUSE")
    ] = None,
    exposures: Annotated[
        bool, typer.Option("--exposures", help="Only write models/reports/_boards.yml, dbt's exposures of the boards.")
    ] = False,
    pictures: Annotated[
        bool, typer.Option("--pictures", help="Only take the pictures of the README, in a Chromium of this machine.")
    ] = False,
) -> None:
    """Makes the boards: a page each that opens from the disk, and an index.

    What they show stands in boards/*.yml. A board that names a KPI, mart or column that is not there is told with its file and tile, and
    then nothing is written.

    Exit status: 0 done, 1 a board can't be made.
    """
    from flows.boards import exposures as exposed
    from flows.boards import pages
    from flows.boards import pictures as taken
    from flows.boards.spec import BoardError

    try:
        if exposures:
            exposed.write()
        elif pictures:
            taken.take(file)
        else:
            pages.command(file, folder)
    except BoardError as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from None


@app.command(cls=_Command)
def lineage(
    target: Annotated[Path, typer.Option(metavar="FOLDER", help="dbt's folder of the build.")] = Path("target"),
) -> None:
    """Reads what each column is made of from the SQL that dbt compiled, for the page lineage.html of the docs.

    Exit status: 0 done, 2 there is no compiled SQL.
    """
    from flows.lineage import command

    command(target)


@app.command(cls=_Command)
def superset(
    file: _Marts = None,
    target: Annotated[Path | None, typer.Option("--to", metavar="FILE", help="Write the bundle, a .zip.")] = None,
    url: Annotated[
        str | None,
        typer.Option("--into", metavar="URL", help="Bring it into a running Superset, as http://localhost:8088."),
    ] = None,
    user: Annotated[str, typer.Option(help="An administrator there.")] = "admin",
) -> None:
    """Makes the boards for Superset: datasets, metrics, charts, eight dashboards, and the rule of who may see which rows.

    All is made of the catalogue and of boards/*.yml, in the language of KPI_LANGUAGE. Superset itself runs in an environment of its
    own, see docs/superset.md. A second import changes what the first one brought.

    Exit status: 0 done, 1 a board can't be made or Superset refused, 2 wrong call or setting.
    """
    if not (target or url):
        raise typer.BadParameter("say where to: --to FILE, --into URL, or both")
    from flows.boards import superset_server
    from flows.boards.spec import BoardError

    try:
        superset_server.command(file, target, url, user)
    except BoardError as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from None


@app.command(cls=_Command)
def forget(
    email: Annotated[list[str] | None, typer.Option(metavar="X", help="Whom: an address; can be repeated.")] = None,
    phone: Annotated[list[str] | None, typer.Option(metavar="X", help="Whom: a phone number; can be repeated.")] = None,
    customer: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            help="Whom: a customer's id, as its system writes it or as bitrix24:contact_17; can be repeated.",
        ),
    ] = None,
    finish: Annotated[
        bool, typer.Option("--finish", help="Finish what was stopped, and blank files put there by hand.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how many records are the person's, and change nothing.")
    ] = False,
) -> None:
    """Erases a person on request.

    The analyst's warehouse and the last private build hold what the raw files held, so they are removed, with the cache
    of the raw views: the next `dbt build` and the next night make them anew. Postgres is looked through too, and filled
    anew from the published version if it holds something of them; for that, KPI_POSTGRES_DSN must be set as it is for the
    nights. Programs that hold a published file open go on reading the old one until they open it again.

    Exit status: 0 done, 1 nothing or not all was done, 2 wrong call, 4 a night, a load or a build is at work.
    """
    given = (("email", email), ("phone", phone), ("customer", customer))
    wanted = [(kind, value) for kind, values in given for value in values or ()]
    if not wanted and not finish:
        raise typer.BadParameter("whom to erase: give --email, --phone or --customer, or --finish")
    from flows import forget as erasure

    raise typer.Exit(erasure.command(wanted, dry_run))


@app.command(cls=_Command)
def compare(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE", help="A and B, DuckDB files, or spark; with --against, B alone or none.", show_default=False
        ),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="COMMIT",
            help="Build A from the models of this commit or branch, out of the raw root and as-of date of now; "
            "without a file B, the models as they stand here are built too.",
        ),
    ] = None,
    keep: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="With --against: where the files that were built stay.")
    ] = None,
    renames: Annotated[
        Path | None, typer.Option(metavar="FILE", help="How A is read in the words of B, a YAML file (see above).")
    ] = None,
    only: Annotated[str, typer.Option(metavar="A,B", help="Schemas, or schema.table.")] = "marts,quality,intermediate",
    rows: Annotated[int, typer.Option(help="Examples of each kind of difference.")] = 20,
    tolerance: Annotated[float, typer.Option(help="For floating point, of the value if above 1.")] = 1e-9,
    manifest: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="dbt's manifest, for the keys.", show_default="target/manifest.json"),
    ] = None,
    memory: Annotated[str, typer.Option(help="How much memory DuckDB may use.")] = "2GB",
) -> None:
    """Lists what differs between two warehouses, table by table and row by row.

    The order of rows and of columns does not matter. Rows are told apart by the key of their table (a file of renames may
    name it, else `meta.grain` or the test of its key in dbt's manifest); where there is none, rows are counted whole, so
    equal rows count as often as they stand there. Whole numbers, decimals, texts and times must be equal; numbers with a
    floating point may differ by the tolerance.

    The word spark in the place of a file is the warehouse that the target spark has built: its tables are copied from the Thrift
    server and compared, its views are left out.

    Both files are only read, and DuckDB does the work within a memory limit. No contact of a person is printed: columns
    that hold them, or names or raw texts of people, are compared and counted, and their values are not shown.

    A file of renames says how A is read in the words of B. Each part may be left out:

    \b
    schemas: {intermediate: core}                     # A's name: B's name
    tables:
      intermediate.int_touchpoints: core.touchpoints      # or more of one table:
      marts.pipeline_daily:
        to: marts.pipeline_days
        key: [deal_id, event_date]                    # columns of B that tell its rows apart
        columns: {place: stage_rank}                  # A's name: B's name
        values: {deal_id: "'bitrix24:' || deal_id"}   # column of B: SQL over a row of A
    columns: {place: row_no}                          # the same, in every table that has the columns
    values: {lead_id: "source_system || ':' || lead_id"}
    leave_out: [marts.new_table, marts.kpi_values.new_column]   # differences that are wanted, by names of A or B

    Exit status: 0 nothing differs, 1 something does, 2 they could not be compared.
    """
    files = files or []
    if len(files) > 1 if against else len(files) != 2:
        raise typer.BadParameter("with --against give B alone or no file" if against else "give two files, A and B")
    from flows import compare as comparison

    status = comparison.command(
        files,
        against,
        keep,
        renames,
        only=only.split(","),
        rows=rows,
        tolerance=tolerance,
        manifest=manifest,
        memory=memory,
    )
    raise typer.Exit(status)


@app.command(cls=_Command)
def records(
    figure: Annotated[str, typer.Argument(metavar="KPI", help="A KPI or a supporting metric, by its id.")],
    period: Annotated[str, typer.Option(metavar="P", help="2026-05-14, 2026-W20, 2026-05, 2026-Q2 or 2026.")],
    sliced: Annotated[
        str | None, typer.Option("--slice", metavar="DIMENSION=KEY", help="One member, as channel=seo.")
    ] = None,
) -> None:
    """Prints the records behind a figure as CSV: the day, the record, its address in its source, and what it adds.

    The error stream tells what the records of the numerator and of the denominator make together, and whether that is
    the figure in kpi_values. A number of different values has each value once; a median has the values that it lies among.

    Exit status: 0 done, 1 the records do not make the figure, 2 no such KPI, period or slice, or no records of it.
    """
    from flows.base.settings import Settings
    from flows.records import command

    raise typer.Exit(command(Settings().warehouse, figure, period, sliced))


@app.command(cls=_Command)
def catalogue() -> None:
    """Checks the catalogue of KPIs and the measures that make them, at once and without a build.

    A KPI is a row of seeds/seed_kpi_catalogue.csv; docs/add.md shows it, and the lines of a new measure. A word that is not
    known is told with those that are near to it.

    Exit status: 0 all fits together, 1 something is wrong.
    """
    from flows.catalogue import tell

    raise typer.Exit(tell())


@app.command(cls=_Command)
def contract(
    check: Annotated[bool, typer.Option("--check", help="Only say what is out of date.")] = False,
) -> None:
    """Writes what repeats the entity contract (contract/entities.yml) and fields of one's own (contract/fields.yml): staging
    of files, entities, their YAML, macros. A field that the raw files do not have is named, with those near to it.

    Exit status: 0 done, 1 with --check something is out of date, 2 the contract says something nothing can be made of.
    """
    from flows.contract import command

    raise typer.Exit(command(check))


@app.command(cls=_Command)
def bench(
    scale: Annotated[
        int, typer.Option(min=1, max=200, help="How many times the demo company; its double is measured too.")
    ] = 1,
    repeat: Annotated[int, typer.Option(min=1, help="How often each thing is measured; medians are told.")] = 3,
    folder: Annotated[
        Path | None,
        typer.Option(help="Where raw files and warehouses are made, and stay; by default a folder that goes."),
    ] = None,
    raw_only: Annotated[
        Path | None, typer.Option("--raw-only", metavar="FOLDER", help="Make the raw root there, and measure nothing.")
    ] = None,
    nights: Annotated[bool, typer.Option(help="Measure nights too.")] = True,
    peers: Annotated[bool, typer.Option(help="Ask polars and Postgres too (uv sync --group bench).")] = True,
    results: Annotated[Path, typer.Option(metavar="FOLDER", help="Where RESULTS.md and results.json go.")] = Path(
        "bench"
    ),
) -> None:
    """Measures what a build of the demo company costs at a scale, and how that grows when the data double.

    It takes many builds. Nothing else should run meanwhile; processor seconds are told beside wall time for where it does.

    Exit status: 0 done, 1 a build failed, 2 wrong call.
    """
    from bench import command

    raise typer.Exit(command.run(scale, repeat, folder, raw_only, nights, peers, results))


@app.command(cls=_Command)
def config(
    example: Annotated[
        bool, typer.Option("--example", help="Print a file .env with every setting and its default.")
    ] = False,
) -> None:
    """Prints every setting: its name, its value, and where that comes from. Secrets are masked.

    Exit status: 0 done, 2 a setting is wrong.
    """
    from flows.base.settings import example as env_example
    from flows.base.settings import values

    if example:
        print(env_example(), end="")
        return
    for name, value, origin in values():
        print(f"{name:<24}{origin:<13}{value}".rstrip())


def main(arguments: list[str]) -> int:
    """Runs a command, and gives its exit status instead of ending the process."""
    try:
        app(arguments, prog_name="kpi")
    except SystemExit as end:
        return end.code
    return 0
