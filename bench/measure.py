"""Measures the demo company at one scale and at twice that scale: `kpi bench`."""

import json
import os
import platform
import shutil
import statistics
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from bench import scale as raw_rows
from bench.usage import Failed, Usage, bytes_of, measured
from flows.base.settings import KPI, PROJECT
from flows.base.sql import literal

AS_OF = date(2026, 7, 1)  # the demo company's own day
DBT = str(Path(sys.executable).with_name("dbt"))
NO_TESTS = ["--exclude-resource-type", "test", "unit_test"]
PACKAGES = ("dbt-core", "dbt-duckdb", "duckdb", "pyarrow")
DEAREST = 10
Figures = dict[str, Any]


def bench(scale: int, repeat: int, folder: Path, say: Callable[[str], None], nights: bool = True) -> Figures:
    """Measures a scale and its double.

    Args:
        scale: how many times the demo company.
        repeat: how often each thing is measured; medians are told.
        folder: a folder for raw files and warehouses, some gigabytes at large scales; what it holds stays there.
        say: gets a line at each step.
        nights: whether nights are measured too.

    Returns:
        The figures, as bench/results.json holds them.

    Raises:
        Failed: a build ended with an error.
    """
    begun = datetime.now(UTC)
    scales = {str(times): _one(times, repeat, folder / f"x{times}", say, nights) for times in (scale, 2 * scale)}
    return {
        "begun": begun.isoformat(timespec="minutes"),
        "machine": machine(),
        "versions": {"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
        "scale": scale,
        "repeat": repeat,
        "scales": scales,
        "dearest": _dearest(*scales.values()),
    }


def machine() -> Figures:
    """Processors, memory in bytes and how busy the machine is with everything else, without its name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "memory": memory,
        "load": os.getloadavg()[1],
    }


def _one(scale: int, repeat: int, folder: Path, say: Callable[[str], None], nights: bool) -> Figures:
    """Everything that is measured of one scale."""
    raw, target = folder / "raw", folder / "target"
    say(f"x{scale}: raw files")
    shutil.rmtree(folder, ignore_errors=True)
    raw.mkdir(parents=True)
    raw_rows.make(scale, raw)
    found: Figures = {"missed": [], "rows": _rows(raw), "bytes": {"raw files": bytes_of(raw)}}
    runs: dict[str, list[Usage]] = {}
    parts: list[Figures] = []
    _dbt("parse", folder, raw, target)  # once, as the project's first build does
    for number in range(repeat):
        say(f"x{scale}: {number + 1} of {repeat}")
        runs.setdefault("build", []).append(_dbt("build", folder, raw, target))
        runs.setdefault("build without tests", []).append(_dbt("build", folder, raw, target, *NO_TESTS))
        usage, told = _bare(folder, raw, target)
        runs.setdefault("bare statements", []).append(usage)
        parts.append(told)
        runs.setdefault("plain copy", []).append(_floor(folder, raw))
    if nights:
        say(f"x{scale}: nights")
        try:
            runs["night"] = _nights(folder / "night", raw, repeat)
        except Failed as error:
            found["missed"].append(f"x{scale}: a night failed: {str(error).splitlines()[0]}")
    found["bytes"] |= {
        "warehouse": bytes_of(folder / "dbt" / "kpi.duckdb"),
        "cache of raw files": bytes_of(folder / "dbt" / "landing"),
        "plain copy": bytes_of(folder / "floor.duckdb"),
    }
    found["runs"] = {name: _median(usages) for name, usages in runs.items()}
    found["landing"] = _middle(told["land"] for told in parts)
    found["models"] = {name: _middle(told["models"][name] for told in parts) for name in parts[0]["models"]}
    return found


def _rows(raw: Path) -> dict[str, int]:
    """Raw rows of the largest tables."""
    tables = (
        "yandex_metrica/visits",
        "yandex_metrica/hits",
        "bitrix24/crm_lead",
        "bitrix24/crm_deal",
        "bitrix_shop/sale_order",
    )
    with duckdb.connect() as connection:
        count = "select count(*) from read_parquet({}, union_by_name = true)"
        return {
            table: connection.execute(count.format(literal(raw / table / "*.parquet"))).fetchall()[0][0]
            for table in tables
        }


def _median(usages: list[Usage]) -> Figures:
    return _middle({"wall": usage.wall, "cpu": usage.cpu, "peak": usage.peak} for usage in usages) | {
        "times": len(usages)
    }


def _middle(found) -> Figures:
    """The median of each number."""
    found = list(found)
    return {
        name: statistics.median(one[name] for one in found)
        for name, value in found[0].items()
        if not isinstance(value, str)
    }


def environment(**settings: str | Path) -> dict[str, str]:
    """This process's environment with no setting of the warehouse but these."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("KPI_")}
    return own | {"DO_NOT_TRACK": "1"} | {f"KPI_{name.upper()}": str(value) for name, value in settings.items()}


def _dbt(verb: str, folder: Path, raw: Path, target: Path, *arguments: str) -> Usage:
    """dbt into a file made anew, with an empty cache of raw files."""
    place = folder / "dbt"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    settings = environment(
        raw_root=raw,
        as_of=AS_OF.isoformat(),
        warehouse=place / "kpi.duckdb",
        landing_cache=place / "landing",
        contact_key_file=folder / "contact.key",
    )
    command = [DBT, verb, *arguments, "--target-path", str(target), "--log-path", str(folder / "logs")]
    return measured(command, settings, PROJECT, folder / f"{verb}.txt")


def _bare(folder: Path, raw: Path, target: Path) -> tuple[Usage, Figures]:
    place, result = folder / "bare", folder / "bare.json"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    command = [sys.executable, "-m", "bench.bare", *map(str, (target, raw, place / "kpi.duckdb", result))]
    usage = measured(command, environment(contact_key_file=folder / "contact.key"), PROJECT, folder / "bare.txt")
    return usage, json.loads(result.read_text())


def _floor(folder: Path, raw: Path) -> Usage:
    file = folder / "floor.duckdb"
    file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "bench.floor", str(raw), str(file)]
    return measured(command, environment(), PROJECT, folder / "floor.txt")


