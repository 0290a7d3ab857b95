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
# The last day of its nights: the load of the day after tells no ad in utm_content any more, for which the raw gate rightly stops that night.
LAST_NIGHT = date(2026, 6, 29)
DBT = str(Path(sys.executable).with_name("dbt"))
NO_TESTS = ["--exclude-resource-type", "test", "unit_test"]
PACKAGES = ("dbt-core", "dbt-duckdb", "duckdb", "pyarrow")
DEAREST = 10
# Ratios to employees, whom the copies share, and of the ten largest customers, who are ten at any scale.
SHARED = ("deals_per_manager", "leads_per_manager", "revenue_concentration")
Figures = dict[str, Any]


def bench(scale: int, repeat: int, folder: Path, keep: Callable[[Figures], None], nights: bool, peers: bool) -> None:
    """Measures a scale and its double.

    Args:
        scale: how many times the demo company.
        repeat: how often each thing is measured; medians are told.
        folder: a folder for raw files and warehouses, some gigabytes at large scales; what it holds is made anew and stays.
        keep: gets all figures as they are known, as bench/results.json holds them, after each step: whoever stops the command has the rest.
        nights: whether nights are measured too, at the scale itself.
        peers: whether others are asked the same questions, at twice the scale.

    Raises:
        Failed: a build ended with an error.
    """
    figures: Figures = {
        "begun": datetime.now(UTC).isoformat(timespec="minutes"),
        "machine": machine(),
        "versions": {"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
        "scale": scale,
        "repeat": repeat,
        "missed": [],
    }
    one, double = measurements = [Scale(times, folder / f"x{times}") for times in (scale, 2 * scale)]

    def step(text: str) -> None:
        figures["machine"]["load"] = max(figures["machine"]["load"], os.getloadavg()[1])
        if all(measurement.models for measurement in measurements):
            figures["scales"] = {str(measurement.scale): measurement.figures() for measurement in measurements}
            figures["dearest"] = _dearest(one, double)
            keep(figures)
        print(f"{datetime.now():%H:%M} {text}", flush=True)

    for measurement in measurements:
        step(f"x{measurement.scale}: raw files")
        measurement.prepare()
    for number in range(repeat):
        for measurement in measurements:
            step(f"x{measurement.scale}: statements, {number + 1} of {repeat}")
            measurement.statements()
    figures["not doubled"] = differing(one.warehouse, double.warehouse, 2)
    step("memory of the dearest models")
    for measurement in measurements:
        measurement.memory([name for name, _ in _by_cost(double)])
    if peers:
        from bench.peers.run import ask

        step("others")
        figures["peers"] = ask(double.warehouse, folder / "peers", double.figures()["models"]) | {"scale": double.scale}
    for number in range(repeat):
        for measurement in measurements:
            step(f"x{measurement.scale}: whole build, {number + 1} of {repeat}")
            measurement.whole_build()
    if nights:
        step(f"x{scale}: nights")
        try:
            one.nights(repeat)
        except Failed as error:
            figures["missed"].append(f"A night failed at ×{scale}: {str(error).splitlines()[-1]}")
    step("done")


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


class Scale:
    """The measurements of one scale, all in one folder.

    Attributes:
        scale: how many times the demo company.
        models: what each model took in each run of the bare statements.
        warehouse: the file that dbt built last.
    """

    def __init__(self, scale: int, folder: Path):
        self.scale = scale
        self.models: list[Figures] = []
        self.warehouse = folder / "dbt" / "kpi.duckdb"
        self._folder = folder
        self._raw = folder / "raw"
        self._target = folder / "target"
        self._key = folder / "contact.key"
        self._runs: dict[str, list[Usage]] = {}
        self._memory: dict[str, int] = {}
        self._bytes: dict[str, int] = {}

    def prepare(self) -> None:
        """Makes the raw files and parses the project, as its first build does once."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._raw.mkdir(parents=True)
        raw_rows.make(self.scale, self._raw)
        self._bytes["raw files"] = bytes_of(self._raw)
        self._dbt("parse")

    def statements(self) -> None:
        """Measures a build without tests, its statements without dbt, and the plain copy."""
        self._note("build without tests", self._dbt("build", *NO_TESTS))
        self._bytes["warehouse"] = bytes_of(self.warehouse)
        self._bytes["cache of raw files"] = bytes_of(self._folder / "dbt" / "raw_views")
        self._bare()
        file = self._folder / "floor.duckdb"
        file.unlink(missing_ok=True)
        self._note("plain copy", self._python("floor", self._raw, file))
        self._bytes["plain copy"] = bytes_of(file)

    def whole_build(self) -> None:
        """Measures `dbt build`, with all tests."""
        self._note("build", self._dbt("build"))

    def memory(self, names: list[str]) -> None:
        """Finds the memory that single models need, each on its own."""
        result = self._folder / "memory.json"
        self._python("memory", self._target, self._folder / "bare" / "kpi.duckdb", result, *names)
        self._memory = json.loads(result.read_text())

    def nights(self, repeat: int) -> None:
        """Measures nights up to LAST_NIGHT, each with the rows of one day more; the first, which has all days before, is not told."""
        folder = self._folder / "night"
        root, later = folder / "raw", folder / "later"
        days = [LAST_NIGHT - timedelta(days=repeat - number) for number in range(repeat + 1)]
        keep_back(self._raw, root, later, days[0])
        for number, day in enumerate(days):
            if (later / day.isoformat()).is_dir():
                shutil.copytree(later / day.isoformat(), root, dirs_exist_ok=True)
            command = [str(KPI), "night", "--no-load", "--as-of", day.isoformat()]
            settings = environment(raw_root=root, warehouse=folder / "warehouse" / "kpi.duckdb")
            usage = measured(command, settings, PROJECT, folder / f"night_{day}.txt")
            if number:
                self._note("night", usage)

    def figures(self) -> Figures:
        """What is known up to now, medians of what was measured several times."""
        models = {name: _middle(run["models"][name] for run in self.models) for name in self.models[0]["models"]}
        for name, number in self._memory.items():
            models[name]["memory"] = number
        runs = {
            name: _middle({"wall": usage.wall, "cpu": usage.cpu, "peak": usage.peak} for usage in usages)
            | {"times": len(usages)}
            for name, usages in self._runs.items()
        }
        reading = _middle(run["land"] for run in self.models)
        return {"rows": _rows(self._raw), "bytes": self._bytes, "runs": runs, "reading": reading, "models": models}

    def _note(self, name: str, usage: Usage) -> None:
        self._runs.setdefault(name, []).append(usage)

    def _bare(self) -> None:
        place, result = self._folder / "bare", self._folder / "bare.json"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        self._note("bare statements", self._python("bare", self._target, self._raw, place / "kpi.duckdb", result))
        self.models.append(json.loads(result.read_text()))

    def _python(self, module: str, *arguments: str | Path) -> Usage:
        command = [sys.executable, "-m", f"bench.{module}", *map(str, arguments)]
        return measured(command, environment(contact_key_file=self._key), PROJECT, self._folder / f"{module}.txt")

    def _dbt(self, verb: str, *arguments: str) -> Usage:
        """dbt into a file made anew, with an empty cache of raw files."""
        place = self.warehouse.parent
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        settings = environment(
            raw_root=self._raw,
            as_of=AS_OF.isoformat(),
            warehouse=self.warehouse,
            raw_views_cache=place / "raw_views",
            contact_key_file=self._key,
        )
        command = [DBT, verb, *arguments, "--target-path", str(self._target), "--log-path", str(self._folder / "logs")]
        return measured(command, settings, PROJECT, self._folder / f"{verb}.txt")


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


def _by_cost(scale: Scale) -> list[tuple[str, Figures]]:
    """The models that take most processor time."""
    return sorted(scale.figures()["models"].items(), key=lambda item: -item[1]["cpu"])[:DEAREST]


def _dearest(one: Scale, double: Scale) -> list[Figures]:
    """The dearest models of the larger scale, at both."""
    before = one.figures()["models"]
    names = ("cpu", "wall", "memory")
    return [
        {"model": model} | {n: before[model].get(n) for n in names} | {f"{n}_double": now.get(n) for n in names}
        for model, now in _by_cost(double)
    ]


def differing(one: Path, larger: Path, times: int) -> list[str]:
    """What does not grow as it must between two warehouses of the same company at two scales.

    Args:
        one: the warehouse of the smaller scale.
        larger: the other.
        times: by how many times it is larger.

    Returns:
        The KPI, grain and period of each sum that is not exactly so many times as large, and of each ratio that is not the same; SHARED
        is left out. Empty if all is well.
    """
    values = f"""
        select kpi_id || ' ' || period_grain || ' ' || period_start as place, kind, value
        from {{}}.marts.kpi_values join {{}}.marts.kpi_catalogue using (kpi_id)
        where dimension = 'all' and period_grain in ('month', 'quarter', 'year') and kind in ('flow', 'ratio', 'distinct')
        and kpi_id not in ({", ".join(map(literal, SHARED))})"""
    with duckdb.connect() as connection:
        for name, file in (("one", one), ("larger", larger)):
            connection.execute(f"attach {literal(file)} as {name} (read_only)")
            connection.execute(f"create temp table {name}_values as {values.format(name, name)}")
        wrong = connection.execute(
            f"""
            select place from one_values full join larger_values using (place, kind)
            where larger_values.value is distinct from one_values.value
            and not coalesce(abs(larger_values.value - one_values.value * if(kind = 'ratio', 1, {times}))
                <= 1e-9 * greatest(1, abs(larger_values.value)), false)
            order by place"""
        )
        return [place for (place,) in wrong.fetchall()]
