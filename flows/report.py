"""The message of a night, in Russian or English, to a webhook or by e-mail."""

import json
import os
import smtplib
import ssl
import time
import urllib.request
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage

from flows import redact
from flows.extract.common import LOOPBACK, ConfigError, address
from flows.history import Night
from flows.settings import Settings

SECONDS = 15  # for one attempt
PAUSES = (1, 4)  # seconds before the second and the third one
LINES, LINE = 10, 300  # of an error, and characters of a line

TEXTS = {
    "en": {
        "published": "KPI warehouse: the night of {day} is published",
        "failed": "KPI warehouse: the night of {day} FAILED, BI shows the last good one",
        "step": "Failed at: {step}",
        "again": "Run it again (it goes on where it stopped): {command}",
        "logs": "Logs: {logs}",
        "down": "{source} could not be loaded, its data are of {moment}: {error}",
        "down_never": "{source} could not be loaded, and never was: {error}",
        "loaded": "Loaded: {rows}",
        "ages": "Newest data: {ages}",
        "checks": "Checks: {passed} of {run} passed; KPIs with a value: {present} of {all}",
        "warnings": "To look at:",
        "more": "… and {count} more",
        "hours": "{count} h ago",
        "days": "{count} days ago",
        "took": "{minutes} min, version {version}",
    },
    "ru": {
        "published": "Хранилище KPI: ночь {day} опубликована",
        "failed": "Хранилище KPI: ночь {day} НЕ УДАЛАСЬ, в BI - последняя удачная",
        "step": "Где: {step}",
        "again": "Запустить снова (продолжит с места остановки): {command}",
        "logs": "Журналы: {logs}",
        "down": "{source} не загружен, данные от {moment}: {error}",
        "down_never": "{source} не загружен и не загружался ни разу: {error}",
        "loaded": "Загружено строк: {rows}",
        "ages": "Свежесть данных: {ages}",
        "checks": "Проверки: {passed} из {run}; KPI со значением: {present} из {all}",
        "warnings": "Обратите внимание:",
        "more": "… и ещё {count}",
        "hours": "{count} ч назад",
        "days": "{count} дн. назад",
        "took": "{minutes} мин, версия {version}",
    },
}


def summary(night: Night, settings: Settings) -> str:
    """What people should know of a night.

    Args:
        night: how it went.
        settings: the language, the zone.

    Returns:
        Some lines of text, the first of them a title.
    """
    text, language = TEXTS[settings.language], settings.language
    finished = night.finished_at or night.started_at
    lines = [text[night.status].format(day=night.as_of)]
    if night.status == "failed":
        lines.append(text["step"].format(step=night.step))
        lines += [f"  {line[:LINE]}" for line in night.reason.get(language, [])[:LINES]]
        lines.append(text["again"].format(command=night.command))
        lines.append(text["logs"].format(logs=night.logs))
    else:
        minutes = round((finished - night.started_at).total_seconds() / 60, 1)
        lines.append(text["took"].format(minutes=minutes, version=night.version))
    for load in night.loads:
        if not load.loaded:
            last = night.newest.get(load.source)
            moment = last and f"{datetime.fromisoformat(last).astimezone(settings.zone):%d.%m.%Y %H:%M}"
            which = "down" if last else "down_never"
            lines.append(text[which].format(source=load.source, moment=moment, error=" ".join(load.error)[:LINE]))
    loaded = [f"{load.source} {sum(load.rows.values())}" for load in night.loads if load.loaded]
    if loaded:
        lines.append(text["loaded"].format(rows=", ".join(loaded)))
    if night.newest:
        ages = [f"{source} {_age(last, finished, text)}" for source, last in sorted(night.newest.items())]
        lines.append(text["ages"].format(ages=", ".join(ages)))
    if night.kpis_catalogued is not None:
        counts = {"passed": night.checks_passed, "run": night.checks_run}
        lines.append(text["checks"].format(**counts, present=night.kpis_present, all=night.kpis_catalogued))
    warnings = night.warnings.get(language, [])
    if warnings:
        lines += [text["warnings"], *(f"  {line[:LINE]}" for line in warnings[:LINES])]
        if len(warnings) > LINES:
            lines.append("  " + text["more"].format(count=len(warnings) - LINES))
    return redact.clean("\n".join(lines))


def _age(last: str, now: datetime, text: dict[str, str]) -> str:
    hours = int((now - datetime.fromisoformat(last)).total_seconds() // 3600)
    return text["days"].format(count=hours // 24) if hours >= 48 else text["hours"].format(count=max(hours, 0))


def send(message: str, say: Callable[[str], None]) -> None:
    """Sends a message wherever the environment says; what fails is said, and fails nothing else.

    KPI_NOTIFY_WEBHOOK: gets `{"text": …}` by POST. KPI_NOTIFY_EMAIL: addresses with commas between them, by way of
    KPI_SMTP_HOST, KPI_SMTP_PORT (587; 465 is TLS from the start), KPI_SMTP_USER, KPI_SMTP_PASSWORD, KPI_SMTP_FROM.

    Args:
        message: its first line is the title.
        say: called with a line for each way that was tried.
    """
    for name, way in (("KPI_NOTIFY_WEBHOOK", _post), ("KPI_NOTIFY_EMAIL", _mail)):
        target = os.environ.get(name, "").strip()
        if target:
            say(f"{name}: {_try(way, target, message)}")


def _try(way: Callable[[str, str], None], target: str, message: str) -> str:
    for pause in (*PAUSES, None):
        try:
            way(target, message)
            return "sent"
        except ConfigError as error:
            return f"not sent: {error}"
        except (OSError, smtplib.SMTPException, ValueError) as error:
            trouble = redact.clean(f"{type(error).__name__}: {error}")
        if pause is not None:
            time.sleep(pause)
    return f"not sent in {len(PAUSES) + 1} attempts: {trouble}"


def _post(url: str, message: str) -> None:
    address("KPI_NOTIFY_WEBHOOK", url)
    body = json.dumps({"text": message}, ensure_ascii=False).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json; charset=utf-8"}, method="POST")
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        answer.read(1000)


def _mail(to: str, message: str) -> None:
    host, port = os.environ.get("KPI_SMTP_HOST", "").strip(), os.environ.get("KPI_SMTP_PORT", "").strip() or "587"
    user, password = os.environ.get("KPI_SMTP_USER", "").strip(), os.environ.get("KPI_SMTP_PASSWORD", "")
    if not host or not port.isdigit():
        raise ConfigError("KPI_SMTP_HOST is not set, or KPI_SMTP_PORT is no number", "An e-mail needs both")
    letter = EmailMessage()
    letter["Subject"] = message.splitlines()[0]
    letter["From"] = os.environ.get("KPI_SMTP_FROM", "").strip() or user or "kpi-warehouse@localhost"
    letter["To"] = to
    letter.set_content(message)
    if port == "465":
        server = smtplib.SMTP_SSL(host, int(port), timeout=SECONDS, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, int(port), timeout=SECONDS)
    with server:
        server.ehlo()
        if port != "465" and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        elif port != "465" and user and host not in LOOPBACK:
            raise ConfigError("The mail server offers no TLS", "The password would be readable on the way")
        if user:
            server.login(user, password)
        server.send_message(letter)
