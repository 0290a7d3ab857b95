"""What every loader needs: patience, reports, raw values, HTTP that gives up in time.

HTTP goes through dlt's `requests` helper, which repeats a request after a broken connection, a time-out or a passing
server error, with growing pauses. dlt's pipelines are not used: they put files in place one by one,
keep the cursor state apart from the data and name tables and columns their own way, while a load here must be seen
whole or not at all, with its cursor (see `commit`).
"""

import json
import logging
import math
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from flows.base import settings
from flows.base.clock import day_start, iso
from flows.base.errors import ConfigError, LoadError, Refused, RequestFailed, TimedOut
from flows.base.redact import CleanFilter, keep_secret

if TYPE_CHECKING:
    from requests import Response

LOG = logging.getLogger("flows.extract")
WHOLE = re.compile("[0-9]{1,18}")  # an id or a count
YEARS = (1900, 9998)  # a day more or less than these can be counted with, in any zone
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Settings:
    """How patient a load is. Everything that ends in `_seconds` is in seconds.

    Args:
        connect_seconds: to reach a server.
        read_seconds: without a byte from it.
        attempts: of one request, the first one included.
        backoff_seconds: pause after the first failed attempt; each further one doubles it.
        backoff_max_seconds: the longest such pause.
        poll_seconds: between two questions whether something is ready, where the server does not say.
        wait_seconds: the longest wait for one report, one export or one limit.
        load_seconds: the longest load, and the longest that one answer may take to arrive; env KPI_LOAD_SECONDS.
        answer_bytes: the most that one answer may hold, unpacked; env KPI_LOAD_ANSWER_MB.
        progress_seconds: between two progress lines.
        rate_per_second: Bitrix24 requests that the portal's bucket drains in a second.
        burst: Bitrix24 requests that fit into the bucket.
        operating_limit_seconds: of one Bitrix24 method's running time in ten minutes; the loader pauses before it.
        amocrm_per_second: requests of one integration of amoCRM; more of them, again and again, block its address.
        hubspot_per_second: requests of one private app of HubSpot, of a plan that allows a hundred in ten seconds.
        hubspot_searches_per_second: of them, searches.
        chain: pages of a Bitrix24 list fetched by one batch, 1 to 50.
        max_deleted_share: of a table's known records; if more are gone at once, it is taken for lost permissions.
    """

    connect_seconds: float = 10
    read_seconds: float = 90
    attempts: int = 6
    backoff_seconds: float = 1
    backoff_max_seconds: float = 60
    poll_seconds: float = 20
    wait_seconds: float = 3 * 3600
    load_seconds: float = field(default_factory=lambda: settings.Settings.read().load_seconds)
    answer_bytes: int = field(default_factory=lambda: int(settings.Settings.read().load_answer_mb * 1_000_000))
    progress_seconds: float = 10
    rate_per_second: float = 2
    burst: int = 50
    operating_limit_seconds: float = 400
    amocrm_per_second: float = 6.5
    hubspot_per_second: float = 9
    hubspot_searches_per_second: float = 4
    chain: int = 25
    max_deleted_share: float = 0.2


@dataclass(frozen=True)
class Total:
    """A source's own total: of a table on a day, as text; None where it does not tell. amount: in its own currency."""

    table: str
    day: str
    row_count: str | None
    amount: str | None = None


@dataclass
class LoadReport:
    """What a load did, or a dry run would do.

    Args:
        source: its name.
        load_id: the first part of its files' names; "" for a dry run.
        rows: by table, deletions included; in a dry run what the source says would come (-1 = it does not say).
        files: relative to the raw root.
        seconds: how long it took.
        totals: the source's own totals.
        warnings: what a person should look at.
        notes: what is good to know.
        dry_run: nothing was loaded.
    """

    source: str
    load_id: str = ""
    rows: dict[str, int] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    seconds: float = 0.0
    totals: list[Total] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    dry_run: bool = False

    def __str__(self) -> str:
        done = "would load" if self.dry_run else f"load {self.load_id}:"
        tables = [f"  {table}: {'?' if rows < 0 else rows} rows" for table, rows in self.rows.items()]
        lines = [f"{self.source}: {done} {len(self.rows)} tables in {self.seconds:.1f} s", *tables]
        lines += [f"  {text}" for text in self.notes]
        return "\n".join([*lines, *(f"  warning: {text}" for text in self.warnings)])


