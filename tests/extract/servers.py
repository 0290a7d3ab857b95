"""Small servers on loopback that speak as the source pages say: Bitrix24 and its shop, Yandex.Metrica, Yandex Direct.

Each keeps its records in memory and can be told to misbehave: `fault(name, count, …)` answers the next `count` requests
of a method with something else, `on[name]` is called before a method's every answer, with the number of the request,
and `hold(name, number)` lets a request wait until the test says `release`.
"""

import gzip
import json
import re
import threading
import time
from base64 import b64encode, urlsafe_b64decode
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

PAGE = 50


class Answer:
    """What a server says: status, body (bytes, text or JSON), further headers; `cut` sends half and hangs up."""

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None, cut: bool = False):
        self.status, self.headers, self.cut = status, headers or {}, cut
        text = body if isinstance(body, bytes | str) else json.dumps(body, ensure_ascii=False)
        self.body = text.encode() if isinstance(text, str) else text


class Server:
    """A server in threads; use it in a `with` statement."""

    def __init__(self):
        self.seen: list[tuple[str, Any]] = []
        self.counts: Counter[str] = Counter()
        self.faults: dict[str, list[Answer | Callable[[], None]]] = {}
        self.on: dict[str, Callable[[int], None]] = {}
        self.held, self.released = threading.Event(), threading.Event()
        self._hold: tuple[str, int] | None = None
        self._lock = threading.RLock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_GET(self):
                length = int(self.headers.get("Content-Length") or 0)
                answer = server.handle(self.command, self.path, self.headers, self.rfile.read(length))
                body = answer.body
                self.send_response(answer.status)
                for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: len(body) // 2] if answer.cut else body)
                self.wfile.flush()
                self.close_connection = self.close_connection or answer.cut

            do_POST = do_GET

            def log_message(self, *_):
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):  # the client was killed
                pass

        self._http = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self):
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.released.set()
        self._http.shutdown()
        self._http.server_close()

    def fault(self, name: str, count: int, status: int, body: Any, headers: dict[str, str] | None = None, cut=False):
        """Answers the next `count` requests of a method in another way."""
        self.faults.setdefault(name, []).extend([Answer(status, body, headers, cut)] * count)

    def slow(self, name: str, count: int, seconds: float):
        """Keeps the next `count` requests of a method waiting."""
        self.faults.setdefault(name, []).extend([lambda: time.sleep(seconds)] * count)

    def hold(self, name: str, number: int):
        """Lets the request of that number wait for `released`; `held` is set when it has come."""
        self._hold = (name, number)

    def enter(self, name: str, params: Any) -> Answer | None:
        """Counts a request of a method; an answer, if it is to be a fault."""
        with self._lock:
            self.seen.append((name, params))
            self.counts[name] += 1
            number = self.counts[name]
            fault = self.faults[name].pop(0) if self.faults.get(name) else None
        if self._hold == (name, number):
            self.held.set()
            self.released.wait(30)
        if name in self.on:
            self.on[name](number)
        if callable(fault):
            fault()
            return None
        return fault

    def calls(self, name: str) -> list[Any]:
        """The parameters of all requests of a method."""
        return [params for seen, params in self.seen if seen == name]

    def handle(self, command: str, path: str, headers: Any, body: bytes) -> Answer:
        raise NotImplementedError


# --- Bitrix24 ---------------------------------------------------------------------------------------------------

METHODS = {  # method: (path in result, key)
    "crm.lead.list": ("", "ID"),
    "crm.deal.list": ("", "ID"),
    "crm.contact.list": ("", "ID"),
    "crm.company.list": ("", "ID"),
    "crm.quote.list": ("", "ID"),
    "crm.activity.list": ("", "ID"),
    "crm.item.list": ("items", "id"),
    "crm.stagehistory.list": ("items", "ID"),
    **{f"crm.{record}.userfield.list": ("", "ID") for record in ("lead", "deal", "contact", "company")},
    "crm.status.list": ("", "ID"),
    "crm.category.list": ("categories", "id"),
    "crm.item.productrow.list": ("productRows", "id"),
    "crm.currency.list": ("", "CURRENCY"),
    "user.get": ("", "ID"),
    "department.get": ("", "ID"),
    "voximplant.statistic.get": ("", "ID"),
    "catalog.catalog.list": ("catalogs", "id"),
    "catalog.product.list": ("products", "id"),
    "catalog.section.list": ("sections", "id"),
    "sale.order.list": ("orders", "id"),
    "sale.basketitem.list": ("basketItems", "id"),
    "sale.payment.list": ("payments", "id"),
    "sale.propertyvalue.list": ("propertyValues", "id"),
    "sale.status.list": ("statuses", "id"),
    "crm.orderentity.list": ("orderEntity", "orderId"),
    "tasks.task.list": ("tasks", "id"),
    "tasks.api.scrum.sprint.list": ("", "id"),
    "tasks.task.history.list": ("list", "id"),
    "tasks.api.scrum.task.get": ("", "id"),
}
REQUIRED = {"crm.item.productrow.list": ("=ownerType", "=ownerId"), "catalog.product.list": ("iblockId",)}


class RestError(Exception):
    """An error of a method: HTTP status, code, description."""


@cache
def _value(value: Any) -> Any:
    """A value to compare by: a number, a moment, or text."""
    text = str(value)
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return text


def _matches(row: dict[str, Any], conditions: dict[str, Any]) -> bool:
    for key, wanted in conditions.items():
        sign = next((sign for sign in (">=", "<=", "@", ">", "<", "=") if key.startswith(sign)), "")
        value = row.get(key[len(sign) :])
        many = list(wanted.values()) if isinstance(wanted, dict) else wanted
        if isinstance(many, list):
            if str(value) not in map(str, many):
                return False
        elif wanted == "" and sign == ">":  # a reference that led nowhere
            continue
        else:
            left, right = _value(value), _value(wanted)
            if not {">=": left >= right, "<=": left <= right, ">": left > right, "<": left < right}.get(
                sign, left == right
            ):
                return False
    return True


