"""The published marts: what BI reads, and the way back.

    <published>/kpi.duckdb      a link to current/kpi.duckdb; likewise manifest.json, parquet and boards
    <published>/current         a link to versions/<version>: THE SWITCH
    <published>/versions/       the last good ones, each whole: kpi.duckdb, parquet/<table>.parquet, boards/<board>.html, manifest.json

What has not a version's name and a manifest that says it is somebody else's, and is left alone. Whoever may read the folder
<published> may read what is in it: files and folders take their rights from it.

A version is made beside the others, checked, and kept; then one rename of `current` shows its file, its Parquet and its
manifest together. Killed before that rename, a publisher has changed nothing that anybody reads, and the next one
removes what it left; killed after it, the version stands. Who has the old file open goes on reading the old night.

`kpi publish` lists the versions and goes back to one.
"""

import json
import os
import re
import shutil
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from flows import postgres, records, restatements
from flows.base import redact
from flows.base.disk import sync
from flows.base.errors import ConfigError
from flows.base.locks import Lock, Locked
from flows.base.settings import Settings
from flows.base.sql import literal, quoted
from flows.boards import pages, workbook
from flows.boards.spec import BoardError

FILE, MANIFEST, PARQUET, BOARDS = "kpi.duckdb", "manifest.json", "parquet", "boards"
NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z(-[1-9][0-9]*)?")
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
        target: the Postgres database to fill, if there is one.
        say: called with a line for people at each step.
        name: of the version; set at the beginning.
        tables: rows by table; filled as they are written.
        boards: whether its boards could be made.
        begun: when it was begun, which is when it was published.
        restated: which closed figures moved; None if there was nothing to compare.
        is_compared: whether the version before could be compared with.
    """

    published: Path
    built: Path
    facts: Mapping[str, Any] = field(default_factory=dict)
    keep: int = 7
    target: postgres.Target | None = None
    say: Callable[[str], None] = lambda text: None
    name: str = ""
    tables: dict[str, int] = field(default_factory=dict)
    boards: bool = False
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    restated: restatements.Restated | None = None
    is_compared: bool = True

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
    if not versions.exists():
        versions.mkdir()
        versions.chmod(_rights(version))
    for left in [*versions.glob(".making-*"), *version.published.glob(".link-*")]:
        shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
    if (version.published / "current").exists():
        _restore_links(version.published)
    # names only grow, whatever the clock says: after one of the future, or of this second, comes the next number
    now = (f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}", 1)
    stamp, number = max((_age(name) for name in os.listdir(versions) if NAME.fullmatch(name)), default=("", 0))
    second, number = max(now, (stamp, number + 1))
    version.name = f"{second}-{number}" if number > 1 else second
    version.making.mkdir()


def make_file(version: Version) -> None:
    """Copies the marts, with their comments, into a DuckDB file of their own; a view stays a view, of the marts beside it. The file gets
    the macro that tells the records of a figure."""
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(version.built)} as built (read_only)")
        connection.execute(f"attach {literal(version.making / FILE)} as made")
        connection.execute("create schema made.marts")
        tables = connection.execute(
            "select table_name, comment, null from duckdb_tables() where database_name = 'built' and schema_name = 'marts'"
            " order by 1"
        ).fetchall()
        views = connection.execute(
            "select view_name, comment, sql from duckdb_views() where database_name = 'built' and schema_name = 'marts'"
            " order by 1"
        ).fetchall()
        if not tables:
            raise PublishError("There are no marts in what was built")
        connection.execute("use made")
        for name, comment, sql in tables + views:
            connection.execute(sql or f"create table marts.{quoted(name)} as from built.marts.{quoted(name)}")
            if comment:
                kind = "view" if sql else "table"
                connection.execute(f"comment on {kind} marts.{quoted(name)} is {literal(comment)}")
            (version.tables[name],) = connection.execute(f"select count(*) from built.marts.{quoted(name)}").fetchone()
        for table, column, comment in connection.execute(
            "select table_name, column_name, comment from duckdb_columns()"
            " where database_name = 'built' and schema_name = 'marts' and comment is not null"
        ).fetchall():
            connection.execute(f"comment on column marts.{quoted(table)}.{quoted(column)} is {literal(comment)}")
        if {"kpi_definitions", "periods"} <= version.tables.keys():
            connection.execute(records.contributors(connection))
        connection.execute("use memory")
        connection.execute("checkpoint made")
        connection.execute("detach made")


def tell_changes(version: Version) -> None:
    """Adds which closed figures moved since the version before, and why. What can't be compared is said, and keeps no figures from BI."""
    before = current_of(version.published)
    if before:
        manifest, settings = manifest_of(version.published, before), Settings.read()
        codes = [facts.get("code", {}).get("sha256") for facts in (manifest, version.facts)]
        sides = restatements.Sides(
            before=version.published / "versions" / before / FILE,
            now=version.making / FILE,
            published_before=datetime.fromisoformat(manifest["published_at"]),
            published_now=version.begun,
            code_changed=codes[0] != codes[1] if all(codes) else None,
        )
        limits = restatements.Limits(
            tuple(settings.restatement_dimensions.split()), settings.restatement_rows, settings.restatement_records
        )
        try:
            version.restated = restatements.add(sides, limits)
        except duckdb.Error as error:
            version.is_compared = False
            version.say(f"no restatements: {_first_line(error)}")
        version.tables |= restatements.count(version.making / FILE)


