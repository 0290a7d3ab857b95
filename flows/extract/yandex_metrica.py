"""Yandex.Metrica: visits and hits by the Logs API, goals, and control totals of the Reporting API (source page 02).

Env KPI_METRICA_TOKEN, KPI_METRICA_COUNTER (one id, or several with commas), KPI_METRICA_URL (another base address).

A load asks for whole days, up to yesterday: those after the last loaded one, and the four before them again, for visits
change for some days. What such a day no longer has is marked as deleted. For each span: evaluate, create, poll,
download all parts, clean. A log that is being made is cancelled, and a ready one is cleaned, however the load ends;
if it is killed, the next load does so.
"""

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.base.errors import Incomplete, LimitReached, LoadError, Refused, RequestFailed
from flows.base.redact import storable
from flows.base.settings import setting
from flows.base.words import short
from flows.extract.by_day import FIRST_DAYS, cursor_after, days
from flows.extract.commit import Load, known_keys, state_of
from flows.extract.common import (
    LOG,
    WHOLE,
    Deadline,
    Http,
    LoadReport,
    Run,
    Settings,
    Total,
    Waiting,
    address,
    parse_json,
)

if TYPE_CHECKING:
    from requests import Response

URL = "https://api-metrika.yandex.net"
AGAIN_DAYS = 4
ATTEMPTS = 3  # to make one log
ROWS_AT_ONCE = 10_000
GONE = ("canceled", "cleaned_by_user", "cleaned_automatically_as_too_old")


@dataclass(frozen=True)
class Kind:
    """A kind of log: its raw table, the fields asked for, those of them that are arrays, and what makes a row one."""

    table: str
    scalars: tuple[str, ...]
    arrays: tuple[str, ...]
    key: tuple[str, ...]
    day: str

    @property
    def fields(self) -> tuple[str, ...]:
        return (*self.scalars, *self.arrays)


def _named(prefix: str, names: str) -> tuple[str, ...]:
    return tuple(prefix + name for name in names.split())


VISITS = Kind(
    "visits",
    _named(
        "ym:s:",
        "visitID counterID date dateTime isNewUser startURL endURL pageViews visitDuration bounce regionCountry regionCity"
        " clientID counterUserIDHash lastTrafficSource lastAdvEngine lastReferalSource lastSearchEngineRoot"
        " lastSocialNetwork lastMessenger lastRecommendationSystem lastUTMSource lastUTMMedium lastUTMCampaign"
        " lastUTMContent lastUTMTerm lastDirectClickOrder lastDirectBannerGroup lastDirectClickBanner referer"
        " deviceCategory operatingSystemRoot browser",
    ),
    _named(
        "ym:s:",
        "watchIDs goalsID goalsDateTime goalsPrice goalsCurrency purchaseID purchaseDateTime purchaseRevenue"
        " purchaseCurrency productEventType productEventTime productID productName productCategory productPrice"
        " productQuantity productCurrency",
    ),
    ("ym:s:counterID", "ym:s:date", "ym:s:visitID"),
    "ym:s:date",
)
HITS = Kind(
    "hits",
    _named(
        "ym:pv:",
        "watchID pageViewID visitID counterID clientID counterUserIDHash date dateTime title URL referer isPageView link"
        " download notBounce artificial",
    ),
    _named("ym:pv:", "goalsID"),
    ("ym:pv:counterID", "ym:pv:date", "ym:pv:watchID"),
    "ym:pv:date",
)
KINDS = (VISITS, HITS)


