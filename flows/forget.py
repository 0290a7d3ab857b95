"""Erases a person on request: from the raw files, the private builds, and the published versions.

The last built warehouse tells which records and contacts are the person's. The register of the raw root takes note of them
first; from then on every load is blanked by it, and whoever kills this command loses nothing: run again, it goes on.
Ids, amounts and days stay, and a contact becomes a token that keeps what was joined: no figure changes.
"""

import os
import re
import secrets
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from flows import postgres, publish
from flows.base import redact
from flows.base.clock import iso
from flows.base.disk import sync
from flows.base.errors import Busy, ConfigError, LoadError
from flows.base.locks import Lock, Locked
from flows.base.private import private_files
from flows.base.project import variables
from flows.base.settings import Settings
from flows.base.sql import literal, quoted
from flows.erased import MAY_HOLD_CONTACT, Blanker, Register, blank_root
from flows.extract import SOURCES
from flows.extract.commit import standing_still
from flows.night.build import Place
from flows.night.build import clear as clear_build
from flows.night.history import State
from raw_views.contact_key import Identifiers, KeyTrouble, contact_key
from raw_views.contacts import emails_in, phones_in


class NotFound(Exception):
    """Nobody, or more than one, is meant; the text says what to do."""


THINGS = {"c": "customer", "l": "lead", "d": "deal", "o": "order"}  # what the letter in front of a record's name says


class AtWork(Exception):
    """Somebody else is at work on what is to be erased; nothing was done."""


@dataclass
class Person:
    """Whose data is to go.

    Attributes:
        raw: the names of their records, each with its system (`c:bitrix24:contact_17`), as the marts have them too.
        contacts: the identifiers of the contacts that are theirs alone.
        named: of those whose id no other system has, what rows of files that say no system call them.
        tied: likewise, the records of companies that they act for.
        names: what they are called.
    """

    raw: set[str]
    contacts: set[str]
    named: set[str] = field(default_factory=set)
    tied: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)


# --- finding -----------------------------------------------------------------------------------------------------------


def asked(kind: str, value: str, identifiers: Identifiers) -> str:
    """The identifier of the contact, or the record's name, that was given. Raises NotFound if it is no contact."""
    if kind == "customer":
        return f"c:{value.strip().removeprefix('c:')}"
    found = emails_in(value) if kind == "email" else phones_in(value, variables()["phone_default_country"])
    if len(found) != 1:
        raise NotFound(f"What was given as --{kind} is not one {'address' if kind == 'email' else 'number'}")
    return identifiers.of(found[0])


def find(warehouse: Path, kind: str, name: str) -> Person:
    """Finds a person over all identities of a built warehouse.

    Args:
        warehouse: the DuckDB file.
        kind: email, phone or customer.
        name: as `asked` gives it.

    Raises:
        NotFound: nobody has it, or so many that it tells nobody.
        duckdb.Error: the file is no built warehouse, or is being written.
    """
    with duckdb.connect(str(warehouse), read_only=True) as built:

        def column(query: str, *values: object) -> set[str]:
            return {row[0] for row in built.execute(query, values).fetchall()}

        if kind == "customer":
            records = column(
                "select concat('c:', system_name, ':', id) from intermediate.int_ids where object = 'customer'"
                " and ? in (concat('c:', id), concat('c:', system_name, ':', id))",
                name,
            )
            if len(records) > 1:
                raise NotFound(f"Several systems have a customer of that id: give {_one_of(records)}")
        else:
            records = column("select record from intermediate.int_contact_ties where identifier = ? and is_tie", name)
            if not records and column("select record from intermediate.int_contact_ties where identifier = ?", name):
                raise NotFound("It stands on the records of so many people that it tells nobody: give --customer")
        keys = column(
            "select customer_key from intermediate.int_identity_clusters where list_contains(?, record)",
            sorted(records),
        )
        if not keys:
            raise NotFound(f"{warehouse} knows nobody by it; if it is older than the data, build it again")
        found = column(
            "select record from intermediate.int_identity_clusters where list_contains(?, customer_key)"
            " union select record from intermediate.int_record_customers where list_contains(?, customer_key)",
            sorted(keys),
            sorted(keys),
        )
        contacts = column(
            "select identifier from intermediate.int_contact_ties where is_tie and list_contains(?, record)",
            sorted(found),
        )
        companies = column(
            "select company from intermediate.int_contact_companies where list_contains(?, contact)", sorted(found)
        )
        company_keys = column(
            "select customer_key from intermediate.int_identity_clusters where list_contains(?, record)",
            sorted(companies),
        )
        tied = column(
            "select record from intermediate.int_identity_clusters where list_contains(?, customer_key)"
            " union select record from intermediate.int_record_customers where list_contains(?, customer_key)",
            sorted(company_keys),
            sorted(company_keys),
        )
        # files that say no system mean the only one that has the id
        named = {
            f"{letter}:{number}"
            for letter, thing in THINGS.items()
            for number in column(
                "select id from intermediate.int_ids where object = ? and systems = 1"
                f" and list_contains(?, concat('{letter}:', system_name, ':', id))",
                thing,
                sorted(found),
            )
        }
        names = column(
            "select name from intermediate.customers where kind is distinct from 'company' and name is not null"
            " and list_contains(?, concat('c:', customer_id))",
            sorted(found),
        )
    found, tied = ({record for record in records if record[0] in THINGS} for records in (found, tied))
    return Person(
        raw=found,
        contacts=contacts | ({name} if kind != "customer" else set()),
        named=named,
        tied=tied - found,
        names=names,
    )


