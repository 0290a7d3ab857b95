"""`kpi night`: the flow here and now, on the Prefect server that is set, or on a temporary one.

Without a server that answers, a temporary one of Prefect keeps its data in the folder of the nights; it is a process of the
night and ends with it, however that ends. A night needs neither: where none can be had it runs unseen.

Prefect's settings are in the environment before Prefect is imported, which reads them as it is.
"""

import os
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import replace
from functools import partial
from pathlib import Path

from flows.base import redact
from flows.base.errors import ConfigError
from flows.base.process_group import ProcessGroup
from flows.base.settings import PROJECT, Settings
from flows.night.attempt import WRONG_CALL, Options, Run, attempt

REACH_SECONDS = 5  # to find out whether the server is there
START_SECONDS = 90  # for a temporary one
FOREVER = 7 * 86400.0
KEEP_DAYS = 30  # of what a temporary one was told
CLIENT = {
    "DO_NOT_TRACK": "1",
    "PREFECT_API_REQUEST_TIMEOUT": "10",  # a server that is away holds a night for seconds only, as in prefect.yaml
    "PREFECT_CLIENT_MAX_RETRIES": "2",
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",  # tasks run without a server too
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",  # the night prints its own lines
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
}
SERVER = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_UI_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(KEEP_DAYS * 86400),
    "PREFECT__SERVER_FINAL": "1",
}


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
    temporary = None if api else TemporaryServer(run.settings.nightly / "prefect")
    for name, value in CLIENT.items():
        os.environ.setdefault(name, value)
    from flows.night import flow  # this takes seconds, in which a temporary server starts

    run.seen = temporary is None or temporary.is_up()
    Run.under_way.set(run)
    options = run.options
    asked = (list(options.sources or ()), options.as_of, options.since, options.until, options.load, options.fresh)
    try:
        if run.seen:
            flow.nightly(*asked, return_state=True)
    except Exception as error:
        run.run_log.write(f"Prefect failed: {type(error).__name__}: {error}")
    if isinstance(run.mistake, Exception):
        raise run.mistake
    if not run.begun:
        run.run_log.write("The night runs unseen")
        flow.night_unseen(run)
    elif api and not answers(api):
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


class TemporaryServer:
    """Prefect's server without its pages, in a process group that ends with this process; clients find it by the environment.

    Args:
        home: the folder of its data, which stay for the next night and are bounded by Prefect's own clearing.
    """

    def __init__(self, home: Path):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._api = f"http://127.0.0.1:{port}/api"
        outer = {name: value for name, value in redact.without_secrets().items() if not name.startswith("PREFECT_")}
        os.environ |= {"PREFECT_API_URL": self._api, "PREFECT_HOME": str(home)}
        environment = outer | SERVER | {"PREFECT_HOME": str(home)}
        command = [sys.executable, "-m", "uvicorn", "--factory", "prefect.server.api.server:create_app"]
        command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "error", "--lifespan", "on"]
        run = partial(ProcessGroup().run, command, PROJECT, environment, FOREVER)
        self._serving = threading.Thread(target=run, daemon=True)
        self._serving.start()

    def is_up(self) -> bool:
        """Waits until it answers; False if it ended or takes too long."""
        end = time.monotonic() + START_SECONDS
        while self._serving.is_alive() and time.monotonic() < end:
            if answers(self._api):
                return True
            time.sleep(0.1)
        return False
