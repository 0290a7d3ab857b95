"""The REST of Bitrix24 and of the 1C-Bitrix shop by inbound webhook (source pages 01, sections 1, 2 and 6, and 11 A).

The official b24pysdk serves for one thing here, the encoding of batch commands. Its clients do not: they know no other
scheme than https, so nothing can be tried on loopback; they repeat on HTTP 503 only and never look at the operating
time; their fast list logs an error inside a batch as a warning and ends as if all rows had come; and their errors
quote the webhook's address.

A list is read by id: `order` by id, `filter` above the last id, `start` -1, until a page has fewer than 50 rows. So
records that change, come or go while pages are read move no other record. From the second page on, one batch fetches a
chain of pages, each filtered by the last id of the page before, and each batch more of them.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from flows.base.clock import business_zone, day_start, iso
from flows.base.errors import Incomplete, LimitReached, LoadError, Refused, RequestFailed
from flows.base.redact import keep_secret, storable
from flows.base.settings import setting
from flows.base.words import short
from flows.extract.commit import Load, known_keys
from flows.extract.common import (
    WHOLE,
    YEARS,
    Deadline,
    Http,
    Run,
    Settings,
    Total,
    Waiting,
    address,
    as_text,
    chunks,
    parse_json,
    reads_on,
)

if TYPE_CHECKING:
    from requests import Response

PAGE = 50
NO_ROWS = "Nothing was loaded; look at this record in the portal, or ask its administrator what changes the answers"
COMMANDS = 50
OVERLAP = timedelta(minutes=10)
ROUNDS = 3
OPERATING = "OPERATION_TIME_LIMIT"
PASSING = {"QUERY_LIMIT_EXCEEDED", "OVERLOAD_LIMIT", "INTERNAL_SERVER_ERROR", "ERROR_UNEXPECTED_ANSWER"}
FINAL = {OPERATING, "PORTAL_DELETED"}
CREDENTIALS = {"NO_AUTH_FOUND", "EXPIRED_TOKEN", "INVALID_CREDENTIALS", "INVALID_TOKEN", "USER_ACCESS_ERROR"}
NO_SUCH = {"INSUFFICIENT_SCOPE", "ERROR_METHOD_NOT_FOUND", "ACCESS_DENIED", "200040300010", "200040300030"}


@dataclass(frozen=True)
class Listing:
    """A list method and how it is asked.

    Args:
        table: the raw table.
        method: the REST method.
        path: the key of `result` under which the rows are; "" = `result` itself.
        key: the id's name, in rows, filter and order.
        changed: the field that tells a change, for the cursor; "" = none.
        select: the fields to ask for; () = the method has no select.
        fixed: further parameters.
        conditions: filter conditions that every request needs.
        telephony: parameters in upper case, sorting by SORT and ORDER.
        reference: other records point to it long after it is gone: rows are never marked as deleted.
        log: what happened stays true, even if the portal lists it no more: rows are marked as deleted only with their owner.
        owner: the field of a log with the id of the record that it is of; "" = none, so rows are never marked.
        unique: the fields that make a row one, if not the id alone.
    """

    table: str
    method: str
    path: str = ""
    key: str = "ID"
    changed: str = ""
    select: tuple[str, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, Any] = field(default_factory=dict)
    telephony: bool = False
    reference: bool = False
    log: bool = False
    owner: str = ""
    unique: tuple[str, ...] = ()

    def asked(self, name: str) -> str:
        """How a field of the rows is named in the filter, the order and the select."""
        return name

    def params(self, conditions: Mapping[str, Any], start: int = -1, ids_only: bool = False) -> dict[str, Any]:
        """The parameters of one request; `start` -1 asks for no count."""
        chosen = {**self.conditions, **conditions}
        if self.telephony:
            return {"FILTER": chosen, "SORT": self.key, "ORDER": "ASC", "start": max(start, 0)}
        select = (self.asked(self.key), *self.conditions) if ids_only else self.select
        params: dict[str, Any] = {"order": {self.asked(self.key): "ASC"}, "start": start, **self.fixed}
        if chosen:
            params["filter"] = chosen
        if select:
            params["select"] = list(select)
        return params

    def rows(self, result: Any, place: str, by_id: bool = True) -> list[dict[str, Any]]:
        """The rows in a `result`.

        Args:
            result: of an answer.
            place: where in the list this is, for errors.
            by_id: whether the list is read by its ids, which are whole numbers then.

        Raises:
            Incomplete: it is no list of records with a key.
        """
        found = result.get(self.path) if self.path and isinstance(result, dict) else result
        rows = list(found.values()) if isinstance(found, dict) else found or []
        what = f"{self.table}: {self.method}, {place}"
        if not isinstance(rows, list):
            raise Incomplete(f"{what}: no list came, but a {type(rows).__name__}", NO_ROWS)
        for number, row in enumerate(rows, 1):
            keys = self.unique or (self.key,)
            if not isinstance(row, dict) or any(row.get(name) is None for name in keys):
                raise Incomplete(f"{what}: entry {number} is no record with {' and '.join(keys)}", NO_ROWS)
            if by_id and not WHOLE.fullmatch(str(row[self.key])):
                raise Incomplete(f"{what}: the {self.key} of entry {number} is no whole number", NO_ROWS)
        return rows

    def identity(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        """What makes a row one, as text."""
        return tuple(storable(str(as_text(row[name]))) for name in self.unique or (self.key,))

    def among(self, ids: Iterable[str]) -> dict[str, Any]:
        """A condition for some ids."""
        return {self.key if self.telephony else f"@{self.key}": list(ids)}


class Portal:
    """A portal behind a webhook.

    Args:
        source: the source's name, for messages.
        webhook: its address, `https://…/rest/<user>/<secret>/`; kept out of every message.
        settings, deadline: how patient to be.
    """

    def __init__(self, source: str, webhook: str, settings: Settings, deadline: Deadline):
        self.source = source
        self.started: datetime | None = None
        self._settings, self._deadline = settings, deadline
        self._http = Http(settings, deadline, _passing)
        self._url = webhook
        self._width = settings.chain
        self._bucket, self._filled = 0.0, time.monotonic()
        self._operating: dict[str, tuple[float, float]] = {}

    def __repr__(self) -> str:
        return f"Portal({self.source})"

    def call(self, method: str, params: Mapping[str, Any], place: str = "") -> dict[str, Any]:
        """Calls one method.

        Args:
            method: its name.
            params: its parameters.
            place: where in a list this is, for errors.

        Returns:
            The whole answer, with `result`.

        Raises:
            Refused: the portal said no.
            LimitReached: a limit did not lift in time.
            RequestFailed: no proper answer in all attempts.
            TimedOut: the load's time is up.
        """
        doing = f"{self.source}: {method}" + (f", {place}" if place else "")
        waiting = Waiting(f"{doing}, {OPERATING}", self._settings, self._deadline, LimitReached)
        for attempt in count():
            self._keep_pace(doing)
            self._rest(method, waiting)
            response = self._http.request(doing, "POST", f"{self._url}/{method}", json=params)
            body = _body(response)
            if body is not None and "result" in body and "error" not in body:
                self._remember(method, body.get("time"))
                return body
            code = _code(body)
            if code != OPERATING:
                raise self._error(doing, code, _description(body), response.status_code)
            self._remember(method, body.get("time"))
            waiting.sleep(self._pause(method, attempt))

    def batch(
        self,
        commands: Mapping[str, tuple[str, Mapping[str, Any]]],
        place: str,
        missing: frozenset[str] = frozenset(),
    ) -> dict[str, dict[str, Any]]:
        """Calls up to 50 methods in one request, and those again that met a limit.

        Args:
            commands: key to method and parameters.
            place: where in a list this is, for errors.
            missing: codes of errors that say that there is no such thing; a command that meets one has no answer.

        Returns:
            Key to `{"result": …, "next": …}`, for every other key.

        Raises:
            As `call`; an error inside the batch counts like one outside.
        """
        answers: dict[str, dict[str, Any]] = {}
        left = dict(commands)
        attempt = 0
        while left:
            result = self._send_batch(left, place, halt=False)
            done = [key for key in left if key in result["result"] and key not in result["result_error"]]
            for key in done:
                answers[key] = {"result": result["result"][key], "next": result["result_next"].get(key)}
                del left[key]
            absent = [key for key in left if _code(_mapping(result["result_error"].get(key))) in missing]
            for key in absent:
                del left[key]
            attempt = 0 if done or absent else attempt + 1
            if left:
                key, (method, _) = next(iter(left.items()))
                self._inner_error(method, result["result_error"].get(key), place, attempt)
        return answers

    def pages(
        self, listing: Listing, conditions: Mapping[str, Any], after: int = 0, ids_only: bool = False
    ) -> Iterator[list[dict[str, Any]]]:
        """Reads a list by id.

        Args:
            listing: which list.
            conditions: the filter.
            after: only above this id.
            ids_only: the ids alone.

        Yields:
            Pages of rows, by rising id.

        Raises:
            Incomplete: the portal does not keep to the order or the filter.
            As `call`.
        """
        last, width, attempt = after, 1, 0
        while True:
            found, error = self._chain(listing, conditions, last, width, ids_only)
            attempt = 0 if found else attempt + 1
            width = min(2 * width, self._width)  # what a batch asks for beyond the end is wasted
            for number, page in enumerate(found):
                ids = [int(row[listing.key]) for row in page]
                rising = all(low < high for low, high in zip([last, *ids], ids))
                if number and not (ids and rising):  # the end, or a reference not followed: ask by the id itself
                    width, self._width = 1, self._width if rising else 1
                    break
                if not rising:
                    raise Incomplete(
                        f"{self.source}: {listing.method}, page after id {last}: the ids do not rise from there",
                        "Nothing was loaded; the portal ignores the order or the filter of this method",
                    )
                if page:
                    yield page
                    last = ids[-1]
                if len(page) < PAGE:
                    return
            if error is not None:
                self._inner_error(listing.method, error, f"page after id {last}", attempt)

    def _chain(
        self, listing: Listing, conditions: Mapping[str, Any], last: int, width: int, ids_only: bool
    ) -> tuple[list[list[dict[str, Any]]], Mapping[str, Any] | None]:
        """Some pages after an id, in one request, and the error at which the chain broke off."""
        place = f"page after id {last}"
        bound = f">{listing.asked(listing.key)}"
        if width == 1:
            body = self.call(listing.method, listing.params({**conditions, bound: last}, ids_only=ids_only), place)
            return [listing.rows(body["result"], place)], None
        commands = {}
        for number in range(width):
            before = f"$result[p{number - 1}]" + (f"[{listing.path}]" if listing.path else "")
            above = f"{before}[{PAGE - 1}][{listing.key}]" if number else last
            commands[f"p{number}"] = (listing.method, listing.params({**conditions, bound: above}, ids_only=ids_only))
        result = self._send_batch(commands, f"{listing.method}, {place}", halt=True)
        found: list[list[dict[str, Any]]] = []
        for key in commands:
            if key in result["result_error"]:
                return found, result["result_error"][key]
            if key not in result["result"]:
                break
            found.append(listing.rows(result["result"][key], place))
        if not found:
            return found, {"error": "ERROR_UNEXPECTED_ANSWER", "error_description": "a batch without an answer"}
        return found, None

    def whole(self, listing: Listing) -> list[dict[str, Any]]:
        """Reads a whole list page by page, again if it changed meanwhile.

        Raises:
            Incomplete: it never came whole.
            As `call`.
        """
        for _ in range(ROUNDS):
            body = self.call(listing.method, listing.params({}, 0), "rows from 0")
            rows = {listing.identity(row): row for row in listing.rows(body["result"], "rows from 0", by_id=False)}
            total, start = self._number(listing, body.get("total")) or 0, self._number(listing, body.get("next"))
            while start is not None:
                starts = range(start, max(total, start + 1), PAGE)[:COMMANDS]
                commands = {f"s{at}": (listing.method, listing.params({}, at)) for at in starts}
                answers = self.batch(commands, f"rows from {start}")
                for key in commands:
                    found = listing.rows(answers[key]["result"], f"rows from {start}", by_id=False)
                    rows |= {listing.identity(row): row for row in found}
                after = self._number(listing, answers[f"s{starts[-1]}"]["next"])
                if after is not None and after <= start:
                    raise Incomplete(
                        f"{self.source}: {listing.method}, rows from {start}: the list has no end", NO_ROWS
                    )
                start = after
            if not total or total == len(rows):
                return list(rows.values())
        raise Incomplete(
            f"{self.source}: {listing.method}: {len(rows)} rows came, the portal says {total}", "Run the load again"
        )

    def many(
        self, listing: Listing, filters: Iterable[Mapping[str, Any]], place: str
    ) -> Iterator[list[dict[str, Any]]]:
        """Reads several short lists of one method, as many as fit into each batch.

        Args:
            listing: the method.
            filters: the conditions of each list.
            place: what they are, for errors.

        Yields:
            Pages of rows.
        """
        for some in chunks(filters, COMMANDS):
            commands = {f"c{number}": (listing.method, listing.params(one)) for number, one in enumerate(some)}
            answers = self.batch(commands, place)
            for number, one in enumerate(some):
                page = listing.rows(answers[f"c{number}"]["result"], place)
                if page:
                    yield page
                if len(page) >= PAGE:
                    yield from self.pages(listing, one, after=int(page[-1][listing.key]))

    def count(self, listing: Listing, conditions: Mapping[str, Any]) -> int | None:
        """How many rows the portal says there are; None if it does not say."""
        total = self.call(listing.method, listing.params(conditions, 0, ids_only=True), "count").get("total")
        return self._number(listing, total)

    def _number(self, listing: Listing, value: Any) -> int | None:
        """A count of the portal, or the place where a list goes on; None if it does not say. Raises Incomplete."""
        if value is None or value is False or value == "":
            return None
        if WHOLE.fullmatch(str(value)):
            return int(value)
        raise Incomplete(f"{self.source}: {listing.method}: a count came that is no whole number", NO_ROWS)

    def _send_batch(
        self, commands: Mapping[str, tuple[str, Mapping[str, Any]]], place: str, halt: bool
    ) -> dict[str, dict[str, Any]]:
        from b24pysdk.utils.encoding import encode_params

        methods = {method for method, _ in commands.values()}
        waiting = Waiting(f"{self.source}: {place}, the portal's limit", self._settings, self._deadline, LimitReached)
        for method in methods:
            self._rest(method, waiting)
        lines = {key: f"{method}?{encode_params(params)}" for key, (method, params) in commands.items()}
        result = self.call("batch", {"halt": int(halt), "cmd": lines}, place)["result"]
        result = result if isinstance(result, dict) else {}
        parts = {name: _mapping(result.get(name)) for name in ("result", "result_error", "result_next", "result_time")}
        for key, times in parts["result_time"].items():
            if key in commands:
                self._remember(commands[key][0], times)
        return parts

    def _inner_error(self, method: str, error: Any, place: str, attempt: int) -> None:
        """Waits where an error inside a batch may pass, and raises it where it will not."""
        code = _code(error) if isinstance(error, dict) else "ERROR_UNEXPECTED_ANSWER"
        doing = f"{self.source}: {method} in a batch, {place}"
        if code not in PASSING and code != OPERATING:
            raise self._error(doing, code, _description(error), 200)
        if attempt >= self._settings.attempts:
            raise LimitReached(
                f"{doing}: {code} {attempt} times in a row", "Nothing was loaded; run the load again later"
            )
        self._deadline.sleep(self._pause(method if code == OPERATING else "", attempt), doing)

    def _error(self, doing: str, code: str, description: str, status: int) -> LoadError:
        text = f"{doing}: HTTP {status} {code}" + (f" ({description})" if description else "")
        if code in CREDENTIALS:
            return Refused(
                text, "Nothing was loaded; make a new inbound webhook in the portal and set its address", code
            )
        if code == "INSUFFICIENT_SCOPE":
            return Refused(text, "Nothing was loaded; give the webhook the scope that this method needs", code)
        if code == "ACCESS_DENIED":
            return Refused(text, "Nothing was loaded; the webhook's owner lacks a right, or the plan has no REST", code)
        if code in PASSING:
            return LimitReached(text, "Nothing was loaded; run the load again later")
        if status >= 500 or not code:
            return RequestFailed(text, "Nothing was loaded; run the load again later")
        return Refused(text, "Nothing was loaded; see the portal's REST documentation for this code", code)

    def _keep_pace(self, doing: str) -> None:
        """Waits until one more request fits into the portal's leaky bucket."""
        now = time.monotonic()
        self._bucket = max(0.0, self._bucket - (now - self._filled) * self._settings.rate_per_second)
        self._filled = now
        over = self._bucket + 1 - self._settings.burst
        if over > 0:
            self._deadline.sleep(over / self._settings.rate_per_second, doing)
        self._bucket += 1

    def _remember(self, method: str, times: Any) -> None:
        """Keeps a method's operating time, when it will be less, and the portal's clock at the load's first answer."""
        if not isinstance(times, dict):
            return
        finish = _moment(times.get("finish")) or datetime.now(UTC)
        self.started = self.started or _moment(times.get("start"))
        if (reset := _moment(times.get("operating_reset_at"))) is not None:
            until = time.monotonic() + (reset - finish).total_seconds()
            used = times.get("operating")
            self._operating[method] = (float(used) if isinstance(used, int | float) else 0, until)

    def _pause(self, method: str, attempt: int) -> float:
        """Seconds before the next attempt: until a part of the method's operating time is given back, if that is known."""
        until = self._operating.get(method, (0, 0))[1] - time.monotonic()
        grown = min(self._settings.backoff_seconds * 2**attempt, self._settings.backoff_max_seconds)
        return max(min(until, 660), grown)

    def _rest(self, method: str, waiting: Waiting) -> None:
        """Waits before a method's operating time reaches the limit."""
        used, until = self._operating.get(method, (0, 0))
        if used >= self._settings.operating_limit_seconds and until > time.monotonic():
            waiting.sleep(self._pause(method, 0))


