"""Whether a night adds to the build of the night before, or makes everything anew.

Loads only add files to the raw root, and what a raw row says never changes. So a night may take from the last build what was worked out of files
that are still the same. It may not where anything else has changed: then everything is made anew, and the log says why.
"""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from flows.night.build import Place, raw_files, rules_hash

MEANWHILE = "came in the middle of a build"


def note(place: Place) -> dict[str, Any]:
    """What is noted of a night before it builds, as JSON can hold it: its day, and what it is made by and of. The `stamp` of the file joins it
    when it is published."""
    return {"as_of": place.as_of.isoformat(), "rules": rules_hash(place), "files": raw_files(place)}


def settled(noted: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """What is noted of a build that is whole. Nobody can tell what it took of a file, or of a rule, that came while it was at work.

    Args:
        noted: what `note` gave before it.
        now: what `note` gives after it.
    """
    files = {name: noted["files"].get(name, MEANWHILE) for name in noted["files"] | now["files"]}
    return noted | {"rules": noted["rules"] if noted["rules"] == now["rules"] else MEANWHILE, "files": files}


def why_anew(noted: dict[str, Any], place: Place) -> str:
    """Why a night cannot add to the last build.

    Args:
        noted: what `note` gave of it, with the `stamp` of its file; empty if there was none.
        place: of the night, with its raw root standing still.

    Returns:
        The reason in words; empty if it can.
    """
    if not noted or noted.get("stamp") != stamp(place.file):
        return "there is no whole build of a night before"
    if noted["rules"] != rules_hash(place):
        return "the code, a rule or a setting has changed"
    before = date.fromisoformat(noted["as_of"])
    if place.as_of < before:
        return f"the last build is of a later day, {before}"
    if place.as_of.year > before.year:
        return "another year has begun, which tells how years of two digits are read"
    files = raw_files(place)
    for name, facts in noted["files"].items():
        if files.get(name) != facts:
            return f"the raw file {name} {MEANWHILE if facts == MEANWHILE else 'is another one' if name in files else 'is gone'}"
    try:
        duckdb.connect(str(place.file)).close()
    except duckdb.Error:
        return "the file of the last build is damaged, or another program has it open"
    return ""


def stamp(file: Path) -> list[int]:
    """Size and time of the last change of a file; noughts where there is none."""
    try:
        return [file.stat().st_size, file.stat().st_mtime_ns]
    except OSError:
        return [0, 0]