class Metrica:
    """The API of one counter.

    Args:
        counter: its id.
        settings, deadline: how patient to be.

    Raises:
        ConfigError: the token is not set, or the address is none.
    """

    def __init__(self, counter: str, settings: Settings, deadline: Deadline):
        token = setting("KPI_METRICA_TOKEN")
        self.counter = counter
        self.settings, self.deadline = settings, deadline
        self._url = address("KPI_METRICA_URL", setting("KPI_METRICA_URL"))
        self._http = Http(settings, deadline, _passing, {"Authorization": f"OAuth {token}"})

    def report(self, what: str, **params: Any) -> list[dict[str, Any]]:
        """The rows of a report. Raises as `_answer`, and Incomplete if it is sampled."""
        body = self._answer(what, "GET", "/stat/v1/data", params)
        if body.get("sampled"):
            raise Incomplete(f"{what}: the report is sampled")
        return body.get("data", [])

    def manage(self, what: str, part: str, action: str, method: str = "GET", kind: type = dict, **params: Any) -> Any:
        """One part of an answer about this counter, or None if none is asked for.

        Args:
            what: what it is for, for errors.
            part: the part's name, or "".
            action: the end of the address.
            method: GET or POST.
            kind: what the part is: an object or a list.
            params: of the request.

        Raises:
            RequestFailed: the answer has no such part.
            As `_answer`.
        """
        body = self._answer(what, method, f"/management/v1/counter/{self.counter}/{action}", params)
        if part and not isinstance(body.get(part), kind):
            raise RequestFailed(
                f"yandex_metrica: counter {self.counter}, {what}: an answer without {part}", "Run it again"
            )
        return body[part] if part else None

    def _answer(self, what: str, method: str, path: str, params: dict[str, Any]) -> dict[str, Any]:
        """A JSON answer. Raises Refused, LimitReached, RequestFailed or TimedOut."""
        doing = f"yandex_metrica: counter {self.counter}, {what}"
        response = self._http.request(doing, method, self._url + path, params=params)
        try:
            body = parse_json(response.content)
        except ValueError:
            body = None
        if response.status_code != 200 or not isinstance(body, dict):
            raise _error(doing, response.status_code, body)
        return body

    def download(self, what: str, request_id: str, part: dict[str, Any], path: Path) -> None:
        """Downloads one part of a log into a file, as often as it takes to come whole.

        Raises:
            Incomplete: it never came whole.
            As `_answer`.
        """
        import requests

        number = part["part_number"]
        doing = f"yandex_metrica: counter {self.counter}, {what}, part {number}"
        url = f"{self._url}/management/v1/counter/{self.counter}/logrequest/{request_id}/part/{number}/download"
        for attempt in range(self.settings.attempts):
            with self._http.request(doing, "GET", url, stream=True) as response:
                if response.status_code != 200:
                    raise _error(doing, response.status_code, short(response.text, 300))
                try:
                    with open(path, "wb") as stream:
                        for block in self._http.blocks(doing, response):
                            stream.write(block)
                    if _is_whole(path, part.get("size")):
                        return
                except requests.RequestException:
                    LOG.info("%s broke off and is fetched again", doing)
            pause = min(self.settings.backoff_seconds * 2**attempt, self.settings.backoff_max_seconds)
            self.deadline.sleep(pause, doing)
        raise Incomplete(
            f"{doing} never came whole in {self.settings.attempts} attempts", "Nothing was loaded; run the load again"
        )


def read(load: Load, run: Run) -> dict[str, Any]:
    """Loads the days asked for of every counter.

    Args:
        load: where to put them.
        run: what was asked for.

    Returns:
        The cursors: counter to last loaded day.

    Raises:
        LoadError: see `common`.
    """
    state = state_of(run.root, run.source)
    for counter in _counters():
        metrica = Metrica(counter, run.settings, run.deadline)
        _read_goals(load, metrica)
        first, last = days(run, state.get(counter), AGAIN_DAYS)
        if run.until and run.until > last:
            load.warn(f"--until {run.until}: days after {last} are not finished and were left out")
        if first > last:
            continue
        for kind in KINDS:
            _read_kind(load, run, metrica, kind, first, last)
        state = state | {counter: cursor_after(state.get(counter), first, last)}
    return state


def _counters() -> list[str]:
    text = setting("KPI_METRICA_COUNTER")
    return [part.strip() for part in text.split(",") if part.strip()]


