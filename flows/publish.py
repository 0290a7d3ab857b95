"""The published marts: what BI reads, and the way back.

    <published>/kpi.duckdb      a link to current/kpi.duckdb; likewise manifest.json and parquet
    <published>/current         a link to versions/<version>: THE SWITCH
    <published>/versions/       the last good ones, each whole: kpi.duckdb, parquet/<table>.parquet, manifest.json

A version is made beside the others, checked, and kept; then one rename of `current` shows its file, its Parquet and its
manifest together. Killed before that rename, a publisher has changed nothing that anybody reads, and the next one
removes what it left; killed after it, the version stands. Who has the old file open goes on reading the old night.

    python -m flows.publish --list
    python -m flows.publish --rollback [VERSION]
"""

import argparse
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from flows import postgres, redact
from flows.extract.common import ConfigError
from flows.lock import Locked, lock
from flows.settings import Settings

FILE, MANIFEST, PARQUET = "kpi.duckdb", "manifest.json", "parquet"
WAIT_SECONDS = 600  # for another publisher


class PublishError(Exception):
    """Nothing was published, or not everywhere; the text says what and why."""


@dataclass
class Version:
    """A version on its way to be the published one.

    Args:
        published: the folder that BI reads.
        built: the private DuckDB file with the schema `marts`.
        facts: what the manifest says beside the version, the time and the tables.
        keep: how many versions stay.
        dsn: of the Postgres database to fill, or "".
        say: called with a line for people at each step.
        name: of the version; set at the beginning.
        tables: rows by table; filled as they are written.
    """

    published: Path
    built: Path
    facts: Mapping[str, Any] = field(default_factory=dict)
    keep: int = 7
    dsn: str = ""
    say: Callable[[str], None] = lambda text: None
    name: str = ""
    tables: dict[str, int] = field(default_factory=dict)

    @property
    def making(self) -> Path:
        """Where it is made."""
        return self.published / "versions" / f".making-{self.name}"

    @property
    def kept(self) -> Path:
        """Where it stays."""
        return self.published / "versions" / self.name


# --- the steps, in their order: whoever is killed between or within them leaves the old night or the new one ---------


def clear(version: Version) -> None:
    """Removes what a killed publisher left, and begins."""
    versions = version.published / "versions"
    versions.mkdir(parents=True, exist_ok=True)
    for left in [*versions.glob(".making-*"), *version.published.glob(".link-*")]:
        shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
    if (version.published / "current").exists():
        _restore_links(version.published)
    second = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    # a name that was forgotten within its second is not used again: it would count as the older one
    last = max((number for stamp, number in map(_age, versions_of(version.published)) if stamp == second), default=0)
    version.name = f"{second}-{last + 1}" if last else second
    version.making.mkdir()


def make_file(version: Version) -> None:
    """Copies the marts, with their comments, into a DuckDB file of their own."""
    with duckdb.connect() as connection:
        connection.execute(f"attach {_text(version.built)} as built (read_only)")
        connection.execute(f"attach {_text(version.making / FILE)} as made")
        connection.execute("create schema made.marts")
        for table, comment in connection.execute(
            "select table_name, comment from duckdb_tables() where database_name = 'built' and schema_name = 'marts'"
            " union all select view_name, comment from duckdb_views() where database_name = 'built'"
            " and schema_name = 'marts' order by 1"
        ).fetchall():
            connection.execute(f"create table made.marts.{_name(table)} as from built.marts.{_name(table)}")
            if comment:
                connection.execute(f"comment on table made.marts.{_name(table)} is {_text(comment)}")
            version.tables[table] = connection.execute(f"select count(*) from built.marts.{_name(table)}").fetchone()[0]
        if not version.tables:
            raise PublishError("There are no marts in what was built")
        for table, column, comment in connection.execute(
            "select table_name, column_name, comment from duckdb_columns()"
            " where database_name = 'built' and schema_name = 'marts' and comment is not null"
        ).fetchall():
            connection.execute(f"comment on column made.marts.{_name(table)}.{_name(column)} is {_text(comment)}")
        connection.execute("checkpoint made")
        connection.execute("detach made")