def make_parquet(version: Version) -> None:
    """Writes each mart as a Parquet file."""
    folder = version.making / PARQUET
    folder.mkdir()
    with _opened(version.making / FILE) as connection:
        for table in version.tables:
            target = literal(folder / f"{table}.parquet")
            connection.execute(f"copy marts.{quoted(table)} to {target} (format parquet, compression zstd)")


def make_boards(version: Version) -> None:
    """Makes the boards from the new file. Boards that can't be made are said, and keep no figures from BI."""
    settings = Settings.read()
    try:
        pages.write(version.making / FILE, version.making / BOARDS, settings.language, pages.docs_address(settings))
        workbook.write(version.making / FILE, version.making / BOARDS, settings.language)
        version.boards = True
    except (BoardError, duckdb.Error) as error:
        version.say(f"no boards: {_first_line(error)}")


def check(version: Version) -> None:
    """Reads what was made as a BI tool would, and compares it with what was built."""
    if (version.making / f"{FILE}.wal").exists():
        raise PublishError("The new file has a write-ahead log left")
    with _opened(version.making / FILE) as connection:
        for table, rows in version.tables.items():
            parquet = literal(version.making / PARQUET / f"{table}.parquet")
            (in_file,) = connection.execute(f"select count(*) from marts.{quoted(table)}").fetchone()
            (in_parquet,) = connection.execute(f"select count(*) from read_parquet({parquet})").fetchone()
            if not in_file == in_parquet == rows:
                raise PublishError(f"marts.{table} has {rows} rows, its copies {in_file} and {in_parquet}")


def keep(version: Version) -> None:
    """Writes the manifest, waits until all is on the disk, and puts the version among the kept ones."""
    text = json.dumps(
        {
            "version": version.name,
            "published_at": version.begun.isoformat(timespec="seconds"),
            **version.facts,
            "tables": version.tables,
        },
        ensure_ascii=False,
        indent=1,
    )
    (version.making / MANIFEST).write_text(redact.clean(text) + "\n", "utf-8")
    for folder, _, files in os.walk(version.making, topdown=False):
        for name in files:
            os.chmod(os.path.join(folder, name), _rights(version) & 0o444)
            sync(os.path.join(folder, name))
        os.chmod(folder, _rights(version))
        sync(folder)
    os.rename(version.making, version.kept)
    sync(version.kept.parent)


def switch(version: Version) -> None:
    """Shows the version: one rename."""
    (version.published / f"{FILE}.wal").unlink(missing_ok=True)  # somebody's; DuckDB would replay it into the new file
    _point(version.published / "current", f"versions/{version.name}")
    _restore_links(version.published)
    sync(version.published)


def serve(version: Version) -> None:
    """Fills the Postgres database, if there is one, and swaps its schema."""
    if version.target:
        try:
            postgres.serve(version.target, version.kept / FILE, version.name, version.say)
        except postgres.PostgresError as error:
            raise PublishError(f"Postgres keeps the old night, the file is published: {error}") from None


def serve_again(published: Path, target: postgres.Target, say: Callable[[str], None] = print) -> str | None:
    """Fills the Postgres database anew from the published version, which it has already.

    Returns:
        The version's name; None if nothing is published.

    Raises:
        PublishError: Postgres keeps what it had.
    """
    with alone(published):
        name = current_of(published)
        if name:
            try:
                postgres.serve(target, published / "versions" / name / FILE, name, say, anew=True)
            except postgres.PostgresError as error:
                raise PublishError(f"Postgres keeps what it had: {error}") from None
    return name


