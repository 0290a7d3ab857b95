"""The night as a Prefect flow: a task for each source's load, each gate, the build, publishing and the message.

Work that must be killable runs in a process group inside its task, with a time limit of its own: Prefect's limits leave
threads and their children alive. Only loads are tried again by Prefect: a load is all or nothing, so a repeat is safe. The
rest is picked up by the next run of the same night. No task asks the server for anything while it runs, so a server that
goes away costs the view and not the night; for that, artifacts may fail.
"""

import logging
import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from datetime import UTC, date, datetime
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.futures import wait
from prefect.logging.handlers import APILogHandler
from prefect.runtime import flow_run
from prefect.settings import PREFECT_LOGGING_TO_API_ENABLED, temporary_settings
from prefect.states import Cancelled, Completed, Failed, State

from flows.base import redact
from flows.base.settings import Settings
from flows.erased import Register, blank_root
from flows.extract.commit import standing_still
from flows.night import build as builds
from flows.night.attempt import ANOTHER_NIGHT, PUBLISHED, Options, Run, attempt
from flows.night.load import LoadFailed, Loads
from flows.night.report import summary
from flows.night.run_log import LOGGER, Step
from flows.publish import Version
from flows.publish import publish as publish_version

LOGGER.addHandler(APILogHandler())  # what the night's log says, Prefect shows at the task that said it
LOGGER.setLevel(logging.INFO)
LOGGER.propagate = False  # it is printed already
LEAVE_SECONDS = 60  # to tell the server the rest, after the night
WORKER = "PREFECT__FLOW_RUN_ID"  # is set where a worker of Prefect began this process for one flow run
MOST_DELAYS = 50  # that Prefect takes; the last one is used again


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
    runs: list[Run] = []

    def through(run: Run) -> None:
        runs.append(run)
        try:
            night(run)
        finally:
            if Run.under_way.get() or WORKER in os.environ:
                _leave_in_time(run)

    if run := Run.under_way.get():
        through(run)
        return _state(run.status, run)
    asked = tuple(sources) if sources is not None else None
    options = Options(asked, as_of, since, until, load, fresh, "prefect deployment run nightly/nightly")
    return _state(attempt(options, Settings.read(), through), *runs)


def night(run: Run) -> None:
    """The steps of a night, and its end, whatever it is."""
    try:
        run.begin()
        load_all(run)
        erase(run)
        if not stand_still(run):
            show_raw(run)
            gate(run, "raw")
            build(run)
        gate(run, "marts")
        publish(run)
    except BaseException as error:
        run.end(error)
        message(run)
        if not run.is_expected(error):
            raise
    else:
        run.end()
        message(run)


def night_unseen(run: Run) -> None:
    """The same steps where there is no server."""
    run.seen = False
    with temporary_settings({PREFECT_LOGGING_TO_API_ENABLED: False}):
        night(run)


def load_all(run: Run) -> None:
    """Loads the sources side by side. One that fails stops no other."""
    settings, waiting = run.settings, run.to_load()
    repeats = settings.load_attempts - 1
    delays = [settings.load_pause_seconds * 2**count for count in range(min(repeats, MOST_DELAYS))]
    patient = load.with_options(retries=repeats, retry_delay_seconds=delays)
    pool = ThreadPoolExecutor(max(len(waiting), 1))  # Prefect's own is there within a flow alone
    with Loads(run.options.since, run.options.until, settings, run.run_log) as loads:
        submit: Any = patient.submit if run.seen else lambda *given: pool.submit(copy_context().run, patient, *given)
        begun = [submit(run, source, loads) for source in waiting]
        for future in begun:
            with suppress(LoadFailed):
                future.result()
        run.loads_done([loads.result(source) for source in waiting])


def _may_pass(_task: Any, _run: Any, state: State) -> bool:
    return isinstance(state.data, LoadFailed) and state.data.again


@task(task_run_name="load {source}", retry_condition_fn=_may_pass, cache_policy=NO_CACHE)
def load(run: Run, source: str, loads: Loads) -> None:
    """Loads a source, in a process of its own."""
    loads.attempt(source)
    run.keep_load(loads.result(source))


@task(task_run_name="erased people", cache_policy=NO_CACHE)
def erase(run: Run) -> None:
    """Blanks what tells of erased people in files that were put into the raw root by hand; loads have been blanked."""
    register = Register.read(run.settings.raw_root)
    if not register:
        return
    with run.step("erased people") as step, standing_still(run.settings.raw_root) as left:
        cells = blank_root(run.settings.raw_root, register, left, step.say)
        step.text = f"{sum(cells.values())} cells blanked"
    if not all(person["done_at"] for person in register.people):
        run.warn("an erasure was stopped half-way: run `uv run kpi forget --finish`")


