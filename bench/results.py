"""What was measured, for people and for programs: RESULTS.md, and results.json beside it."""

import json
from pathlib import Path
from typing import Any

Figures = dict[str, Any]
MISSED = "## What was missed, and why"
TEXT = """\
# What a build costs

Written by `uv run kpi bench --scale {scale}`; [docs/bench.md](../docs/bench.md) tells what is measured and how. Each number is the median of
as many runs as the table says. **The machine did other work too** (load up to {load:.1f} on {cores} cores), so wall times are longer than they need be:
compare processor seconds (user and system, of all processes).

- **When:** {begun}
- **Machine:** {system} {processor}, {cores} cores, {memory}
- **Versions:** {versions}

## A build, its parts and what it is measured against

{build}

**The frame's share** is what dbt adds to its own statements: parsing, planning, comments on columns, hooks, one connection after the other.
It is the build without tests, less the reading of raw files, less the bare statements: {frame}.

## Rows and bytes

{sizes}

{doubled}

## The ten dearest models

At ×{double}, by processor seconds of their bare statement, with what happens when the data double. Memory is the most that
DuckDB's buffers hold when the statement runs alone: the pages that it reads, what it works with, and what comes of it.

{dearest}
{peers}
"""
PEERS = """
## Others

The same questions over the same rows of the core at ×{scale}, asked once. DuckDB reads plain SQL, which Postgres reads too. The ratio is a peer's
processor seconds to those of DuckDB. The last column is what the project's own models take that answer the question for every grain, slice and
attribution model at once.

Rows: {rows}.
Postgres took {load:.1f} processor seconds to load them, not counted here. Versions: {versions}.

{table}

{agreement}
"""


def write(figures: Figures, folder: Path) -> None:
    """Writes RESULTS.md and results.json into a folder; what stands in RESULTS.md below its last heading, for people to write, stays."""
    page = folder / "RESULTS.md"
    said = page.read_text("utf-8").partition(MISSED)[2].strip() if page.exists() else ""
    missed = [f"- {line}" for line in figures["missed"]]
    kept = [line for line in said.splitlines() if line not in missed and line != "Nothing."]
    below = "\n".join([*missed, *kept]).strip() or "Nothing."
    page.write_text(f"{told(figures).rstrip()}\n\n{MISSED}\n\n{below}\n", "utf-8")
    (folder / "results.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", "utf-8")


def told(figures: Figures) -> str:
    """The page without its last part."""
    machine = figures["machine"]
    return TEXT.format(
        scale=figures["scale"],
        double=2 * figures["scale"],
        begun=figures["begun"],
        **{name: machine[name] for name in ("load", "cores", "system", "processor")},
        memory=size(machine["memory"]),
        versions=", ".join(f"{name} {number}" for name, number in figures["versions"].items()),
        build=_build(figures),
        frame=" and ".join(f"{_frame(one):.0%} of it at ×{scale}" for scale, one in figures["scales"].items()),
        sizes=_sizes(figures),
        doubled=_doubled(figures.get("not doubled")),
        dearest=_dearest(figures),
        peers=_peers(figures["peers"]) if "peers" in figures else "",
    )


def size(number: float) -> str:
    """Bytes as people read them."""
    return f"{number / 1e9:.2f} GB" if number >= 1e9 else f"{number / 1e6:.0f} MB"


def table(heads: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown; all columns but the first are numbers."""
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _build(figures: Figures) -> str:
    names = {
        "build": "`dbt build`, with all data tests and unit tests",
        "build without tests": "`dbt build` without tests",
        "reading": "… of it: reading of the raw files, with an empty cache",
        "models": "… of it: the bare statements of all models, in one connection",
        "plain copy": "the floor: raw files copied into DuckDB as they are",
        "night": "a night with one new day: gates, build, publishing",
    }
    rows = []
    for name, text in names.items():
        for scale, one in figures["scales"].items():
            if found := _part(one, name):
                peak = size(found["peak"]) if "peak" in found else ""
                rows.append(
                    [text, f"×{scale}", f"{found['wall']:.1f}", f"{found['cpu']:.1f}", peak, str(found["times"])]
                )
    return table(["", "scale", "wall, s", "processors, s", "peak memory (RSS)", "runs"], rows)


def _part(one: Figures, name: str) -> Figures | None:
    times = {"times": one["runs"]["bare statements"]["times"]}
    if name == "reading":
        return one["reading"] | times
    if name == "models":
        whole = {key: sum(model[key] for model in one["models"].values()) for key in ("wall", "cpu")}
        return whole | times | {"peak": one["runs"]["bare statements"]["peak"]}
    return one["runs"].get(name)


def _frame(one: Figures) -> float:
    whole = one["runs"]["build without tests"]["cpu"]
    return (whole - one["reading"]["cpu"] - _part(one, "models")["cpu"]) / whole


def _sizes(figures: Figures) -> str:
    scales = figures["scales"]
    first = next(iter(scales.values()))
    rows = [[f"rows of {name}", *(f"{one['rows'][name]:,}" for one in scales.values())] for name in first["rows"]]
    rows += [[name, *(size(one["bytes"][name]) for one in scales.values())] for name in first["bytes"]]
    return table(["", *(f"×{scale}" for scale in scales)], rows)


def _doubled(wrong: list[str] | None) -> str:
    if wrong is None:
        return ""
    if wrong:
        return f"**{len(wrong)} figures do not grow as the company does**: {', '.join(wrong[:10])} …"
    return "Every sum of the scorecard by month, quarter and year is exactly twice as large at twice the scale, and every ratio is the same."


def _dearest(figures: Figures) -> str:
    one, double = figures["scales"]
    rows = [
        [
            f"`{model['model']}`",
            f"{model['cpu']:.2f}",
            f"{model['cpu_double']:.2f}",
            _times(model["cpu_double"], model["cpu"]),
            size(model["memory"]) if model["memory"] else "",
            size(model["memory_double"]) if model["memory_double"] else "",
            _times(model["memory_double"], model["memory"]),
        ]
        for model in figures["dearest"]
    ]
    all_of = [sum(model["cpu"] for model in figures["scales"][scale]["models"].values()) for scale in (one, double)]
    rows.append(["all models", f"{all_of[0]:.2f}", f"{all_of[1]:.2f}", _times(all_of[1], all_of[0]), "", "", ""])
    return table(
        ["model", f"×{one}, s", f"×{double}, s", "grows", f"×{one}, memory", f"×{double}, memory", "grows"], rows
    )


def _times(now: float | None, before: float | None) -> str:
    return f"×{now / before:.2f}" if now and before else ""


def _peers(found: Figures) -> str:
    engines = ("duckdb", "polars", "postgres")
    rows, wrong = [], []
    for question, by_engine in found["questions"].items():
        ours = by_engine["duckdb"]["cpu"]
        cells = [
            f"{by_engine[name]['cpu']:.2f} s"
            + (f" ({_times(by_engine[name]['cpu'], ours)})" if name != "duckdb" else "")
            for name in engines
        ]
        rows.append([question, *cells, f"{by_engine['models']['cpu']:.2f} s"])
        wrong += [f"{name} on {question}" for name in engines if not by_engine[name]["agrees"]]
    return PEERS.format(
        scale=found["scale"],
        rows=", ".join(f"{name} {count:,}" for name, count in found["rows"].items()),
        load=found["loading"]["cpu"],
        versions=", ".join(f"{name} {number}" for name, number in found["versions"].items()),
        table=table(["question", *engines, "our models"], rows),
        agreement=f"Answers that differ from the marts': {', '.join(wrong)}."
        if wrong
        else "Every answer is equal to that of the marts.",
    )