def forget(version: Version) -> None:
    """Removes the oldest versions beyond the number that is kept."""
    for name in versions_of(version.published)[version.keep :]:
        if name != current_of(version.published):
            gone = version.published / "versions" / f".making-{name}"  # so that it is never half a version
            os.rename(version.published / "versions" / name, gone)
            shutil.rmtree(gone, ignore_errors=True)


def _rights(version: Version) -> int:
    """The rights that the owner gave the folder that BI reads."""
    return stat.S_IMODE(version.published.stat().st_mode) | 0o700


STEPS: tuple[Callable[[Version], None], ...] = (
    clear,
    make_file,
    tell_changes,
    make_parquet,
    make_boards,
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
    with alone(version.published):
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


def rollback(
    published: Path,
    name: str | None = None,
    target: postgres.Target | None = None,
    say: Callable[[str], None] = print,
) -> str:
    """Goes back to a kept version; the file, the Parquet, the manifest, and Postgres where it is set.

    Args:
        published: the folder that BI reads.
        name: the version; None = the one before the published one.
        target: the Postgres database, if there is one.
        say: called with a line for people at each step.

    Returns:
        The version's name.

    Raises:
        PublishError: there is no such version, or it can't be shown.
    """
    with alone(published):
        kept, current = versions_of(published), current_of(published)
        if name is None:
            name = next((older for older in kept if current is None or older < current), None)
            if name is None:
                raise PublishError(f"There is no version before {current or 'the first one'}")
        if name not in kept:
            raise PublishError(f"There is no version {name}; kept are {', '.join(kept) or 'none'}")
        version = Version(published, Path(), target=target, say=say, name=name)
        try:
            with _opened(version.kept / FILE) as connection:
                connection.execute("select count(*) from duckdb_tables()").fetchone()
            switch(version)
        except (OSError, duckdb.Error) as error:
            raise PublishError(f"{name} can't be shown: {_first_line(error)}") from None
        serve(version)
    return name


def versions_of(published: Path) -> list[str]:
    """The names of the kept versions, the newest first; whatever has no version's name or manifest is none."""
    folder = published / "versions"
    names = os.listdir(folder) if folder.is_dir() else []
    return sorted((name for name in names if NAME.fullmatch(name) and _is_whole(folder / name)), key=_age, reverse=True)


def _is_whole(folder: Path) -> bool:
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        return manifest["version"] == folder.name and (folder / FILE).is_file()
    except (OSError, ValueError, KeyError, TypeError):
        return False


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
def alone(published: Path) -> Iterator[None]:
    try:
        if not published.exists():
            published.mkdir(parents=True)
            published.chmod(0o755)  # until its owner sets other rights
        with Lock(published / ".lock", f"publisher, process {os.getpid()}", WAIT_SECONDS):
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
    if (published / "current" / BOARDS).is_dir():
        _point(published / BOARDS, f"current/{BOARDS}")
    elif (published / BOARDS).is_symlink():  # the version has none
        (published / BOARDS).unlink()


def _point(link: Path, target: str) -> None:
    """Makes a link point to a target in one step, whatever file was there."""
    if not link.is_symlink() or os.readlink(link) != target:
        new = link.with_name(f".link-{link.name}")
        new.unlink(missing_ok=True)
        os.symlink(target, new)
        os.replace(new, link)


def _first_line(error: Exception) -> str:
    return redact.clean(str(error).splitlines()[0] if str(error) else type(error).__name__)


def tell_versions() -> int:
    """Prints the kept versions, the published one marked. Returns the exit status."""

    def tell(settings: Settings) -> None:
        for name in versions_of(settings.published):
            manifest = manifest_of(settings.published, name)
            mark = "*" if name == current_of(settings.published) else " "
            rows = sum(manifest["tables"].values())
            print(f"{mark} {name}  as of {manifest.get('as_of')}  {len(manifest['tables'])} tables  {rows} rows")

    return _told(tell)


def go_back(name: str | None) -> int:
    """Goes back to a version, or to the one before. Returns the exit status."""

    def back(settings: Settings) -> None:
        print(f"published is {rollback(settings.published, name, settings.postgres, lambda text: None)}")

    return _told(back)


def _told(action: Callable[[Settings], None]) -> int:
    redact.learn()
    try:
        action(Settings.read())
    except (PublishError, ConfigError) as error:
        print(redact.clean(str(error)), file=sys.stderr)
        return 1
    return 0