def make_parquet(version: Version) -> None:
    """Writes each mart as a Parquet file."""
    folder = version.making / PARQUET
    folder.mkdir()
    with _opened(version.making / FILE) as connection:
        for table in version.tables:
            target = _text(folder / f"{table}.parquet")
            connection.execute(f"copy marts.{_name(table)} to {target} (format parquet, compression zstd)")


def check(version: Version) -> None:
    """Reads what was made as a BI tool would, and compares it with what was built."""
    if (version.making / f"{FILE}.wal").exists():
        raise PublishError("The new file has a write-ahead log left")
    with _opened(version.making / FILE) as connection:
        for table, rows in version.tables.items():
            parquet = _text(version.making / PARQUET / f"{table}.parquet")
            (in_file,) = connection.execute(f"select count(*) from marts.{_name(table)}").fetchone()
            (in_parquet,) = connection.execute(f"select count(*) from read_parquet({parquet})").fetchone()
            if not in_file == in_parquet == rows:
                raise PublishError(f"marts.{table} has {rows} rows, its copies {in_file} and {in_parquet}")


def keep(version: Version) -> None:
    """Writes the manifest, waits until all is on the disk, and puts the version among the kept ones."""
    text = json.dumps(
        {
            "version": version.name,
            "published_at": datetime.now(UTC).isoformat(timespec="seconds"),
            **version.facts,
            "tables": version.tables,
        },
        ensure_ascii=False,
        indent=1,
    )
    (version.making / MANIFEST).write_text(redact.clean(text) + "\n", "utf-8")
    for folder, _, files in os.walk(version.making, topdown=False):
        for name in files:
            os.chmod(os.path.join(folder, name), 0o444)
            _sync(os.path.join(folder, name))
        _sync(folder)
    os.rename(version.making, version.kept)
    _sync(version.kept.parent)


def switch(version: Version) -> None:
    """Shows the version: one rename."""
    (version.published / f"{FILE}.wal").unlink(missing_ok=True)  # somebody's; DuckDB would replay it into the new file
    _point(version.published / "current", f"versions/{version.name}")
    _restore_links(version.published)
    _sync(version.published)


def serve(version: Version) -> None:
    """Fills the Postgres database, if there is one, and swaps its schema."""
    if version.dsn:
        try:
            postgres.serve(version.dsn, version.kept / FILE, version.name, version.say)
        except postgres.PostgresError as error:
            raise PublishError(f"Postgres keeps the old night, the file is published: {error}") from None


def forget(version: Version) -> None:
    """Removes the oldest versions beyond the number that is kept."""
    for name in versions_of(version.published)[version.keep :]:
        if name != current_of(version.published):
            shutil.rmtree(version.published / "versions" / name, ignore_errors=True)


STEPS: tuple[Callable[[Version], None], ...] = (
    clear,
    make_file,
    make_parquet,
    check,
    keep,
    switch,
    serve,
    forget,
)


# --- publishing and going back ---------------------------------------------------------------------------------------


def publish(version: Version) -> str:
    """Publishes what was built.

    Args:
        version: what, where and how; its `name` and `tables` are set.

    Returns:
        The version's name.

    Raises:
        PublishError: nothing was published; or the file was, and Postgres not.
    """
    with _alone(version.published):
        try:
            for step in STEPS:
                version.say(step.__name__.replace("_", " "))
                step(version)
        except (OSError, duckdb.Error) as error:
            raise PublishError(f"{step.__name__.replace('_', ' ')}: {_first_line(error)}") from None
        finally:
            if version.name:
                shutil.rmtree(version.making, ignore_errors=True)
    return version.name