def _nights(folder: Path, raw: Path, repeat: int) -> list[Usage]:
    """Nights of the last days, each with the rows of one day more; the first of them, which has all days before, is not told."""
    root, later = folder / "raw", folder / "later"
    days = [AS_OF - timedelta(days=repeat - number) for number in range(repeat + 1)]
    keep_back(raw, root, later, days[0])
    usages = []
    for day in days:
        if (later / day.isoformat()).is_dir():
            shutil.copytree(later / day.isoformat(), root, dirs_exist_ok=True)
        command = [str(KPI), "night", "--no-load", "--as-of", day.isoformat()]
        settings = environment(raw_root=root, warehouse=folder / "warehouse" / "kpi.duckdb")
        usages.append(measured(command, settings, PROJECT, folder / f"night_{day}.txt"))
    return usages[1:]


def keep_back(raw: Path, root: Path, later: Path, after: date) -> None:
    """Copies a raw root without the rows that were loaded after a day, and puts those aside, day by day.

    Args:
        raw: the raw root; it is only read.
        root: the folder for the copy.
        later: the folder for the others, as `<later>/<day>/<source>/<table>/<file>_<day>.parquet`.
        after: the last day of which the copy has loads.
    """
    with duckdb.connect(config={"memory_limit": raw_rows.MEMORY}) as connection:
        for file in sorted(path for path in raw.glob("*/*/*") if path.is_file()):
            name = file.relative_to(raw)
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            rows = f"read_parquet({literal(file)})"
            if file.suffix != ".parquet":
                shutil.copyfile(file, root / name)
                continue
            days = [
                day
                for (day,) in connection.execute(
                    f"select distinct left(_loaded_at, 10) from {rows} order by 1"
                ).fetchall()
            ]
            new = [day for day in days if day > after.isoformat()]
            if not new:
                shutil.copyfile(file, root / name)
                continue
            if len(new) < len(days):
                _copy(connection, f"{rows} where left(_loaded_at, 10) <= '{after}'", root / name)
            for day in new:
                target = later / day / name.with_name(f"{file.stem}_{day}.parquet")
                target.parent.mkdir(parents=True, exist_ok=True)
                _copy(connection, f"{rows} where left(_loaded_at, 10) = '{day}'", target)


def _copy(connection: duckdb.DuckDBPyConnection, rows: str, target: Path) -> None:
    connection.execute(f"copy (from {rows}) to {literal(target)} (format parquet, compression zstd)")


def _dearest(one: Figures, double: Figures) -> list[Figures]:
    """The models that take most processor time at the larger scale, and how they grow when the data double."""
    models = sorted(double["models"].items(), key=lambda item: -item[1]["cpu"])[:DEAREST]
    return [
        {
            "model": name,
            "cpu": one["models"][name]["cpu"],
            "cpu_double": now["cpu"],
            "memory": one["models"][name]["memory"],
            "memory_double": now["memory"],
        }
        for name, now in models
    ]