def _read_goals(load: Load, metrica: Metrica) -> None:
    try:
        goals = metrica.manage("goals", "goals", "goals", kind=list)
    except Refused as error:
        load.warn(f"goals left out: {error.what}")
        return
    for number, goal in enumerate(goals, 1):
        if not isinstance(goal, dict):
            load.warn(f"goals of counter {metrica.counter}: entry {number} is no goal and is left out")
    load.add("goals", [{**goal, "counterID": metrica.counter} for goal in goals if isinstance(goal, dict)])


def _read_kind(load: Load, run: Run, metrica: Metrica, kind: Kind, first: date, last: date) -> None:
    came: dict[str, int] = {}
    keys: set[tuple] = set()
    while first <= last:
        until = _possible_until(metrica, kind, first, last)
        for rows in _log_rows(load, metrica, kind, first, until):
            for row in rows:
                keys.add(tuple(storable(row[name]) for name in kind.key))
                came[row[kind.day]] = came.get(row[kind.day], 0) + 1
            load.add(kind.table, rows)
        _mark_gone(load, run, metrica, kind, first, until, keys)
        if kind is VISITS:
            _check_totals(load, metrica, first, until, came)
        first = until + timedelta(days=1)


def _mark_gone(load: Load, run: Run, metrica: Metrica, kind: Kind, first: date, last: date, keys: set[tuple]) -> None:
    span = (first.isoformat(), last.isoformat())
    loaded = known_keys(run.root, run.source, kind.table, kind.key)
    known = [key for key in loaded if key[0] == metrica.counter and span[0] <= key[1] <= span[1]]
    load.add_deleted(kind.table, kind.key, [key for key in known if key not in keys], len(known))


def _possible_until(metrica: Metrica, kind: Kind, first: date, last: date) -> date:
    """The last day up to which one log can be made, from `first` on."""
    until = min(last, first + timedelta(days=FIRST_DAYS - 1))
    what = f"{kind.table} {first} to {until}, evaluate"
    answer = metrica.manage(what, "log_request_evaluation", "logrequests/evaluate", **_request(kind, first, until))
    if answer.get("possible"):
        return until
    told = str(answer.get("max_possible_day_quantity"))
    possible = min(int(told), FIRST_DAYS) if WHOLE.fullmatch(told) else 0
    if possible < 1:
        raise Refused(
            f"yandex_metrica: counter {metrica.counter}, {what}: the counter's quota does not allow a single day",
            "Nothing was loaded; clean old logs in Metrica, or run the load again later",
        )
    return min(until, first + timedelta(days=possible - 1))


def _request(kind: Kind, first: date, last: date) -> dict[str, str]:
    days_asked = {"date1": first.isoformat(), "date2": last.isoformat()}
    return {**days_asked, "source": kind.table, "fields": ",".join(kind.fields)}


def _log_rows(load: Load, metrica: Metrica, kind: Kind, first: date, last: date) -> Iterator[list[dict[str, str]]]:
    """The rows of one log, made, fetched and cleaned."""
    what = f"{kind.table} {first} to {last}"
    with _log(load, metrica, kind, first, last) as (request_id, parts):
        path = load.folder / "part.tsv"
        for part in parts:
            metrica.download(what, request_id, part, path)
            yield from _parse(f"yandex_metrica: {what}, part {part['part_number']}", kind, path, load.warn)
            path.unlink()


@contextmanager
def _log(load: Load, metrica: Metrica, kind: Kind, first: date, last: date):
    """A log that is ready, as its id and parts; it is cancelled or cleaned at the end, whatever happens."""
    what = f"{kind.table} {first} to {last}"
    for attempt in range(ATTEMPTS):
        answer = metrica.manage(f"{what}, create", "log_request", "logrequests", "POST", **_request(kind, first, last))
        request_id = _checked(f"yandex_metrica: counter {metrica.counter}, {what}", answer)
        load.note(json.dumps([metrica.counter, request_id]))
        try:
            answer = _wait(metrica, what, request_id, answer)
            if answer["status"] == "processed":
                yield request_id, answer.get("parts") or []
                return
        finally:
            end_log(metrica.counter, request_id, metrica.settings)
            load.forget()
        LOG.info("yandex_metrica: %s: %s, attempt %d", what, answer["status"], attempt + 1)
    raise RequestFailed(
        f"yandex_metrica: counter {metrica.counter}, {what}: {answer['status']} in {ATTEMPTS} attempts",
        "Nothing was loaded; run the load again later",
    )