def address(name: str, url: str) -> str:
    """A base address without the slash at its end.

    Raises:
        ConfigError: not http(s), or plain http to another machine, where anybody could read the token.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(f"{name} is no web address", "It begins with https://")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ConfigError(f"{name} is a plain http address", "Use https://: over http the token can be read on the way")
    return url.rstrip("/")


# --- time -------------------------------------------------------------------------------------------------------


def grace(seconds: float) -> float:
    """How many seconds longer than its limit a load may take to end what it has started."""
    return min(seconds / 2, 60)


class Deadline:
    """Ends a load that takes too long.

    Args:
        seconds: from now.
    """

    def __init__(self, seconds: float):
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def check(self, doing: str) -> None:
        """Raises TimedOut if the time is up."""
        if time.monotonic() > self._end:
            raise TimedOut(
                f"{doing}: the load took longer than {self.seconds:.0f} s",
                "Nothing was loaded; load a shorter span with --since and --until, or allow more time",
            )

    def sleep(self, seconds: float, doing: str) -> None:
        """Waits; raises TimedOut at once if the wait would last beyond the deadline."""
        if time.monotonic() + seconds > self._end:
            self._end = 0
            self.check(doing)
        time.sleep(seconds)


class Waiting:
    """Bounds the wait for one thing: a report, an export, a limit.

    Args:
        doing: what is waited for, for the error.
        settings: `wait_seconds` is the bound.
        deadline: of the whole load.
        error: the class to raise when the bound is reached.
    """

    def __init__(self, doing: str, settings: Settings, deadline: Deadline, error: type[LoadError] = TimedOut):
        self.doing, self.deadline, self.error = doing, deadline, error
        self.left, self.every = settings.wait_seconds, settings.progress_seconds
        self._waited = self._told = 0.0

    def sleep(self, seconds: float) -> None:
        """Waits, or raises the error if that would be longer than is left; a long wait is told now and then."""
        if seconds > self.left:
            raise self.error(f"{self.doing}: no end in sight", "Nothing was loaded; run the load again later")
        self.left -= seconds
        if seconds + self._waited - self._told >= self.every:
            LOG.info("%s: waiting, %.0f s so far, %.0f s more", self.doing, self._waited, seconds)
            self._told = self._waited + seconds
        self._waited += seconds
        self.deadline.sleep(seconds, self.doing)


@dataclass(frozen=True)
class Run:
    """What a load was asked for.

    Args:
        source: the source's name.
        root: the raw root.
        now: when it began.
        since, until: first and last day asked for, or None.
        settings, deadline: how patient to be.
    """

    source: str
    root: Path
    now: datetime
    since: date | None
    until: date | None
    settings: Settings
    deadline: Deadline


class Progress:
    """A line now and then while a load runs, on the logger `flows.extract`.

    Args:
        source: the source's name.
        every: seconds between two lines.
    """

    def __init__(self, source: str, every: float):
        self.source, self.every = source, every
        self.begun = self._shown = time.monotonic()
        self.rows: dict[str, int] = {}

    def add(self, table: str, rows: int) -> None:
        """Counts rows that have come, and says so if the last line is old enough."""
        self.rows[table] = self.rows.get(table, 0) + rows
        self.say(f"{table}, {self.rows[table]} rows")

    def say(self, text: str) -> None:
        """Says what is being done, if the last line is old enough."""
        now = time.monotonic()
        if now - self._shown >= self.every:
            self._shown = now
            LOG.info("%s: %s (%d rows in all, %.0f s)", self.source, text, sum(self.rows.values()), now - self.begun)


def chunks(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Lists of up to `size` items, in order."""
    items = iter(items)
    while some := list(islice(items, size)):
        yield some


