"""What a night tells while it runs: lines for people, a log file, and the logger that Prefect shows. No secret gets into any."""

import logging
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from flows.base import redact

LOGGER = logging.getLogger("flows.night")
LOGGER.addHandler(logging.NullHandler())


class Step:
    """A step under way.

    Args:
        run_log: where its lines go.
        name: what people call it.
        shown: whether its lines go to the screen too, or to the log alone.

    Attributes:
        failed, text: how it ended, set by `end`.
        ended: has itself as its result from then on.
    """

    def __init__(self, run_log: "RunLog", name: str, shown: bool):
        self.run_log, self.name, self.shown = run_log, name, shown
        self.failed, self.text = False, ""
        self.ended: Future[Step] = Future()
        self._begun = time.monotonic()

    def say(self, text: str, shown: bool | None = None) -> None:
        """Tells a line of this step."""
        self.run_log.write(f"{self.name}: {text}", self.shown if shown is None else shown)

    def end(self, failed: bool = False, text: str = "") -> None:
        """Tells how it ended; a failure is always shown."""
        self.failed, self.text = failed, redact.clean(text)
        how = "FAILED" if failed else "done"
        seconds = f" ({time.monotonic() - self._begun:.1f} s)"
        self.run_log.write(f"{self.name}: {how}{seconds}{', ' + text if text else ''}", self.shown or failed, failed)
        if not self.ended.done():
            self.ended.set_result(self)


class RunLog:
    """The run_log of one night.

    Args:
        path: the log file.
        zone: of the times.
    """

    def __init__(self, path: Path, zone: ZoneInfo):
        self.path = path
        self._zone = zone
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)

    def write(self, text: str, shown: bool = True, failed: bool = False) -> None:
        """Writes a line to the log and, if it is to be shown, to the screen. A full disk does not stop it."""
        text = redact.clean(text)
        LOGGER.log(logging.ERROR if failed else logging.INFO, "%s", text)
        line = f"{datetime.now(self._zone):%H:%M:%S %Z}  {text}"
        with self._lock:
            try:
                with open(self.path, "a", encoding="utf-8", errors="replace") as stream:
                    stream.write(line + "\n")
            except OSError:
                pass
            if shown:
                try:
                    print(line, file=sys.stdout, flush=True)
                except OSError:  # nobody reads any more
                    pass

    def tell(self, text: str) -> None:
        """Tells a line that belongs to no step."""
        self.write(text)

    def begin(self, name: str, shown: bool = True) -> Step:
        """Begins a step that is ended by hand."""
        step = Step(self, name, shown)
        self.write(f"{name} …", shown)
        return step

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """A step that ends with its `with` statement, as failed if an exception leaves it."""
        step = self.begin(name)
        try:
            yield step
        except BaseException as error:
            step.end(failed=True, text=(str(error).splitlines() or [type(error).__name__])[0])
            raise
        step.end(text=step.text)
