"""The night in Prefect: deployed on a schedule by `prefect.yaml`, and shown step by step, dbt's models one by one.

Prefect starts the night, limits it to one at a time and shows it. The night itself needs nothing of Prefect: if the server
is away, the view has gaps and the night goes on. That is why its steps are told to the server through its API rather
than run by Prefect's engine, whose time-outs leave threads and their children alive.
"""

import os
import queue
import threading
import urllib.error
import urllib.request
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")

from prefect import flow, task  # noqa: E402
from prefect.client.orchestration import get_client  # noqa: E402
from prefect.runtime import flow_run  # noqa: E402
from prefect.states import Cancelled, Completed, Failed, Running, State  # noqa: E402

from flows import nightly as night  # noqa: E402
from flows.base import redact  # noqa: E402
from flows.base.settings import Settings  # noqa: E402
from flows.run_log import Step  # noqa: E402

REACH_SECONDS = 5  # to find out whether the server is there
FLUSH_SECONDS = 60  # to tell it the rest, at the end
INFO, ERROR = 20, 40  # levels of its logs


def _run_name() -> str:
    return f"night {flow_run.parameters.get('as_of') or Settings.read().today(datetime.now(UTC))}"


@flow(name="nightly", flow_run_name=_run_name)
def nightly(
    sources: list[str] | None = None,
    as_of: date | None = None,
    since: date | None = None,
    until: date | None = None,
    load: bool = True,
    fresh: bool = False,
) -> State:
    """One night: load, gate, build, gate, publish. A run again on the same day goes on where a failed one stopped.

    Args:
        sources: what to load; by default those whose settings are in the environment.
        as_of: the day the figures are made on; by default today.
        since: back-fill: load the days from this one again.
        until: … up to this one.
        load: whether to load at all.
        fresh: do all again that a failed night of today has done.
    """
    redact.learn()
    asked = tuple(sources) if sources is not None else None
    options = night.Options(asked, as_of, since, until, load, fresh, "prefect deployment run nightly/nightly")
    with View(UUID(flow_run.id)) as view:
        status = night.run(options, Settings.read(), view)
    if status == night.PUBLISHED:
        return Completed(message="Published")
    if status == night.ANOTHER_NIGHT:
        return Cancelled(message="Another night is at work")
    return Failed(message=f"{view.last_failure or 'Failed'} (status {status}); BI shows the last good night")


def run_shown(options: night.Options) -> int:
    """Runs a night here and now, shown by the server at PREFECT_API_URL; unseen if the server is away.

    Args:
        options: what is asked for.

    Returns:
        The exit status of the night.
    """
    try:
        with urllib.request.urlopen(os.environ["PREFECT_API_URL"].rstrip("/") + "/health", timeout=REACH_SECONDS):
            pass
    except urllib.error.HTTPError:
        pass  # it answers
    except (OSError, ValueError) as error:
        print(redact.clean(f"The Prefect server does not answer, the night runs unseen: {error}"), flush=True)
        return night.run(options, Settings.read())
    statuses: list[int] = []

    @flow(name="nightly", flow_run_name=f"night {options.as_of or Settings.read().today(datetime.now(UTC))}")
    def shown() -> State:
        with View(UUID(flow_run.id)) as view:
            statuses.append(night.run(options, Settings.read(), view))
        return Completed() if statuses[0] == night.PUBLISHED else Failed(message=view.last_failure)

    shown(return_state=True)
    return statuses[0] if statuses else night.FAILED


class View:
    """Tells a Prefect server of a night's steps, from a thread of its own. What the server misses stops nothing.

    Args:
        run: the id of the flow run.

    Attributes:
        last_failure: what failed last, for the state of the flow run.
    """

    def __init__(self, run: UUID):
        self.last_failure = ""
        self._run = run
        self._ids: dict[Step, UUID] = {}
        self._waiting: queue.Queue = queue.Queue()
        self._thread = threading.Thread(target=self._tell_all, daemon=True)

    def __enter__(self) -> "View":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._waiting.put(None)
        self._thread.join(FLUSH_SECONDS)

    def begun(self, step: Step) -> None:
        """A step has begun: a task run."""
        self._ids[step] = uuid4()
        self._waiting.put(("begun", self._ids[step], step.name, Running(timestamp=datetime.now(UTC))))

    def said(self, step: Step | None, text: str) -> None:
        """A step, or the night itself, said something: a line of the log."""
        self._log(step, text, INFO)

    def ended(self, step: Step) -> None:
        """A step has ended."""
        if step.failed:
            self.last_failure = f"{step.name}: {step.text}"
            self._log(step, step.text or "failed", ERROR)
        kind = Failed if step.failed else Completed
        state = kind(message=step.text or None, timestamp=datetime.now(UTC))
        self._waiting.put(("ended", self._ids.pop(step), step.name, state))

    def _log(self, step: Step | None, text: str, level: int) -> None:
        moment = datetime.now(UTC).isoformat()
        line = {"name": "nightly", "level": level, "message": text, "timestamp": moment, "flow_run_id": str(self._run)}
        if step in self._ids:
            line["task_run_id"] = str(self._ids[step])
        self._waiting.put(("log", line))

    def _tell_all(self) -> None:
        with get_client(sync_client=True) as client:
            for item in iter(self._waiting.get, None):
                with suppress(Exception):  # the server is away, or wants no more
                    self._tell(client, item)

    def _tell(self, client: Any, item: tuple) -> None:
        if item[0] == "log":
            client.create_logs([item[1]])
            return
        what, run, name, state = item
        if what == "begun":
            client.create_task_run(task(_nothing, name=name), self._run, str(run), id=run, name=name, state=state)
        else:
            client.set_task_run_state(run, state, force=True)


def _nothing() -> None:
    """Stands for a step in Prefect's view."""