# --- values -----------------------------------------------------------------------------------------------------


DEEPEST = 100  # levels of lists and objects in an answer
LONGEST_NUMBER = 300  # digits; Python takes no more than about 308 into a number
_JSON_MARKS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[][{}]', re.DOTALL)
_NUL_IN_JSON = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


class _Number(float):
    """A JSON number with a fraction that remembers how it was written."""

    def __new__(cls, text: str) -> Self:
        number = super().__new__(cls, text)
        number.text = text
        return number


def _fraction(text: str) -> _Number | str:
    """A JSON number with a fraction or a power; one beyond all measure stays text."""
    number = _Number(text)
    return number if math.isfinite(number) else text


def _whole(text: str) -> int | str:
    return int(text) if len(text) <= LONGEST_NUMBER else text


def reads_on(run: Run, cursor: str | None) -> bool:
    """Whether a load reads on from its cursor, so that the next one may begin where this one ended.

    Args:
        run: the load; with `until` it ends before now, with a `since` behind the cursor it leaves days between unread.
        cursor: the ISO moment up to which everything was read before; None before the first load.
    """
    leaves_gap = run.since and cursor and day_start(run.since) > datetime.fromisoformat(cursor)
    return not run.until and not leaves_gap


def next_state(run: Run, state: dict[str, Any]) -> dict[str, Any]:
    """What is kept after a load of what changed since a cursor: the cursor stays where the load has not read on from it.

    Args:
        run: the load.
        state: what was kept before it.
    """
    return {"cursor": iso(run.now)} if reads_on(run, state.get("cursor")) else state


def parse_json(text: str | bytes) -> Any:
    """JSON with the digits of its numbers kept; NaN, Infinity and numbers beyond all measure come as text.

    What is nested deeper than a program can follow comes as NUL, which no file of the raw root holds: the load puts
    U+FFFD there and names the row.

    Raises:
        ValueError: it is no JSON.
    """
    if isinstance(text, bytes):
        text = text.decode(json.detect_encoding(text), "surrogateescape")
    rules = {"parse_float": _fraction, "parse_int": _whole, "parse_constant": str}
    try:
        return json.loads(text, **rules)
    except RecursionError:
        return json.loads(_cut_deep(text), **rules)


def _cut_deep(text: str) -> str:
    """JSON with what is nested too deep replaced by NUL."""
    kept, level, begun = [], 0, 0
    for mark in _JSON_MARKS.finditer(text):
        if mark[0] in "[{":
            level += 1
            if level == DEEPEST + 1:
                kept.append(text[begun : mark.start()] + '"\\u0000"')
        elif mark[0] in "]}":
            if level == DEEPEST + 1:
                begun = mark.end()
            level -= 1
    if level > DEEPEST:
        raise ValueError("it ends within what is nested too deep")
    return "".join([*kept, text[begun:]])