def _one_of(records: set[str]) -> str:
    return " or ".join(sorted(record.removeprefix("c:") for record in records))


def newest_warehouse(settings: Settings) -> Path:
    """The file that was built last: the last night's or the analyst's. Raises NotFound."""
    files = [path for path in _private_files(settings) if path.is_file()]
    if not files:
        raise NotFound("There is no built warehouse to find anybody in: run `uv run dbt build`, or a night, first")
    return max(files, key=lambda path: path.stat().st_mtime)


def _private_files(settings: Settings) -> list[Path]:
    return [settings.warehouse, settings.nightly / "build" / "kpi.duckdb"]


# --- erasing -----------------------------------------------------------------------------------------------------------


def erase(
    settings: Settings, register: Register, left: list[Path], say: Callable[[str], None] = print
) -> dict[str, int]:
    """Does everything that the register asks for; can be stopped anywhere and run again.

    Args:
        settings: where things lie; no night, load or build is at work there.
        register: of the erased people, written already.
        left: what killed loads have left.
        say: called with a line at each step.

    Returns:
        How many cells of which table were blanked this time.

    Raises:
        LoadError, PublishError, OSError, duckdb.Error: not all was done.
    """
    cells = Counter(blank_root(settings.raw_root, register, left, say))
    drop_private(settings)
    say(
        "the private builds and the cache of the raw views are removed; `uv run dbt build` or the next night makes them anew"
    )
    for table, count in blank_published(settings.published, register, say).items():
        register.count(table, count)
        cells[table] += count
    blank_postgres(settings, register, say)
    register.done(iso(datetime.now(UTC)))
    return dict(cells)


def blank_postgres(settings: Settings, register: Register, say: Callable[[str], None]) -> None:
    """Fills Postgres anew if it holds an erased contact. Raises PublishError if it goes on holding one."""
    if not settings.postgres:
        say("KPI_POSTGRES_DSN is not set: if the marts are in a Postgres too, set it and run --finish")
        return
    blanker = Blanker(register, None, "")

    def held() -> list[str]:
        try:
            return postgres.holding(settings.postgres, MAY_HOLD_CONTACT, lambda text: blanker.text(text) != text)
        except postgres.PostgresError as error:
            raise publish.PublishError(f"Postgres can't be looked through: {error}") from None

    found = held()
    if found:
        if not publish.serve_again(settings.published, settings.postgres, say):
            raise publish.PublishError(
                f"Postgres holds something of them in {', '.join(found)}, and nothing is published"
            )
        if found := held():
            raise publish.PublishError(
                f"Postgres holds something of them in {', '.join(found)}; whoever reads it must end first"
            )
    say("Postgres holds nothing of them")