def _nested(query: str) -> dict[str, Any]:
    """A PHP query string as nested dicts."""
    result: dict[str, Any] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        keys = name.replace("]", "").split("[")
        place = result
        for key in keys[:-1]:
            place = place.setdefault(key, {})
        place[keys[-1]] = value
    return result


class Bitrix(Server):
    """A portal: `tables` holds the rows of each method; `entityTypeId` is a hidden field `_type` of stage history and items."""

    def __init__(self, secret: str = "s3cr3tk3y"):
        super().__init__()
        self.secret = secret
        self.tables: dict[str, list[dict[str, Any]]] = {method: [] for method in METHODS}
        self.webhook = f"{self.url}/rest/7/{secret}/"
        self.forbidden: dict[str, tuple[int, str]] = {}
        self.operating: dict[str, tuple[float, float]] = {}  # method: (used, seconds until a part is given back)
        self.inner: dict[str, list[tuple[str, str]]] = {}  # errors inside the next batches, by method
        self.clock: Callable[[], float] = time.time
        self.hits: list[float] = []

    def handle(self, command, path, headers, body):
        parts = urlsplit(path).path.strip("/").removesuffix(".json").split("/")
        self.hits.append(time.monotonic())
        if parts[:3] != ["rest", "7", self.secret]:
            return Answer(401, {"error": "NO_AUTH_FOUND", "error_description": "Wrong authorization data"})
        method = parts[-1]
        params = json.loads(body or b"{}")
        fault = self.enter(method, params)
        if fault:
            return fault
        try:
            return Answer(200, self._batch(params) if method == "batch" else self._list(method, params))
        except RestError as error:
            status, code, text = error.args
            return Answer(status, {"error": code, "error_description": text})

    def _time(self, method: str) -> dict[str, Any]:
        now = self.clock()
        used, release = self.operating.get(method, (0.1, 600))
        moment = datetime.fromtimestamp(now, UTC).isoformat()
        times = {
            "start": now,
            "finish": now,
            "duration": 0,
            "processing": 0,
            "date_start": moment,
            "date_finish": moment,
        }
        return times | {"operating_reset_at": now + release, "operating": used}

    def _list(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        if method in self.forbidden:
            raise RestError(*self.forbidden[method], "no")
        if method not in METHODS:
            raise RestError(404, "ERROR_METHOD_NOT_FOUND", "Method not found!")
        path, key = METHODS[method]
        if method == "tasks.api.scrum.task.get":
            found = [row for row in self.tables[method] if str(row["id"]) == str(params["id"])]
            if not found:
                raise RestError(400, 0, "Task not found")
            return {"result": found[0], "time": self._time(method)}
        conditions = params.get("FILTER") or params.get("filter") or {}
        if method.startswith("tasks."):
            return self._tasks(method, params, conditions)
        for name in REQUIRED.get(method, ()):
            if name not in conditions:
                raise RestError(400, "REQUIRED_ARG_MISSING", name)
        rows = [row for row in self.tables[method] if _matches(row, conditions)]
        if method in ("crm.stagehistory.list", "crm.item.list"):
            rows = [row for row in rows if row["_type"] == int(params["entityTypeId"])]
        rows.sort(key=lambda row: _value(row[key]))
        start = int(params.get("start", 0))
        page = rows[max(start, 0) : max(start, 0) + PAGE]
        found = [self._chosen(row, params.get("select"), key) for row in page]
        answer: dict[str, Any] = {"result": {path: found} if path else found, "time": self._time(method)}
        if start >= 0:
            answer["total"] = 0 if method == "crm.currency.list" else len(rows)
            if start + PAGE < len(rows):
                answer["next"] = start + PAGE
        return answer

    def _tasks(self, method: str, params: dict[str, Any], conditions: dict[str, Any]) -> dict[str, Any]:
        """Lists whose filter and select have names in upper case, their rows in camel case; one that is not known brings nothing."""
        path, key = METHODS[method]
        if method == "tasks.task.history.list":
            conditions = {"TASK_ID": [params["taskId"]]}
        camel = {re.sub(r"\w+", lambda name: _camel(name[0]), name): value for name, value in conditions.items()}
        if "sprintId" in camel:
            camel["sprintId"] = [camel["sprintId"]]
        known = {name.strip("<>=") for name in camel} <= {"id", "changedDate", "sprintId", "taskId"}
        rows = [row for row in self.tables[method] if known and _matches(row, camel)]
        rows.sort(key=lambda row: _value(row[key]))
        start = max(int(params.get("start", 0)), 0)
        page = rows[start : start + PAGE] if path != "list" else rows
        answer: dict[str, Any] = {"result": {path: page} if path else page, "time": self._time(method)}
        if path == "tasks" and int(params.get("start", 0)) >= 0:
            answer["total"] = len(rows)
        return answer

    @staticmethod
    def _chosen(row: dict[str, Any], select: Any, key: str) -> dict[str, Any]:
        names = list(select.values()) if isinstance(select, dict) else select
        shown = {name: value for name, value in row.items() if not name.startswith("_")}
        if not names or "*" in names:
            multi = ("PHONE", "EMAIL", "WEB", "IM")
            return {name: value for name, value in shown.items() if name not in multi or name in (names or ())}
        return {name: value for name, value in shown.items() if name in names or name == key}

    def _batch(self, params: dict[str, Any]) -> dict[str, Any]:
        commands = params["cmd"]
        if len(commands) > PAGE:
            raise RestError(400, "ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
        names = ("result", "result_error", "result_total", "result_next", "result_time")
        parts: dict[str, dict[str, Any]] = {name: {} for name in names}
        for key, command in commands.items():
            method, _, query = command.partition("?")
            arguments = _referred(_nested(query), parts["result"])
            fault = self.enter(f"{method} in batch", arguments)
            try:
                if fault:
                    told = json.loads(fault.body)
                    raise RestError(fault.status, told["error"], told["error_description"])
                answer = self._list(method, arguments)
            except RestError as error:
                parts["result_error"][key] = {"error": error.args[1], "error_description": error.args[2]}
                if int(params.get("halt") or 0):
                    break
                continue
            for name, part in (
                ("result", "result"),
                ("total", "result_total"),
                ("next", "result_next"),
                ("time", "result_time"),
            ):
                if name in answer:
                    parts[part][key] = answer[name]
        return {"result": {name: part or [] for name, part in parts.items()}, "time": self._time("batch")}


def _camel(name: str) -> str:
    first, *others = name.lower().split("_")
    return first + "".join(map(str.capitalize, others))


def _referred(value: Any, results: dict[str, Any]) -> Any:
    """Parameters with the values of earlier results in place of `$result[key][…]`; what is not there becomes nothing."""
    if isinstance(value, dict):
        return {key: _referred(item, results) for key, item in value.items()}
    if not value.startswith("$result["):
        return value
    place: Any = results
    for key in value[len("$result[") : -1].split("]["):
        try:
            place = place[int(key)] if isinstance(place, list) else place[key]
        except (KeyError, IndexError, ValueError):
            return ""
    return str(place)


def lead(number: int, modified: str = "2026-11-01T10:00:00+03:00", **more: Any) -> dict[str, Any]:
    """A lead, deal, contact or company as the old list methods give it."""
    row = {"ID": str(number), "TITLE": f"Запись №{number}", "DATE_CREATE": "2026-10-01T10:00:00+03:00"}
    return {**row, "DATE_MODIFY": modified, "OPPORTUNITY": "15000.00", **more}


# --- Yandex.Metrica ---------------------------------------------------------------------------------------------


class Metrica(Server):
    """A counter: `rows[source]` are dicts by field; a log is ready after `polls` questions, in parts of `part_rows`."""

    def __init__(self, token: str = "y0_metrica_token", counter: str = "4242"):
        super().__init__()
        self.token, self.counter = token, counter
        self.rows: dict[str, list[dict[str, str]]] = {"visits": [], "hits": []}
        self.logs: dict[int, dict[str, Any]] = {}
        self.goals = [{"id": 1, "name": "Заявка", "type": "action", "conditions": []}]
        self.polls, self.part_rows = 1, 1000
        self.max_days = 365
        self.failing = 0
        self.forgotten: set[str] = set()
        self.totals: dict[str, int] | None = None
        self.sampled = False

    def handle(self, command, path, headers, body):
        parts = urlsplit(path)
        params = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        steps = parts.path.strip("/").split("/")
        name = self._name(command, steps)
        fault = self.enter(name, params)
        if fault:
            return fault
        if headers.get("Authorization") != f"OAuth {self.token}":
            error = [{"error_type": "invalid_token", "message": "Invalid oauth_token"}]
            return Answer(403, {"errors": error, "code": 403, "message": "Invalid oauth_token"})
        with self._lock:
            return getattr(self, f"_{name}")(steps, params)

    @staticmethod
    def _name(command: str, steps: list[str]) -> str:
        last = steps[-1]
        if last in ("evaluate", "download", "clean", "cancel", "goals", "data"):
            return last
        return "create" if command == "POST" else "poll"

    def _evaluate(self, steps, params):
        days = (date.fromisoformat(params["date2"]) - date.fromisoformat(params["date1"])).days + 1
        possible = days <= self.max_days
        return Answer(
            200, {"log_request_evaluation": {"possible": possible, "max_possible_day_quantity": self.max_days}}
        )

    def _create(self, steps, params):
        if params["date2"] >= "2026-11-20":
            return Answer(400, {"errors": [], "code": 400, "message": "date2 must be before today"})
        number = 100 + len(self.logs)
        status = "processing_failed" if self.failing else "created"
        self.failing = max(0, self.failing - 1)
        self.logs[number] = {
            **params,
            "request_id": number,
            "status": status,
            "asked": 0,
            "fields": params["fields"].split(","),
        }
        return Answer(200, {"log_request": self._shown(number)})

    def _shown(self, number: int) -> dict[str, Any]:
        log = self.logs[number]
        shown = {"counter_id": int(self.counter), **{k: v for k, v in log.items() if k not in ("asked", "texts")}}
        if log["status"] == "processed":
            shown["parts"] = [{"part_number": n, "size": len(text)} for n, text in enumerate(log["texts"])]
        return shown

    def _poll(self, steps, params):
        number = int(steps[-1])
        log = self.logs[number]
        log["asked"] += 1
        if log["status"] == "created" and log["asked"] >= self.polls:
            log["status"], log["texts"] = "processed", self._texts(log)
        return Answer(200, {"log_request": self._shown(number)})

    def _texts(self, log: dict[str, Any]) -> list[bytes]:
        day = "ym:s:date" if log["source"] == "visits" else "ym:pv:date"
        fields = [name for name in log["fields"] if name not in self.forgotten]
        rows = [row for row in self.rows[log["source"]] if log["date1"] <= row[day] <= log["date2"]]
        groups = [rows[at : at + self.part_rows] for at in range(0, len(rows), self.part_rows)] or [[]]
        return [
            "".join(
                "\t".join(values) + "\n" for values in [fields, *([row.get(f, "") for f in fields] for row in group)]
            ).encode()
            for group in groups
        ]

    def _download(self, steps, params):
        number, part = int(steps[steps.index("logrequest") + 1]), int(steps[steps.index("part") + 1])
        return Answer(200, gzip.compress(self.logs[number]["texts"][part]), {"Content-Encoding": "gzip"})

    def _clean(self, steps, params):
        return self._end(steps, "processed", "cleaned_by_user")

    def _cancel(self, steps, params):
        return self._end(steps, "created", "canceled")

    def _end(self, steps, before, after):
        log = self.logs[int(steps[-2])]
        if log["status"] != before:
            return Answer(400, {"errors": [], "code": 400, "message": f"the log is {log['status']}"})
        log["status"] = after
        return Answer(200, {"log_request": {"request_id": log["request_id"], "status": after}})

    def _goals(self, steps, params):
        return Answer(200, {"goals": self.goals})

    def _data(self, steps, params):
        days = Counter(
            row["ym:s:date"] for row in self.rows["visits"] if params["date1"] <= row["ym:s:date"] <= params["date2"]
        )
        totals = self.totals if self.totals is not None else days
        data = [{"dimensions": [{"name": day}], "metrics": [float(n)]} for day, n in sorted(totals.items())]
        return Answer(200, {"data": data, "total_rows": len(data), "sampled": self.sampled, "totals": []})


def visit(number: int, day: str, counter: str = "4242", **more: str) -> dict[str, str]:
    """A visit with an array and an escaped tab."""
    row = {"visitID": str(4_810_000_000_000_000_000 + number), "counterID": counter, "date": day, "pageViews": "3"}
    row |= {"startURL": f"https://coffee.example/?a=1\\tb{number}", "goalsID": "[1,2]", "purchaseID": "['A\\'1']"}
    return {f"ym:s:{name}": value for name, value in (row | more).items()}


def hit(number: int, day: str, counter: str = "4242") -> dict[str, str]:
    """A page view."""
    row = {"watchID": str(8_200_000_000_000_000_000 + number), "counterID": counter, "date": day, "isPageView": "1"}
    return {f"ym:pv:{name}": value for name, value in row.items()}


# --- Yandex Direct ----------------------------------------------------------------------------------------------


class Direct(Server):
    """An advertiser: `rows` are dicts by field with `Cost` in kopecks; a report is ready after `waits` answers."""

    def __init__(self, token: str = "y0_direct_token", login: str = "coffee-direct"):
        super().__init__()
        self.token, self.login = token, login
        self.rows: list[dict[str, Any]] = []
        self.waits = 2
        self.retry_in = "0"
        self.reports: dict[str, dict[str, Any]] = {}
        self.asked: Counter[str] = Counter()
        self.micros = False
        self.lost_rows = 0
        self.max_days = 10_000

    def handle(self, command, path, headers, body):
        service = path.rsplit("/", 1)[-1]
        params = json.loads(body)["params"]
        fault = self.enter(service, params)
        if fault:
            return fault
        if headers.get("Authorization") != f"Bearer {self.token}" or headers.get("Client-Login") != self.login:
            return self._error(400, 53, "Authorization error")
        if service == "clients":
            return Answer(200, {"result": {"Clients": [{"Login": self.login, "Currency": "RUB"}]}})
        with self._lock:
            return self._report(params, headers)

    @staticmethod
    def _error(status: int, code: int, text: str) -> Answer:
        body = {"request_id": "77", "error_code": code, "error_string": text, "error_detail": ""}
        return Answer(status, {"error": body}, {"RequestId": "77"})

    def _report(self, params, headers):
        name = params["ReportName"]
        if self.reports.setdefault(name, params) != params:
            return self._error(400, 4000, "A report of this name has other parameters")
        chosen = params["SelectionCriteria"]
        first, last = chosen["DateFrom"], chosen["DateTo"]
        if (date.fromisoformat(last) - date.fromisoformat(first)).days + 1 > self.max_days:
            return self._error(502, 0, "The report takes too long")
        self.asked[name] += 1
        if self.asked[name] <= self.waits:
            status = 201 if self.asked[name] == 1 else 202
            return Answer(status, "", {"retryIn": self.retry_in, "reportsInQueue": "1", "RequestId": "78"})
        return Answer(200, self._text(params, headers, first, last), {"Content-Type": "text/tab-separated-values"})

    def _text(self, params, headers, first, last) -> str:
        rows = [row for row in self.rows if first <= row["Date"] <= last]
        if params["ReportType"] == "ACCOUNT_PERFORMANCE_REPORT":
            days = sorted({row["Date"] for row in rows})
            sums = ("Impressions", "Clicks", "Cost")
            rows = [{"Date": day, **{n: sum(r[n] for r in rows if r["Date"] == day) for n in sums}} for day in days]
        micros = self.micros or headers.get("returnMoneyInMicros") != "false"
        offset, limit = params["Page"]["Offset"], params["Page"]["Limit"]
        page = rows[offset : offset + limit]
        lines = [] if headers.get("skipReportHeader") == "true" else ['"kpi (2026)"']
        lines.append("\t".join(params["FieldNames"]))
        for row in page[: len(page) - self.lost_rows]:
            money = row["Cost"] * 10_000 if micros else f"{row['Cost'] // 100}.{row['Cost'] % 100:02d}"
            lines.append("\t".join(str(money if n == "Cost" else row.get(n, "--")) for n in params["FieldNames"]))
        if headers.get("skipReportSummary") != "true":
            lines.append(f"Total rows: {len(page)}")
        return "\n".join(lines) + "\n"


class AmoCrm(Server):
    """An account of amoCRM: `lists` holds the rows by path; `limit` is the most rows of a page."""

    def __init__(self, token: str = "am0s3cret", limit: int = 250):
        super().__init__()
        self.token, self.limit = token, limit
        self.lists: dict[str, list[dict[str, Any]]] = {}
        self.bin: list[dict[str, Any]] = []

    def handle(self, command, path, headers, body):
        parts = urlsplit(path)
        name = parts.path.removeprefix("/api/v4/")
        params = dict(parse_qsl(parts.query))
        fault = self.enter(name, params)
        if fault:
            return fault
        if headers.get("Authorization") != f"Bearer {self.token}":
            return self.problem(401, "Unauthorized")
        if name == "account":
            return Answer(200, {"id": 5135160, "name": "Альфа", "currency": "RUB", "_links": {}})
        rows = self.bin if params.get("with") == "only_deleted" else self.lists.get(name, [])
        changed = "created_at" if name == "events" else "updated_at"
        since, until = (
            int(params.get(f"filter[{changed}][from]", 0)),
            int(params.get(f"filter[{changed}][to]", 1 << 40)),
        )
        types = [value for key, value in params.items() if key.startswith(("filter[note_type]", "filter[type]"))]
        rows = [row for row in rows if since <= row.get(changed, 0) <= until]
        rows = [row for row in rows if not types or row.get("note_type", row.get("type")) in types]
        if f"order[{changed}]" in params:
            rows = sorted(rows, key=lambda row: row[changed])
        page, size = int(params.get("page", 1)), min(int(params["limit"]), self.limit, 100 if name == "events" else 250)
        some = rows[(page - 1) * size : page * size]
        if not some:
            return Answer(204, b"")
        links = {"self": {"href": f"{self.url}{path}"}}
        if page * size < len(rows):
            links["next"] = {"href": f"{self.url}/api/v4/{name}?{urlencode({**params, 'page': page + 1})}"}
        return Answer(200, {"_page": page, "_links": links, "_embedded": {name.rsplit("/", 1)[-1]: some}})

    @staticmethod
    def problem(status: int, title: str) -> Answer:
        body = {"title": title, "type": f"https://httpstatus.es/{status}", "status": status, "detail": "Не принято"}
        return Answer(status, body, {"Content-Type": "application/problem+json"})


class HubSpot(Server):
    """An account of HubSpot: `objects` holds the records by kind, with all that is known of them; `limit` is the most of a page.

    A search finds at most `most` records of one question.
    """

    def __init__(self, token: str = "pat-eu1-h0bs3cret", limit: int = 100, most: int = 10_000):
        super().__init__()
        self.token, self.limit, self.most = token, limit, most
        self.objects: dict[str, list[dict[str, Any]]] = {}
        self.lists: dict[str, list[dict[str, Any]]] = {
            "owners": [],
            "pipelines/deals": [],
            "pipelines/leads": [],
            "settings/v3/currencies/exchange-rates": [],
        }
        self.options: dict[str, list[dict[str, Any]]] = {}

    def handle(self, command, path, headers, body):
        parts = urlsplit(path)
        name = parts.path.strip("/").removeprefix("crm/v3/").removeprefix("objects/")
        params = dict(parse_qsl(parts.query)) | json.loads(body or b"{}")
        fault = self.enter(name, params)
        if fault:
            return fault
        if headers.get("Authorization") != f"Bearer {self.token}":
            return self.problem(401, "EXPIRED_AUTHENTICATION")
        if name == "account-info/v3/details":
            return Answer(200, {"portalId": 12345678, "companyCurrency": "RUB", "timeZone": "Europe/Moscow"})
        if name.startswith("properties/"):
            options = self.options.get(name.rsplit("/", 1)[-1], [])
            return Answer(200, {"name": name.rsplit("/", 1)[-1], "options": options})
        if name.startswith("crm/v4/associations/"):
            return self._linked(*name.split("/")[3:5], [one["id"] for one in params["inputs"]])
        kind, _, action = name.partition("/")
        is_archived = params.get("archived") == "true"
        rows = [row for row in self.objects.get(kind, []) if row.get("archived", False) == is_archived]
        if action == "search":
            return self._found(rows, params)
        if action == "batch/read":
            wanted = {one["id"] for one in params["inputs"]}
            return Answer(
                200,
                {"status": "COMPLETE", "results": [self._shown(row, params) for row in rows if row["id"] in wanted]},
            )
        if name in self.lists:
            rows = [row for row in self.lists[name] if row.get("archived", False) == is_archived or name != "owners"]
            return self._page(rows, params)
        return self._page([self._shown(row, params) for row in rows], params)

    def _page(self, rows: list[dict[str, Any]], params: dict[str, Any], **more: Any) -> Answer:
        begin, size = int(params.get("after", 0)), min(int(params.get("limit", 100)), self.limit)
        page = {"results": rows[begin : begin + size], **more}
        if begin + size < len(rows):
            page["paging"] = {"next": {"after": str(begin + size), "link": "?after"}}
        return Answer(200, page)

    def _found(self, rows: list[dict[str, Any]], params: dict[str, Any]) -> Answer:
        """Like HubSpot it turns a question down that goes beyond the most that it finds."""
        if int(params.get("after", 0)) >= self.most:
            return self.problem(400, "VALIDATION_ERROR")
        for group in params.get("filterGroups", []):
            for one in group["filters"]:
                rows = [row for row in rows if self._passes(row, one)]
        rows = sorted(rows, key=lambda row: int(row["id"]))
        return self._page([self._shown(row, params) for row in rows], params, total=len(rows))

    @staticmethod
    def _passes(row: dict[str, Any], condition: dict[str, Any]) -> bool:
        moment = datetime.fromisoformat(row["updatedAt"]).timestamp() * 1000
        value = int(row["id"]) if condition["propertyName"] == "hs_object_id" else moment
        bound = int(condition["value"])
        return {"GTE": value >= bound, "GT": value > bound, "LT": value < bound}[condition["operator"]]

    @staticmethod
    def _shown(row: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
        """A record with the properties that were asked for; the account's other ones are no error and do not come."""
        names = params.get("properties") or []
        names = names.split(",") if isinstance(names, str) else names
        histories = params.get("propertiesWithHistory") or []
        histories = histories.split(",") if isinstance(histories, str) else histories
        shown = {name: row[name] for name in ("id", "updatedAt") if name in row}
        shown["properties"] = {name: row["properties"].get(name) for name in names if name in row["properties"]}
        shown["propertiesWithHistory"] = {name: row.get("history", {}).get(name, []) for name in histories}
        links = {
            kind: {
                "results": [
                    {"id": one, "type": f"x_to_{kind}{sign}"} for one, sign in row.get("links", {}).get(kind, [])
                ]
            }
            for kind in str(params.get("associations", "")).split(",")
            if row.get("links", {}).get(kind)
        }
        return shown | ({"associations": links} if links else {})

    def _linked(self, kind: str, other: str, ids: list[str]) -> Answer:
        """The associations by version 4, where a record without any is told as an error beside the others."""
        label = {"": "Primary", "_unlabeled": None}
        results = [
            {
                "from": {"id": row["id"]},
                "to": [
                    {
                        "toObjectId": int(one),
                        "associationTypes": [{"category": "HUBSPOT_DEFINED", "label": label[sign]}],
                    }
                    for one, sign in row["links"][other]
                ],
            }
            for row in self.objects.get(kind, [])
            if row["id"] in ids and row.get("links", {}).get(other)
        ]
        return Answer(200 if len(results) == len(ids) else 207, {"status": "COMPLETE", "results": results})

    @staticmethod
    def problem(status: int, category: str, message: str = "No", **more: Any) -> Answer:
        return Answer(status, {"status": "error", "message": message, "category": category, **more})


class Salesforce(Server):
    """An organization: `objects` holds the records by API name, `formulas` the fields of an object that are worked out; `limit` is a page."""

    def __init__(self, secret: str = "sf0s3cret", limit: int = 2000):
        super().__init__()
        self.secret, self.limit = secret, limit
        self.objects: dict[str, list[dict[str, Any]]] = {}
        self.formulas: dict[str, set[str]] = {}
        self.sessions = 0
        self.locators: dict[str, tuple[str, list[dict[str, Any]], int]] = {}

    def handle(self, command, path, headers, body):
        parts = urlsplit(path)
        if parts.path == "/services/oauth2/token":
            fault = self.enter("token", dict(parse_qsl(body.decode())))
            if fault:
                return fault
            if dict(parse_qsl(body.decode())).get("client_secret") != self.secret:
                return Answer(400, {"error": "invalid_client", "error_description": "invalid client credentials"})
            self.sessions += 1
            return Answer(
                200, {"access_token": f"00D!session{self.sessions}", "instance_url": "https://elsewhere.example"}
            )
        steps = parts.path.removeprefix("/services/data/v62.0/").split("/")
        query = dict(parse_qsl(parts.query)).get("q", "")
        about = query.partition(" FROM ")[2].partition(" ")[0] or (steps[1] if len(steps) > 1 else "")
        name = "describe" if steps[0] == "sobjects" else self.locators[about][0] if about in self.locators else about
        fault = self.enter(name, query or parts.path)
        if fault:
            return fault
        if headers.get("Authorization") != f"Bearer 00D!session{self.sessions}":
            return self.problem(401, "INVALID_SESSION_ID", "Session expired or invalid")
        if name == "describe":
            return self._describe(about)
        if about not in self.locators:
            found = self._found(query, steps[0] == "queryAll")
            if isinstance(found, Answer):
                return found
            about = f"01g{len(self.locators)}"
            self.locators[about] = (name, found, 0)
        name, rows, start = self.locators[about]
        page = rows[start : start + self.limit]
        answer: dict[str, Any] = {"totalSize": len(rows), "done": start + self.limit >= len(rows), "records": page}
        if not answer["done"]:
            following = f"01g{len(self.locators)}"
            self.locators[following] = (name, rows, start + self.limit)
            answer["nextRecordsUrl"] = f"/services/data/v62.0/query/{following}"
        return Answer(200, answer)

    def fields(self, name: str) -> set[str]:
        """The fields of an object: those that a record of it has."""
        return {field for row in self.objects[name] for field in row} | {"Id"}

    def _describe(self, name: str) -> Answer:
        if name not in self.objects:
            return self.problem(404, "NOT_FOUND", "The requested resource does not exist")
        worked_out = self.formulas.get(name, set())
        told = [{"name": field, "calculated": field in worked_out} for field in sorted(self.fields(name))]
        return Answer(200, {"name": name, "fields": told})

    def _found(self, query: str, all_rows: bool) -> list[dict[str, Any]] | Answer:
        chosen, _, rest = query.removeprefix("SELECT ").partition(" FROM ")
        name, _, where = rest.partition(" WHERE ")
        known = {field.lower(): field for field in self.fields(name)}
        rows = [row for row in self.objects[name] if all_rows or not row.get("IsDeleted")]
        for condition in filter(None, where.split(" AND ")):
            field, sign, value = condition.split(" ", 2)
            if sign == "IN":
                rows = [row for row in rows if f"'{row[field]}'" in value]
            elif value == "false":
                rows = [row for row in rows if not row.get(field)]
            else:
                rows = [row for row in rows if (row[field][:19] >= value[:19]) == (sign == ">=")]
        if chosen == "COUNT()":
            return rows
        names = chosen.split(", ")
        if unknown := [field for field in names if field.lower() not in known]:
            return self.problem(400, "INVALID_FIELD", f"No such column '{unknown[0]}'")
        return [
            {"attributes": {"type": name}, **{known[field.lower()]: row.get(known[field.lower()]) for field in names}}
            for row in rows
        ]

    @staticmethod
    def problem(status: int, code: str, text: str) -> Answer:
        return Answer(status, [{"message": text, "errorCode": code, "fields": []}])


class VkAds(Server):
    """An account of VK Ads: `objects` holds the lists by name, `days` the figures by (list, id, day); `page` is the most of a page.

    Each question for a token gives the next one, and only the last one is taken.
    """

    def __init__(self, secret: str = "vk-s3cret", page: int = 50):
        super().__init__()
        self.secret, self.page, self.tokens = secret, page, 0
        self.objects: dict[str, list[dict[str, Any]]] = {"ad_plans": [], "ad_groups": [], "banners": []}
        self.days: dict[tuple[str, int, str], dict[str, Any]] = {}
        self.user = {"id": 555, "username": "coffee", "currency": "RUB"}

    def handle(self, command, path, headers, body):
        parts = urlsplit(path)
        name = parts.path.removeprefix("/api/v2/").removesuffix(".json")
        params = dict(parse_qsl(parts.query or body.decode()))
        if fault := self.enter(name, params):
            return fault
        if name == "oauth2/token":
            if params.get("client_secret") != self.secret or params.get("grant_type") != "client_credentials":
                return Answer(401, {"error": "invalid_client", "error_description": "No such client"})
            self.tokens += 1
            return Answer(200, {"access_token": f"vk-token-{self.tokens}", "expires_in": 86400, "token_type": "Bearer"})
        if headers.get("Authorization") != f"Bearer vk-token-{self.tokens}":
            return self.problem(401, "expired_token")
        if name == "user":
            return Answer(200, self.user)
        if name.startswith("statistics/"):
            return self._statistics(name.split("/")[1], params)
        offset, limit = int(params.get("offset", 0)), min(int(params["limit"]), self.page)
        fields = params["fields"].split(",")
        rows = [{key: row[key] for key in fields if key in row} for row in self.objects[name]]
        return Answer(200, {"count": len(rows), "offset": offset, "items": rows[offset : offset + limit]})

    def _statistics(self, kind: str, params: dict[str, str]) -> Answer:
        """Each object that was asked for, with all of its days, those without figures too."""
        first, last = date.fromisoformat(params["date_from"]), date.fromisoformat(params["date_to"])
        if (last - first).days >= 366 or len(params["id"].split(",")) > 200:
            return self.problem(400, "ERR_LIMIT_EXCEEDED")
        every = [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]
        nothing = {"shows": 0, "clicks": 0, "goals": 0, "spent": "0.00"}
        items = [
            {
                "id": int(one),
                "rows": [{"date": day, "base": self.days.get((kind, int(one), day), nothing)} for day in every],
                "total": {},
            }
            for one in params["id"].split(",")
        ]
        return Answer(200, {"items": items, "total": {}})

    @staticmethod
    def problem(status: int, code: str) -> Answer:
        return Answer(status, {"error": {"code": code, "message": "Не принято"}})


class GoogleAds(Server):
    """Accounts of Google Ads: `rows` holds the rows by (account, resource), as the answer writes them; `page` is the most of a page.

    Requests are counted by resource. Each question for a token gives the next one, and only the last one is taken.
    """

    def __init__(self, refresh: str = "1//gads-s3cret", manager: str = "9990001111", page: int = 10_000):
        super().__init__()
        self.refresh, self.manager, self.page, self.tokens = refresh, manager, page, 0
        self.rows: dict[tuple[str, str], list[dict[str, Any]]] = {}

    def handle(self, command, path, headers, body):
        if path == "/token":
            params = dict(parse_qsl(body.decode()))
            if fault := self.enter("token", params):
                return fault
            if params.get("refresh_token") != self.refresh or params.get("grant_type") != "refresh_token":
                return Answer(
                    400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
                )
            self.tokens += 1
            return Answer(200, {"access_token": f"ya29.{self.tokens}", "expires_in": 3599, "token_type": "Bearer"})
        customer = path.split("/")[3]
        query = json.loads(body)["query"]
        resource = query.split(" FROM ")[1].split()[0]
        if fault := self.enter(resource, query):
            return fault
        if headers.get("Authorization") != f"Bearer ya29.{self.tokens}":
            return self.problem(401, "UNAUTHENTICATED")
        if headers.get("login-customer-id") != self.manager or headers.get("developer-token") != "dev-t0ken":
            return self.problem(403, "PERMISSION_DENIED", {"authorizationError": "USER_PERMISSION_DENIED"})
        rows = self.rows.get((customer, resource), [])
        if " BETWEEN " in query:
            first, last = query.split("'")[1], query.split("'")[3]
            rows = [row for row in rows if first <= row["segments"]["date"] <= last]
        pages = [rows[at : at + self.page] for at in range(0, len(rows), self.page)]
        return Answer(200, [{"results": page, "fieldMask": "x", "requestId": "r"} for page in pages])

    @staticmethod
    def problem(status: int, name: str, code: dict[str, str] | None = None) -> Answer:
        """An error as a stream tells it: in a list."""
        told = {"code": status, "message": "Request failed", "status": name}
        if code:
            told["details"] = [{"@type": "…GoogleAdsFailure", "errors": [{"errorCode": code, "message": "x"}]}]
        return Answer(status, [{"error": told}])


class BigQuery(Server):
    """A project with the export of a property of GA4: `tables` holds the rows by table, as dicts, `fields` the schema, `changed` the times of change.

    `page` is the most rows of a page. Each question for a token gives the next one, and only the last one is taken.
    """

    def __init__(self, public_key: Any, page: int = 10_000):
        super().__init__()
        self.public_key, self.page, self.tokens = public_key, page, 0
        self.fields: list[dict[str, Any]] = []
        self.tables: dict[str, list[dict[str, Any]]] = {}
        self.changed: dict[str, str] = {}

    def handle(self, command, path, headers, body):
        parts = urlsplit(path)
        params = dict(parse_qsl(parts.query or body.decode()))
        if parts.path == "/token":
            return self.enter("token", params) or self._token(params)
        name = parts.path.removeprefix("/bigquery/v2/projects/shop-1/datasets/analytics_123/tables").strip("/")
        if fault := self.enter(name or "tables", params):
            return fault
        if headers.get("Authorization") != f"Bearer ya29.{self.tokens}":
            return self.problem(401, "authError", "UNAUTHENTICATED")
        if not name:
            return self._page(
                params, "tables", [{"tableReference": {"tableId": one}} for one in sorted(self.tables)], "nextPageToken"
            )
        table, _, action = name.partition("/")
        if table not in self.tables:
            return self.problem(404, "notFound", "NOT_FOUND")
        if action != "data":
            told = {"schema": {"fields": self.fields}, "lastModifiedTime": self.changed.get(table, "1")}
            return Answer(200, {**told, "numRows": str(len(self.tables[table]))})
        wanted = params["selectedFields"].split(",")
        fields = [field for field in self.fields if field["name"] in wanted]
        rows = [self._cells(fields, row) for row in self.tables[table]]
        return self._page(params, "rows", rows, "pageToken", totalRows=str(len(rows)))

    def _token(self, params: dict[str, str]) -> Answer:
        """A token for whoever signed with the key, as long as the signature is of this hour."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        text, _, sign = params["assertion"].rpartition(".")
        self.public_key.verify(urlsafe_b64decode(sign + "=="), text.encode(), PKCS1v15(), SHA256())
        claims = json.loads(urlsafe_b64decode(text.split(".")[1] + "=="))
        assert claims["aud"] == f"{self.url}/token" and claims["iat"] <= time.time() < claims["exp"]
        self.tokens += 1
        return Answer(200, {"access_token": f"ya29.{self.tokens}", "expires_in": 3599, "token_type": "Bearer"})

    def _page(self, params: dict[str, str], name: str, rows: list[Any], following: str, **more: str) -> Answer:
        begin, size = int(params.get("pageToken", 0)), min(int(params["maxResults"]), self.page)
        token = {following: str(begin + size)} if begin + size < len(rows) else {}
        return Answer(200, {**more, **token, name: rows[begin : begin + size]})

    def _cells(self, fields: list[dict[str, Any]], row: dict[str, Any]) -> dict[str, Any]:
        """A record as BigQuery tells it: values alone, in the order of the schema, numbers as text."""
        return {"f": [{"v": self._cell(field, row.get(field["name"]))} for field in fields]}

    def _cell(self, field: dict[str, Any], value: Any) -> Any:
        if field.get("mode") == "REPEATED":
            return [{"v": self._cell({**field, "mode": ""}, one)} for one in value or []]
        if value is None:
            return None
        return self._cells(field["fields"], value) if field["type"] == "RECORD" else str(value)

    @staticmethod
    def problem(status: int, reason: str, name: str) -> Answer:
        told = {"code": status, "message": "No", "errors": [{"reason": reason, "message": "No"}], "status": name}
        return Answer(status, {"error": told})


class Jira(Server):
    """A site of Jira: `issues` as a search tells them, `logs` the changes by issue, `sprints` by board; `page` is the most of a page."""

    def __init__(self, token: str = "j1ra-s3cret", page: int = 100):
        super().__init__()
        self.user, self.page = b64encode(f"kpi@a.ru:{token}".encode()).decode(), page
        self.issues: list[dict[str, Any]] = []
        self.logs: dict[str, list[dict[str, Any]]] = {}
        self.sprints: dict[int, list[dict[str, Any]]] = {}
        self.lists: dict[str, list[dict[str, Any]]] = {"rest/api/3/field": [], "rest/api/3/status": []}

    def handle(self, command, path, headers, body):
        parts = urlsplit(path)
        name, params = parts.path.strip("/"), dict(parse_qsl(parts.query)) | json.loads(body or b"{}")
        if fault := self.enter(name, params):
            return fault
        if headers.get("Authorization") != f"Basic {self.user}":
            return Answer(401, {"errorMessages": ["Client must be authenticated"], "errors": {}})
        if name in self.lists:
            return Answer(200, self.lists[name])
        if name == "rest/api/3/search/jql":
            return self._tokens("issues", [self._asked(one, params) for one in self._found(params["jql"])], params)
        if name == "rest/api/3/changelog/bulkfetch":
            logs = [
                {"issueId": one, "changeHistories": self.logs[one]}
                for one in params["issueIdsOrKeys"]
                if one in self.logs
            ]
            return self._tokens("issueChangeLogs", logs, params)
        if name == "rest/agile/1.0/board":
            rows = [{"id": board, "type": "scrum", "location": {"projectKey": "PRJ"}} for board in self.sprints]
        else:
            rows = self.sprints[int(name.split("/")[4])]
        begin, size = int(params["startAt"]), min(int(params["maxResults"]), self.page)
        values = rows[begin : begin + size]
        return Answer(200, {"startAt": begin, "isLast": begin + size >= len(rows), "values": values})

    def _found(self, jql: str) -> list[dict[str, Any]]:
        """Those changed since the moment in the question, or those of some ids; Jira turns a question without a bound down."""
        if jql.startswith("id in"):
            return [one for one in self.issues if one["id"] in jql.split("(")[1].split(")")[0].split(", ")]
        since = jql.split('"')[1].replace(" ", "T")
        return sorted(
            (one for one in self.issues if one["fields"]["updated"] >= since), key=lambda one: one["fields"]["updated"]
        )

    def _asked(self, issue: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
        fields = {name: value for name, value in issue["fields"].items() if name in params["fields"]}
        return {"id": issue["id"], "key": issue["key"], "fields": fields}

    def _tokens(self, name: str, rows: list[Any], params: dict[str, Any]) -> Answer:
        begin, size = int(params.get("nextPageToken", 0)), min(params["maxResults"], self.page)
        following = {"nextPageToken": str(begin + size)} if begin + size < len(rows) else {}
        return Answer(200, {name: rows[begin : begin + size], "isLast": not following, **following})


def spend(day: str, campaign: int, cost: int, network: str = "SEARCH") -> dict[str, Any]:
    """A row of campaign performance; cost in kopecks."""
    row = {"Date": day, "CampaignId": campaign, "CampaignName": f"Поиск | {campaign}", "CampaignType": "TEXT_CAMPAIGN"}
    return {**row, "AdNetworkType": network, "Impressions": 100, "Clicks": 7, "Cost": cost}


def days_before(day: date, count: int) -> list[str]:
    """The `count` days that end with a day, ISO."""
    return [(day - timedelta(days=back)).isoformat() for back in range(count - 1, -1, -1)]