def rollback(published: Path, name: str | None = None, dsn: str = "", say: Callable[[str], None] = print) -> str:
    """Goes back to a kept version; the file, the Parquet, the manifest, and Postgres where it is set.

    Args:
        published: the folder that BI reads.
        name: the version; None = the one before the published one.
        dsn: of the Postgres database, or "".
        say: called with a line for people at each step.

    Returns:
        The version's name.

    Raises:
        PublishError: there is no such version, or it can't be shown.
    """
    with _alone(published):
        kept, current = versions_of(published), current_of(published)
        if name is None:
            name = next((older for older in kept if current is None or older < current), None)
            if name is None:
                raise PublishError(f"There is no version before {current or 'the first one'}")
        if name not in kept:
            raise PublishError(f"There is no version {name}; kept are {', '.join(kept) or 'none'}")
        version = Version(published, Path(), dsn=dsn, say=say, name=name)
        try:
            with _opened(version.kept / FILE) as connection:
                connection.execute("select count(*) from duckdb_tables()").fetchone()
            switch(version)
        except (OSError, duckdb.Error) as error:
            raise PublishError(f"{name} can't be shown: {_first_line(error)}") from None
        serve(version)
    return name


def versions_of(published: Path) -> list[str]:
    """The names of the kept versions, the newest first."""
    folder = published / "versions"
    names = os.listdir(folder) if folder.is_dir() else []
    return sorted((name for name in names if not name.startswith(".")), key=_age, reverse=True)


def _age(name: str) -> tuple[str, int]:
    stamp, _, number = name.partition("-")
    return stamp, int(number or 1)


def current_of(published: Path) -> str | None:
    """The published version's name; None if nothing has been published."""
    link = published / "current"
    return os.path.basename(os.readlink(link)) if link.is_symlink() and link.exists() else None


def manifest_of(published: Path, name: str) -> dict[str, Any]:
    """A kept version's manifest."""
    return json.loads((published / "versions" / name / MANIFEST).read_text("utf-8"))


@contextmanager
def _alone(published: Path) -> Iterator[None]:
    try:
        with lock(published / ".lock", f"publisher, process {os.getpid()}", WAIT_SECONDS):
            yield
    except Locked as error:
        raise PublishError(f"Another publisher is at work ({error})") from None
    except OSError as error:
        raise PublishError(f"{published} can't be written: {_first_line(error)}") from None


@contextmanager
def _opened(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(file), read_only=True) as connection:
        yield connection


def _restore_links(published: Path) -> None:
    for name in (FILE, MANIFEST, PARQUET):
        _point(published / name, f"current/{name}")


def _point(link: Path, target: str) -> None:
    """Makes a link point to a target in one step, whatever file was there."""
    if not link.is_symlink() or os.readlink(link) != target:
        new = link.with_name(f".link-{link.name}")
        new.unlink(missing_ok=True)
        os.symlink(target, new)
        os.replace(new, link)


def _sync(path: str | Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _first_line(error: Exception) -> str:
    return redact.clean(str(error).splitlines()[0] if str(error) else type(error).__name__)


def _text(value: str | Path) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _name(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def main(arguments: list[str] | None = None) -> int:
    """The command line. Returns 0 done, 1 failed; argparse exits with 2 on a wrong call."""
    parser = argparse.ArgumentParser(prog="python -m flows.publish", description="The versions that BI can be shown.")
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument("--list", action="store_true", help="the kept versions, the published one marked with *")
    asked.add_argument(
        "--rollback", nargs="?", const="", metavar="VERSION", help="go back to a version; by default the one before"
    )
    options = parser.parse_args(arguments)
    redact.learn()
    try:
        settings = Settings.read()
        if options.list:
            for name in versions_of(settings.published):
                manifest = manifest_of(settings.published, name)
                mark = "*" if name == current_of(settings.published) else " "
                rows = sum(manifest["tables"].values())
                print(f"{mark} {name}  as of {manifest.get('as_of')}  {len(manifest['tables'])} tables  {rows} rows")
            return 0
        dsn = os.environ.get("KPI_POSTGRES_DSN", "").strip()
        name = rollback(settings.published, options.rollback or None, dsn, lambda text: None)
        print(f"published is {name}")
    except (PublishError, ConfigError) as error:
        print(redact.clean(str(error)), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