def refuse_open(settings: Settings) -> None:
    """Raises AtWork if somebody has the analyst's warehouse open: a build would bring the person back."""
    own = _private_files(settings)[0]
    if own.exists():
        try:
            duckdb.connect(str(own)).close()
        except duckdb.IOException as error:
            who = re.search(r"PID [0-9]+", str(error))
            raise AtWork(f"{own} is open in another program{f' ({who[0]})' if who else ''}; close it") from None


def drop_private(settings: Settings) -> None:
    """Removes what was built privately from the raw files as they were. Raises duckdb.Error if a build is at work there."""
    own = _private_files(settings)[0]
    if own.exists():
        duckdb.connect(str(own)).close()  # refused while somebody else has it open
    names = ("raw_views", "landing")  # the second is the name before 0.2.0
    caches = [folder for name in names for folder in (Path(f"{own}.{name}"), settings.nightly / name)]
    if settings.raw_views_cache:
        caches.append(settings.raw_views_cache)
    for folder in caches:
        for cache in folder.glob("[0-9a-f]" * 40):  # the cache's own folders, whatever else lies there
            shutil.rmtree(cache)
    for path in (own, Path(f"{own}.wal")):
        path.unlink(missing_ok=True)
    state = State.read(settings.nightly / "state.json")
    if state.built or state.kept:
        state.built, state.kept = {}, {}
        state.write()
    clear_build(Place(settings.nightly, settings.nightly / "runs", datetime.now(UTC).date()))


def blank_published(published: Path, register: Register, say: Callable[[str], None]) -> Counter[str]:
    """Looks through all text of the kept versions, and makes those anew that hold an erased contact.

    A version made anew keeps its name, its manifest and its rows. Its files are replaced one by one, each by a rename.
    """
    cells: Counter[str] = Counter()
    if not published.exists():
        return cells
    with publish.alone(published):
        for stray in (published / "versions").glob(
            ".making-*"
        ):  # a killed publisher's, or this command's: it may hold them
            shutil.rmtree(stray) if stray.is_dir() and not stray.is_symlink() else stray.unlink()
        for name in publish.versions_of(published):
            version = publish.Version(published, Path(), name=name)
            file = version.kept / publish.FILE
            found = _in_marts(file, register)
            parquet = {path.stem for path in (version.kept / publish.PARQUET).glob("*.parquet")}
            if not found and not _parquet_left(version, parquet, register):
                continue
            copy = version.kept.parent / f".making-{secrets.token_hex(6)}.duckdb"
            shutil.rmtree(version.making, ignore_errors=True)
            version.making.mkdir()
            try:
                shutil.copyfile(file, copy)
                copy.chmod(0o600)
                with duckdb.connect(str(copy)) as connection:
                    for (table, column), texts in found.items():
                        for before, after in texts.items():
                            connection.execute(
                                f"update marts.{quoted(table)} set {quoted(column)} = ? where {quoted(column)} = ?",
                                [after, before],
                            )
                        cells[f"{name}: marts.{table}"] += len(texts)
                made = publish.Version(published, copy, name=name)
                publish.make_file(made)
                publish.make_parquet(made)
                publish.check(made)
                for path in [*(made.making / publish.PARQUET).iterdir(), made.making / publish.FILE]:
                    target = made.kept / path.relative_to(made.making)
                    path.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o444)
                    sync(path)
                    os.replace(path, target)
                say(f"version {name}: {sum(map(len, found.values()))} texts blanked")
            finally:
                shutil.rmtree(version.making, ignore_errors=True)
                for left in (copy, Path(f"{copy}.wal")):
                    left.unlink(missing_ok=True)
    return cells


def _in_marts(file: Path, register: Register) -> dict[tuple[str, str], dict[str, str]]:
    """The texts of a version that hold an erased contact, with what they become, by table and column."""
    with duckdb.connect(str(file), read_only=True) as connection:
        columns = connection.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'marts' and data_type = 'VARCHAR'"
        ).fetchall()
        found = {
            (table, column): _texts(connection, f"marts.{quoted(table)}", column, register) for table, column in columns
        }
    return {place: texts for place, texts in found.items() if texts}