def _wait(metrica: Metrica, what: str, request_id: str, answer: dict[str, Any]) -> dict[str, Any]:
    """Polls until a log is ready or has failed."""
    waiting = Waiting(
        f"yandex_metrica: counter {metrica.counter}, {what}, log being made", metrica.settings, metrica.deadline
    )
    while answer["status"] in ("created", "awaiting_retry"):
        waiting.sleep(metrica.settings.poll_seconds)
        answer = metrica.manage(f"{what}, poll", "log_request", f"logrequest/{request_id}")
        _checked(waiting.doing, answer)
    if answer["status"] in GONE:
        raise Refused(
            f"yandex_metrica: counter {metrica.counter}, {what}: somebody ended the log ({answer['status']})",
            "Run it again",
        )
    return answer


def _checked(doing: str, log: dict[str, Any]) -> str:
    """The id of a log. Raises Incomplete if what is told of the log has no id, status or numbered parts."""
    parts = log.get("parts") or []
    parts = parts if isinstance(parts, list) else [parts]
    numbers = [part.get("part_number") if isinstance(part, dict) else None for part in parts]
    whole = all(WHOLE.fullmatch(str(number)) for number in (log.get("request_id"), *numbers))
    if not whole or not isinstance(log.get("status"), str):
        raise Incomplete(f"{doing}: an answer without a log's id, status or parts", "Nothing was loaded; run it again")
    return str(log["request_id"])


def end_log(counter: str, request_id: str, settings: Settings) -> None:
    """Cleans a log, or cancels it if it is not ready, in a time of its own, for the load's may be up.

    Trouble is only told: what ended the load is worth more.
    """
    metrica = Metrica(counter, settings, Deadline(2 * settings.read_seconds))
    for action in ("clean", "cancel"):
        try:
            metrica.manage(action, "", f"logrequest/{request_id}/{action}", "POST")
        except LoadError as error:
            trouble = error.what
        else:
            return
    LOG.warning("A log is left at Metrica: %s", trouble)


def abandon(run: Run) -> Callable[[list[str]], None]:
    """What ends the logs that a killed load had begun."""

    def end(notes: list[str]) -> None:
        for note in notes:
            counter, request_id = json.loads(note)
            end_log(counter, request_id, run.settings)

    return end


# --- the log's text ---------------------------------------------------------------------------------------------

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0"}