@task(task_run_name="raw root", cache_policy=NO_CACHE)
def stand_still(run: Run) -> bool:
    """Makes the raw root stand still, and says whether an earlier run has built what it holds."""
    with run.step("raw root"):
        run.freeze()
    return run.is_built()


@task(task_run_name="raw views", cache_policy=NO_CACHE)
def show_raw(run: Run) -> None:
    """Makes the raw views, and the seeds."""
    with run.step("raw views") as step:
        _dbt("seed", run, step)


@task(task_run_name="gate {which}", cache_policy=NO_CACHE)
def gate(run: Run, which: str) -> None:
    """Holds what came, or what was built, to its limits. A critical check that fails ends the night."""
    with run.step(f"gate {which}") as step:
        if which == "marts":
            run.count_kpis()
        published = run.settings.published / "kpi.duckdb"
        found = builds.gate(which, run.place, published, run.settings.gate_seconds, step)
        columns = ("name", "severity", "passed", "message_en")
        table = [{column: check.get(column) for column in columns} for check in found["checks"]]
        _show(run, create_table_artifact, key=f"gate-{which}", table=table, description=f"Checks of the gate {which}")
        run.judge(found, step)


@task(task_run_name="build", cache_policy=NO_CACHE)
def build(run: Run) -> None:
    """Builds all models with their data tests, in a file of its own; each model is a task of its own."""
    with run.step("build") as step:
        tests = _dbt("build", run, step)
        step.text = f"{tests['passed']} of {tests['run']} data tests passed"
    run.keep_build(tests)


def _dbt(verb: str, run: Run, step: Step) -> dict[str, int]:
    models: list[Any] = []

    def show(begun: Step) -> None:
        if run.seen:
            models.append(model.submit(begun.name, begun.ended))

    try:
        return builds.dbt(verb, run.place, run.settings.build_seconds, step, show, run.adds)
    finally:
        wait(models)


class ModelFailed(Exception):
    """dbt failed at a model, a seed or a data test."""


@task(task_run_name="{name}", cache_policy=NO_CACHE)
def model(name: str, ended: "Future[Step]") -> None:
    """Lasts as long as dbt is at work on a model, and fails with it."""
    step = ended.result()
    if step.failed:
        raise ModelFailed(step.text)


@task(task_run_name="publish", cache_policy=NO_CACHE)
def publish(run: Run) -> None:
    """Switches BI to the new night, as a whole."""
    settings = run.settings
    with run.step("publish") as step:
        version = Version(
            settings.published, run.place.file, run.facts(), settings.keep_versions, settings.postgres, step.say
        )
        run.night.version = publish_version(version)
        run.keep_boards(version.boards)
        run.keep_restated(version)
        step.text = f"{len(version.tables)} marts as {version.name}"


@task(task_run_name="message", cache_policy=NO_CACHE)
def message(run: Run) -> None:
    """The run history, and the message to people."""
    indicators = run.night.indicators = run.indicators()
    run.night.pace = run.pace()
    run.close()
    told = summary(run.night, run.settings).replace("\n", "\n\n")
    _show(run, create_markdown_artifact, key="night", markdown=told, description="What people were told of the night")
    if indicators:
        _show(run, create_table_artifact, key="indicators", table=indicators, description="The ten indicators")


def _show(run: Run, create: Any, **artifact: Any) -> None:
    """Makes an artifact, unless the server is away; after the first that fails no other is tried."""
    if run.seen:
        try:
            create(**artifact)
        except Exception:
            run.seen = False


def _state(status: int, run: Run | None = None) -> State:
    if status == PUBLISHED:
        return Completed(message="Published")
    if status == ANOTHER_NIGHT:
        return Cancelled(message="Another night is at work")
    reason = " ".join(run.night.reason.get("en", [])[:3]) if run else "It could not begin"
    step = f"{run.night.step}: " if run and run.night.step else ""
    return Failed(message=redact.clean(f"{step}{reason} (status {status}); BI shows the last good night"))


def _leave_in_time(run: Run) -> None:
    """Ends this process with the night's status if Prefect still waits for its server, or for threads, after a while."""

    def leave() -> None:
        run.run_log.write("Prefect does not end, it is left")
        os._exit(run.status)

    clock = threading.Timer(LEAVE_SECONDS, leave)
    clock.daemon = True
    clock.start()
