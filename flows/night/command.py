"""`kpi night`: the flow here and now, on the Prefect server that is set, or on a temporary one.

Without a server that answers, a temporary one of Prefect keeps its data in the folder of the nights; it is a process of the
night and ends with it, however that ends. A night needs neither: where none can be had it runs unseen.
"""

import os
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path

from flows.base import redact
from flows.base.errors import ConfigError
from flows.base.process_group import ProcessGroup
from flows.base.settings import PROJECT, Settings
from flows.night.attempt import WRONG_CALL, Options, Run, attempt

REACH_SECONDS = 5  # to find out whether the server is there
START_SECONDS = 90  # for a temporary one
LEAVE_SECONDS = 60  # to tell it the rest, after the night
FOREVER = 7 * 86400.0


def command(options: Options) -> int:
    """Runs one night, shown by Prefect. Returns the exit status."""
    try:
        settings = Settings.read()
        return attempt(replace(options, as_of=options.as_of or settings.as_of), settings, through_prefect)
    except ConfigError as error:
        print(redact.clean(str(error)), file=sys.stderr)
        return WRONG_CALL


def through_prefect(run: Run) -> None:
    """Runs the night as a flow; without a server, or if Prefect fails before the night has begun, without being seen."""
    api = os.environ.get("PREFECT_API_URL")
    if api and not answers(api):
        run.run_log.write("The Prefect server does not answer, a temporary one is taken")
        api = None
    given = api is not None
    os.environ["PREFECT_API_URL"] = api or _temporary_server(run)
    if not run.seen:
        os.environ["PREFECT_LOGGING_TO_API_ENABLED"] = "false"
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")  # the night prints its own lines
    from flows.night import flow

    options = run.options
    Run.under_way.set(run)
    run.leave = lambda: _leave_in_time(run)
    try:
        if run.seen:
            flow.nightly(
                list(options.sources or ()),
                options.as_of,
                options.since,
                options.until,
                options.load,
                options.fresh,
                return_state=True,
            )
    except Exception as error:
        run.run_log.write(f"Prefect failed: {type(error).__name__}: {error}")
    if isinstance(run.mistake, Exception):
        raise run.mistake
    if not run.begun:
        run.run_log.write("The night runs unseen")
        run.seen = False
        flow.night(run)
    elif given and not answers(api):
        run.run_log.write("The Prefect server went away, its view of this night has gaps")


def answers(api: str) -> bool:
    """Whether a Prefect server is there."""
    try:
        with urllib.request.urlopen(f"{api.rstrip('/')}/health", timeout=REACH_SECONDS):
            return True
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError):
        return False


def _temporary_server(run: Run) -> str:
    """Starts a server that ends with this process, and gives its address; `run.seen` is False if it can't be had."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    api, home = f"http://127.0.0.1:{port}/api", run.settings.nightly / "prefect"
    os.environ["PREFECT_HOME"] = str(home)
    serving = threading.Thread(target=_serve, args=(port, home), daemon=True)
    serving.start()
    end = time.monotonic() + START_SECONDS
    while run.seen and not answers(api):
        run.seen = serving.is_alive() and time.monotonic() < end
        time.sleep(0.1)
    return api


def _serve(port: int, home: Path) -> None:
    """Prefect's server without its pages, as Prefect itself starts a temporary one, in a process group of the night."""
    outer = {name: value for name, value in redact.without_secrets().items() if not name.startswith("PREFECT_")}
    environment = outer | {
        "DO_NOT_TRACK": "1",
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_UI_ENABLED": "0",
        "PREFECT__SERVER_EPHEMERAL": "1",
        "PREFECT__SERVER_FINAL": "1",
    }
    command = [sys.executable, "-m", "uvicorn", "--factory", "prefect.server.api.server:create_app"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "error", "--lifespan", "on"]
    ProcessGroup().run(command, PROJECT, environment, FOREVER)


def _leave_in_time(run: Run) -> None:
    """Ends this process with the night's status if Prefect still waits for its server, or for threads, after a while."""

    def leave() -> None:
        run.run_log.write("Prefect does not end, it is left")
        os._exit(run.status)

    clock = threading.Timer(LEAVE_SECONDS, leave)
    clock.daemon = True
    clock.start()