def portal_of(run: Run, variable: str) -> Portal:
    """The portal behind the webhook in an environment variable. Raises ConfigError if it is not set or no address."""
    webhook = address(variable, setting(variable))
    keep_secret(webhook, *webhook.split("/rest/")[1:], webhook.rsplit("/", 1)[-1])
    return Portal(run.source, webhook, run.settings, run.deadline)


def _passing(response: "Response") -> bool:
    if response.status_code == 200 and response.content[:1] == b"{":
        return False
    code = _code(_body(response))
    return code not in FINAL and (code in PASSING or response.status_code >= 500 or response.status_code in (200, 429))


def _body(response: "Response") -> dict[str, Any] | None:
    try:
        body = parse_json(response.content)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _code(body: Mapping[str, Any] | None) -> str:
    code = (body or {}).get("error", "")
    return str(code).upper() if isinstance(code, str | int) else "AN_ERROR_WITHOUT_A_CODE"


def _description(body: Mapping[str, Any] | None) -> str:
    return "no JSON object" if body is None else short(str(body.get("error_description", "")), 300)


def _mapping(value: Any) -> dict[str, Any]:
    """A keyed part of a batch's answer; an empty one comes as a list."""
    if isinstance(value, dict):
        return value
    return {str(key): item for key, item in enumerate(value)} if isinstance(value, list) else {}


