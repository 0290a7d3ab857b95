"""The command `kpi bench`."""

import sys
import tempfile
from pathlib import Path

from bench import measure, results, scale
from bench.peers import missing
from bench.usage import Failed


def run(
    times: int, repeat: int, folder: Path | None, raw_only: Path | None, nights: bool, with_peers: bool, to: Path
) -> int:
    """Makes raw files alone, or measures and writes the results.

    Args:
        times: the scale.
        repeat: how often each thing is measured.
        folder: where raw files and warehouses are made; None = a folder that goes.
        raw_only: the folder for raw files alone; None = measure.
        nights: whether nights are measured.
        with_peers: whether others are asked the same questions.
        to: the folder of the results.

    Returns:
        The exit status: 0 done, 1 a build failed.
    """
    if raw_only:
        scale.make(times, raw_only)
        return 0
    why_not = missing() if with_peers else "they were not asked for"
    missed = [f"Others were not asked the questions: {why_not}."] if why_not else []
    to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="kpi-bench-") as scratch:

        def keep(figures: measure.Figures) -> None:
            results.write(figures | {"missed": missed + figures["missed"]}, to)

        try:
            measure.bench(times, repeat, (folder or Path(scratch)).absolute(), keep, nights, not why_not)
        except Failed as error:
            print(error, file=sys.stderr)
            return 1
    print(f"{to / 'RESULTS.md'} is written")
    return 0