def as_text(value: Any) -> str | None:
    """A JSON value as the raw files hold it: text as it is, numbers with their own digits, the rest as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, _Number):
        return value.text
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except RecursionError:
        return "\0"
    return _NUL_IN_JSON.sub("\\1\0", text) if "\\u0000" in text else text


# --- HTTP -------------------------------------------------------------------------------------------------------


class Http:
    """Requests to one service.

    Args:
        settings: time-outs, attempts, pauses.
        deadline: of the whole load.
        passing: whether an answer is a passing trouble, so that the same request should be sent again.
        headers: sent with every request; their values never show.
    """

    def __init__(
        self,
        settings: Settings,
        deadline: Deadline,
        passing: Callable[["Response"], bool],
        headers: dict[str, str] | None = None,
    ):
        from dlt.sources.helpers.requests import Client

        for name in ("urllib3.connectionpool", "urllib3.util.retry", "dlt"):
            logger = logging.getLogger(name)
            if not any(isinstance(known, CleanFilter) for known in logger.filters):
                logger.addFilter(CleanFilter())
        self._deadline, self._passing, self._most = deadline, passing, settings.answer_bytes
        self._session = Client(
            request_timeout=(settings.connect_seconds, settings.read_seconds),
            raise_for_status=False,
            status_codes=(),
            retry_condition=self._again,
            request_max_attempts=settings.attempts,
            request_backoff_factor=settings.backoff_seconds,
            request_max_retry_delay=settings.backoff_max_seconds,
        ).session
        self._session.hooks["response"].append(self._read)
        self._session.headers.update({"User-Agent": "kpi-warehouse", **(headers or {})})

    def _read(self, response: "Response", stream: bool = False, **_: Any) -> None:
        """Reads an answer that is not streamed, before anybody looks at it."""
        if not stream:
            # requests keeps what was read there, and reads no second time
            response._content = b"".join(self.blocks("the answer", response))
            response._content_consumed = True

    def blocks(self, doing: str, response: "Response") -> Iterator[bytes]:
        """The body of an answer, unpacked, within the time and the size that the settings allow.

        Args:
            doing: what it is for, for errors.
            response: an answer whose body nobody has read.

        Raises:
            TimedOut: the load's time is up.
            Refused: it is larger than an answer may be.
        """
        size = 0
        for block in response.iter_content(1 << 16):
            self._deadline.check(doing)
            size += len(block)
            if size > self._most:
                response.close()
                raise Refused(
                    f"{doing}: the server sends more than {self._most / 1_000_000:g} MB in one answer",
                    "Nothing was loaded; load fewer days at once, or allow more by KPI_LOAD_ANSWER_MB",
                )
            yield block

    def _again(self, response: "Response | None", error: BaseException | None) -> bool:
        again = response is not None and self._passing(response)
        if again:
            LOG.info("HTTP %d, which may pass: the request is sent again", response.status_code)
        return again

    def request(self, doing: str, method: str, url: str, **kwargs: Any) -> "Response":
        """Sends a request, again if trouble passes, and gives the last answer, whatever its status is.

        Args:
            doing: what it is for, for errors.
            method: GET or POST.
            url: the whole address.
            kwargs: as `requests` takes them; `stream` answers are to be closed by the caller.

        Raises:
            RequestFailed: no answer in all attempts.
            TimedOut: the load's time is up.
        """
        import requests

        self._deadline.check(doing)
        try:
            return self._session.request(method, url, allow_redirects=False, **kwargs)
        except requests.RequestException as error:
            kind = "no answer in time" if isinstance(error, requests.Timeout) else "the connection failed"
            trouble = f"{doing}: {kind} ({type(error).__name__})"
        # Raised here, so that the error does not carry the first one, which holds the whole address.
        raise RequestFailed(trouble, "Nothing was loaded; check the network and the address, and run the load again")


class Session:
    """Requests with a token that runs out: it is fetched before the first one, and anew once when the service takes it no more.

    Args:
        http: how requests are sent.
        begin: fetches a token; raises LoadError where there is none.
    """

    def __init__(self, http: Http, begin: Callable[[], str]):
        self._http, self._begin = http, begin
        self._token = ""

    def request(
        self, doing: str, method: str, url: str, headers: Mapping[str, str] | None = None, **kwargs: Any
    ) -> "Response":
        """As `Http.request`, with the token. An answer with status 401 is of a token that is new."""
        is_new = not self._token
        while True:
            if not self._token:
                self._token = self._begin()
                keep_secret(self._token)
            sent = {**(headers or {}), "Authorization": f"Bearer {self._token}"}
            response = self._http.request(doing, method, url, headers=sent, **kwargs)
            if response.status_code != 401 or is_new:
                return response
            self._token, is_new = "", True