def _moment(value: Any) -> datetime | None:
    """Unix seconds or ISO text as a moment; None if it is neither, or of a year that no clock can count with."""
    try:
        if isinstance(value, str) and not value.replace(".", "", 1).isdigit():
            moment = datetime.fromisoformat(value)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        else:
            moment = datetime.fromtimestamp(float(value), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return moment if YEARS[0] <= moment.year <= YEARS[1] else None


class Reading:
    """One load from a portal: what changed, what is gone, and whether all of it has come.

    Args:
        portal: where to read.
        load: where to put it.
        run: what was asked for.
        state: the cursors of the last load: `cursor` (ISO moment), `floor` (ISO moment before which nothing was ever
            asked for, or None), `last_ids` (table to id), `unlisted` (log to the number of its rows that the portal lists no more).
    """

    def __init__(self, portal: Portal, load: Load, run: Run, state: Mapping[str, Any]):
        self.portal, self.load, self.run = portal, load, run
        self.cursor: str | None = state.get("cursor")
        self.last_ids: dict[str, int] = dict(state.get("last_ids", {}))
        self.unlisted: dict[str, int] = dict(state.get("unlisted", {}))
        since = iso(day_start(run.since)) if run.since else None
        self.floor: str | None = state.get("floor") if self.cursor else since
        if self.floor and since:
            self.floor = min(self.floor, since)

    @property
    def first(self) -> bool:
        """Nothing was loaded before, and everything is asked for."""
        return not self.cursor and not self.floor and not self.run.until

    def span(self, listing: Listing) -> dict[str, str]:
        """The filter for what is asked for."""
        return span(listing, self.run.since, self.run.until, self.cursor)

    def changed(self, listing: Listing) -> tuple[set[str], set[str]]:
        """Loads the records that changed, finds the deleted ones by an id scan, and checks the count.

        Returns:
            The ids loaded, and the ids gone.
        """
        got = self._land(listing, self.portal.pages(listing, self.span(listing)))
        return got, self._settle(listing, got, always=not listing.reference)

    def appended(
        self, listing: Listing, overlap: int, settled: bool, gone: set[str] | frozenset[str] = frozenset()
    ) -> None:
        """Loads the records above the last id; scans the ids only if the portal's count is another one.

        Args:
            listing: a list that only grows, as a rule.
            overlap: how far below the last id to begin, as ids may come late.
            settled: records never change, so that those below the last id are loaded only if they are new.
            gone: the ids of owners that are gone.
        """
        last = self.last_ids.get(listing.table)
        if last is None or self.run.since:
            pages = self.portal.pages(listing, self.span(listing))
        else:
            pages = self.portal.pages(listing, span(listing, None, self.run.until, None), after=max(0, last - overlap))
        got = self._land(listing, pages, self._known(listing) if settled else set())
        self._settle(listing, got, always=bool(gone), owners=gone)
        if not self.run.until:
            self.last_ids[listing.table] = max([last or 0, *map(int, got)])

    def whole(self, listing: Listing) -> list[dict[str, Any]]:
        """Loads a dictionary, whole."""
        rows = self.portal.whole(listing)
        self.load.add(listing.table, rows)
        return rows

    def owned(
        self, listing: Listing, owner: str, pages: Iterable[list[dict[str, Any]]], owners: set[str], gone: set[str]
    ) -> None:
        """Loads records that belong to others, and marks those as deleted that their owner no longer has.

        Args:
            listing: their list.
            owner: the field with the owner's id.
            pages: all that the owners have now.
            owners: the ids of owners that were read.
            gone: the ids of owners that are gone.
        """
        got = self._land(listing, pages)
        known = known_keys(self.run.root, self.run.source, listing.table, (listing.key,), owner)
        dead = [key for key, (whose,) in known.items() if whose in gone or (whose in owners and key[0] not in got)]
        self.load.add_deleted(listing.table, (listing.key,), dead)

    def state(self) -> dict[str, Any]:
        """The cursors after this load; the cursor stands still where the load left a gap or an open end."""
        begun = min(filter(None, (self.portal.started, self.run.now)))
        cursor = iso(begun - OVERLAP) if reads_on(self.run, self.cursor) else self.cursor
        return {"cursor": cursor, "floor": self.floor, "last_ids": self.last_ids, "unlisted": self.unlisted}

    def _land(
        self, listing: Listing, pages: Iterable[list[dict[str, Any]]], known: set[str] | frozenset[str] = frozenset()
    ) -> set[str]:
        """Lands the rows of pages, each id once and none of the known ones, and returns the ids."""
        got: set[str] = set()
        for page in pages:
            new = {
                str(row[listing.key]): row
                for row in page
                if str(row[listing.key]) not in got and str(row[listing.key]) not in known
            }
            self.load.add(listing.table, new.values())
            got |= new.keys()
        return got

    def _settle(
        self, listing: Listing, got: set[str], always: bool, owners: set[str] | frozenset[str] = frozenset()
    ) -> set[str]:
        """Makes what is loaded equal to what the portal has, and returns the ids that are gone.

        Of a log, only rows of `owners` that are gone go with them; the others stay, and are counted as unlisted.
        """
        if self.run.until:
            return set()
        known = self._known(listing)
        scope = {f">={listing.asked(listing.changed)}": self.floor} if self.floor and not listing.reference else {}
        unlisted = self.unlisted.get(listing.table, 0)
        if not always and (total := self.portal.count(listing, scope)) in (None, len(known | got) - unlisted):
            self._tell(listing, total, unlisted)
            return set()
        ids, total = self._census(listing, scope)
        for _ in range(ROUNDS):
            missing = ids - known - got
            filters = (listing.among(some) for some in chunks(sorted(missing, key=int), PAGE))
            got |= self._land(listing, self.portal.many(listing, filters, "records not seen before"))
            if missing <= got:
                break
            ids, total = self._census(listing, scope)  # gone meanwhile, or not given out
        else:
            raise Incomplete(
                f"{self.run.source}: {listing.method} lists {len(missing - got)} ids whose records it does not give",
                "Nothing was loaded; look at the rights of the webhook's owner",
            )
        gone = self._gone(listing, known - ids, owners)
        if listing.log:
            self.unlisted[listing.table] = len((known | got) - ids - gone)
        self._tell(listing, total, self.unlisted.get(listing.table, 0))
        keys = [(key,) for key in sorted(gone, key=int)]
        return gone if self.load.add_deleted(listing.table, (listing.key,), keys, len(known)) else set()

    def _gone(self, listing: Listing, missing: set[str], owners: set[str] | frozenset[str]) -> set[str]:
        """Of the ids that the portal lists no more, those whose records are gone."""
        if listing.reference:
            return set()
        if not listing.log:
            return missing
        if not listing.owner or not owners:
            return set()
        whose = known_keys(self.run.root, self.run.source, listing.table, (listing.key,), listing.owner)
        return {key for key in missing if whose[(key,)][0] in owners}

    def _known(self, listing: Listing) -> set[str]:
        """The ids that were loaded before, of those that this load looks at."""
        fields = (*listing.conditions, listing.changed) if listing.changed else tuple(listing.conditions)
        same = tuple(map(str, listing.conditions.values()))
        floor = _moment(self.floor) if listing.changed and not listing.reference else None
        records = known_keys(self.run.root, self.run.source, listing.table, (listing.key,), *fields)
        return {
            key
            for (key,), values in records.items()
            if WHOLE.fullmatch(key or "")
            and values[: len(same)] == same
            and (not floor or (_moment(values[-1]) or floor) >= floor)
        }

    def _census(self, listing: Listing, scope: Mapping[str, Any]) -> tuple[set[str], int | None]:
        """All ids that the portal has, and its own count, which must agree."""
        for _ in range(ROUNDS):
            before = self.portal.count(listing, scope)
            pages = self.portal.pages(listing, scope, ids_only=True)
            ids = {str(row[listing.key]) for page in pages for row in page}
            after = self.portal.count(listing, scope)
            if before is None or after is None or min(before, after) <= len(ids) <= max(before, after):
                return ids, after
        raise Incomplete(
            f"{self.run.source}: {listing.method}: {len(ids)} ids came, the portal counts {after}",
            "Nothing was loaded; run the load again when the portal is quieter",
        )

    def _tell(self, listing: Listing, total: int | None, unlisted: int) -> None:
        """Tells the portal's total, with the rows of a log that it lists no more."""
        if total is None:
            self.load.warn(f"{listing.table}: the portal gives no total, so the count could not be checked")
        else:
            day = self.run.now.astimezone(business_zone()).date()
            self.load.add_total(Total(listing.table, day.isoformat(), str(total + unlisted)))


def span(listing: Listing, since: date | None, until: date | None, cursor: str | None) -> dict[str, str]:
    """The filter on a listing's change field.

    Args:
        listing: the list.
        since: first day, or None.
        until: last day, or None.
        cursor: where the last load ended, used if there is no `since`.
    """
    conditions = {}
    if listing.changed and (since or cursor):
        conditions[f">={listing.asked(listing.changed)}"] = iso(day_start(since)) if since else cursor
    if listing.changed and until:
        conditions[f"<{listing.asked(listing.changed)}"] = iso(day_start(until + timedelta(days=1)))
    return conditions


def counts(portal: Portal, listings: Iterable[Listing], conditions: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """How many rows of each table the portal says would come; -1 where it does not say or the method is not allowed.

    Args:
        portal: where to ask.
        listings: the lists.
        conditions: table to filter.
    """
    found = {}
    for listing in listings:
        try:
            total = portal.count(listing, conditions.get(listing.table, {}))
        except Refused as error:
            if error.code not in NO_SUCH:
                raise
            total = None
        found[listing.table] = -1 if total is None else total
    return found


def if_allowed(load: Load, what: str, action: Callable[[], Any], also: frozenset[str] = frozenset()) -> bool:
    """Reads what a webhook may have no right to, and leaves it out with a warning then.

    Args:
        load: where to put it.
        what: it is, for the warning.
        action: reads it.
        also: codes, beside those of `NO_SUCH`, that say the same.

    Returns:
        Whether it was read.
    """
    try:
        action()
    except Refused as error:
        if error.code not in NO_SUCH | also:
            raise
        load.warn(f"{what} left out: {error.what}")
        return False
    return True