def _is_whole(path: Path, size: Any) -> bool:
    """Whether a part ends with its last line, or is as long as was announced."""
    length = path.stat().st_size
    if WHOLE.fullmatch(str(size)) and length == int(size):
        return True
    if not length:
        return False
    with open(path, "rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) == b"\n"


def _parse(doing: str, kind: Kind, path: Path, warn: Callable[[str], None]) -> Iterator[list[dict[str, str]]]:
    """Rows of a tab-separated file: escapes undone, except in arrays, which stay as printed.

    Bytes that are not UTF-8 come as halves of characters, which the load replaces and names.

    Raises:
        Incomplete: a row has more or fewer columns than the header, a column of the key is missing, or one is there twice.
    """
    arrays = set(kind.arrays)
    with open(path, encoding="utf-8", errors="surrogateescape", newline="\n") as stream:
        header = stream.readline().rstrip("\n").split("\t")
        if header == [""]:
            return
        missing = [name for name in kind.fields if name not in header]
        if missing:
            warn(f"{kind.table}: Metrica left out the columns {', '.join(missing)}")
        if set(missing) & set(kind.key):
            raise Incomplete(f"{doing}: no column {', '.join(missing)}", "Nothing was loaded; look at the field list")
        if len(set(header)) < len(header):
            raise Incomplete(f"{doing}: the header names a column twice", "Nothing was loaded; run the load again")
        plain = [name not in arrays for name in header]
        rows: list[dict[str, str]] = []
        for number, line in enumerate(stream, 2):
            values = line.rstrip("\n").split("\t")
            if len(values) != len(header):
                raise Incomplete(
                    f"{doing}, line {number}: {len(values)} columns instead of {len(header)}", "Run the load again"
                )
            if "\\" in line:
                values = [_unescape(value) if flat else value for value, flat in zip(values, plain)]
            rows.append(dict(zip(header, values)))
            if len(rows) == ROWS_AT_ONCE:
                yield rows
                rows = []
        if rows:
            yield rows


def _unescape(text: str) -> str:
    return _ESCAPED.sub(lambda found: _PLAIN.get(found[1], found[1]), text)


# --- control totals ---------------------------------------------------------------------------------------------


def _check_totals(load: Load, metrica: Metrica, first: date, last: date, came: dict[str, int]) -> None:
    """Lands the report's visits by day, and warns where fewer came; without a report it only warns."""
    what = f"visits {first} to {last}, control totals"
    try:
        visits = dict(_daily_visits(metrica, what, first, last))
    except (Refused, RequestFailed, LimitReached, Incomplete) as error:
        load.warn(f"no control totals: {error.what}")
        return
    for day, count in visits.items():
        load.add_total(Total("visits", day, str(count)))
        if came.get(day, 0) < count:
            load.warn(f"visits of {day}: {came.get(day, 0)} came, the report says {count}")


def _daily_visits(metrica: Metrica, what: str, first: date, last: date) -> Iterable[tuple[str, int]]:
    asked = {"ids": metrica.counter, "metrics": "ym:s:visits", "dimensions": "ym:s:date", "accuracy": "full"}
    period = {"date1": first.isoformat(), "date2": last.isoformat(), "limit": FIRST_DAYS + 1, "offset": 1}
    try:
        for row in metrica.report(what, **asked, **period):
            yield date.fromisoformat(row["dimensions"][0]["name"]).isoformat(), int(float(row["metrics"][0]))
    except (TypeError, KeyError, IndexError, ValueError, OverflowError, AttributeError):
        raise Incomplete(f"{what}: the report does not tell days and visits") from None


def plan(run: Run) -> LoadReport:
    """Asks which days could be loaded; nothing is ordered, nothing written.

    Args:
        run: what would be asked for.

    Raises:
        LoadError: see `common`.
    """
    report = LoadReport(run.source, rows={"goals": -1})
    state = state_of(run.root, run.source)
    for counter in _counters():
        metrica = Metrica(counter, run.settings, run.deadline)
        first, last = days(run, state.get(counter), AGAIN_DAYS)
        for kind in KINDS if first <= last else ():
            report.rows[kind.table] = -1
            until = _possible_until(metrica, kind, first, last)
            parts = "" if until == last else f", in spans as long as the first, which ends on {until}"
            report.warnings.append(f"counter {counter}: {kind.table} of {first} to {last}{parts}")
    return report


def _passing(response: "Response") -> bool:
    return response.status_code in (420, 429) or response.status_code >= 500


def _error(doing: str, status: int, body: Any) -> LoadError:
    """Reads an error leniently: its shape is not documented for certain."""
    message = body.get("message") if isinstance(body, dict) else body if isinstance(body, str) and status != 200 else ""
    text = f"{doing}: HTTP {status}" + (f" ({short(str(message), 300)})" if message else "")
    if status in (401, 403):
        return Refused(text, "Nothing was loaded; make a new token with metrika:read for this counter", str(status))
    if status in (420, 429):
        return LimitReached(text, "Nothing was loaded; the API's quota is used up, run the load again later")
    if status >= 500 or status == 200:
        return RequestFailed(text, "Nothing was loaded; run the load again later")
    return Refused(text, "Nothing was loaded; look at the field list and the counter's number", str(status))