def _parquet_left(version: publish.Version, tables: set[str], register: Register) -> bool:
    """Whether a killed command has made the file anew and not all Parquet beside it."""
    with duckdb.connect() as connection:
        for table in tables:
            relation = f"read_parquet({literal(version.kept / publish.PARQUET / f'{table}.parquet')})"
            for name, kind, *_ in connection.execute(f"describe select * from {relation}").fetchall():
                if kind == "VARCHAR" and _texts(connection, relation, name, register):
                    return True
    return False


def _texts(connection: duckdb.DuckDBPyConnection, relation: str, column: str, register: Register) -> dict[str, str]:
    blanker = Blanker(register, None, "")
    rows = connection.execute(
        f"select distinct {quoted(column)} from {relation} where regexp_matches({quoted(column)}, ?)",
        [MAY_HOLD_CONTACT],
    ).fetchall()
    return {text: after for (text,) in rows if (after := blanker.text(text)) != text}


@contextmanager
def _no_night(settings: Settings) -> Iterator[None]:
    with private_files(settings.nightly), Lock(settings.nightly / "lock", f"an erasure, process {os.getpid()}"):
        yield


def command(wanted: list[tuple[str, str]], dry_run: bool) -> int:
    """Erases the people who are wanted, and finishes what was stopped.

    Args:
        wanted: email, phone or customer, with the value.
        dry_run: only say how many records are theirs.

    Returns:
        The exit status.
    """
    redact.learn()
    is_begun = False
    try:
        settings = Settings.read()
        if settings.is_demo:
            raise ConfigError(
                "KPI_RAW_ROOT is not set", "The demo company's people are invented, and its files are the repository's"
            )
        identifiers = Identifiers(contact_key(settings.folder))
        with ExitStack() as held:
            held.enter_context(_no_night(settings))
            left: list[Path] = []
            if not dry_run:
                refuse_open(settings)
                left = held.enter_context(standing_still(settings.raw_root, ended=SOURCES))
            register = Register.read(settings.raw_root, identifiers)
            for kind, value in wanted:
                name = asked(kind, value, identifiers)
                if name in register.contacts or (
                    kind == "customer" and identifiers.of(f"marts {name}") in register.records
                ):
                    print(f"--{kind}: is in the register already")
                    continue
                person = find(newest_warehouse(settings), kind, name)
                letters = Counter(record[:1] for record in person.raw)
                told = ", ".join(f"{letters[letter]} {thing}s" for letter, thing in THINGS.items() if letters[letter])
                print(f"--{kind}: found {told}; {len(person.contacts)} phones and addresses")
                register.add(
                    iso(datetime.now(UTC)),
                    person.contacts,
                    person.raw,
                    named=person.named,
                    tied=person.tied,
                    names=person.names,
                    marts=person.raw | person.named,
                )
            if dry_run:
                return 0
            register.write()
            is_begun = True
            cells = erase(settings, register, left)
        print(f"{sum(cells.values())} cells blanked")
        for table, count in sorted(cells.items()):
            print(f"  {table}: {count}")
    except Locked as error:
        print(f"Nothing was done: {error} is at work", file=sys.stderr)
        return 4
    except (AtWork, Busy) as error:
        print(f"Nothing was done: {redact.clean(str(error))}", file=sys.stderr)
        return 4
    except NotFound as error:
        print(f"Nothing was done: {error}", file=sys.stderr)
        return 1
    except ConfigError as error:
        print(redact.clean(str(error)), file=sys.stderr)
        return 2
    except (LoadError, KeyTrouble, publish.PublishError, OSError, duckdb.Error) as error:
        why = redact.clean(str(error).splitlines()[0] if str(error) else type(error).__name__)
        if is_begun:
            print(f"Not all was done: {why}; run `uv run kpi forget --finish`", file=sys.stderr)
        else:
            print(f"Nothing was done: {why}", file=sys.stderr)
        return 1
    return 0
