"""The message of a night, in Russian or English, to the services of apprise, a webhook or by e-mail."""

import json
import logging
import mimetypes
import smtplib
import ssl
import urllib.request
from collections.abc import Callable, Sequence
from datetime import date, datetime
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_chain, wait_fixed

from flows.base import redact
from flows.base.errors import ConfigError
from flows.base.settings import Settings
from flows.base.words import UNITS, short
from flows.extract.common import LOOPBACK, address
from flows.night.history import Night
from flows.restatements import Restated

SECONDS = 15  # for one attempt
PAUSES = (1, 4)  # seconds before the second and the third one
LINES, LINE = 10, 300  # of an error, and characters of a line

TEXTS: dict[str, dict[str, Any]] = {
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
        "checks": "Checks: {passed} of {run} passed, {unseen} not looked at; KPIs with a value: {present} of {all}",
        "warnings": "To look at:",
        "more": "… and {count} more",
        "hours": "{count} h ago",
        "days": "{count} days ago",
        "took": "{minutes} min, version {version}",
        "indicators": "{day}:",
        "indicator": "{name}: {value}, {sign}",
        "plain": "{name}: {value}",
        "pace": "The month to date: {name} {value}, {share} of the plan to date, {total} at this pace",
        "boards": "Boards: {boards}",
        "restated": "Closed figures that moved: {figures}",
        "largest": ", the largest: {name}, {grain} of {start}: {before} → {now}",
        "grains": {"week": "week", "month": "month", "quarter": "quarter", "year": "year"},
        "units": UNITS["en"] | {"large": "M", "point": "."},
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
        "checks": "Проверки: {passed} из {run}, не проверено: {unseen}; KPI со значением: {present} из {all}",
        "warnings": "Обратите внимание:",
        "more": "… и ещё {count}",
        "hours": "{count} ч назад",
        "days": "{count} дн. назад",
        "took": "{minutes} мин, версия {version}",
        "indicators": "{day}:",
        "indicator": "{name}: {value}, {sign}",
        "plain": "{name}: {value}",
        "pace": "Месяц на сегодня: {name} {value}, {share} плана к этому дню, таким темпом выйдет {total}",
        "boards": "Доски: {boards}",
        "restated": "Изменилось цифр закрытых периодов: {figures}",
        "largest": ", крупнее всех: {name}, {grain} с {start}: {before} → {now}",
        "grains": {"week": "неделя", "month": "месяц", "quarter": "квартал", "year": "год"},
        "units": UNITS["ru"] | {"large": "млн", "point": ","},
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
        lines += [f"  {short(line, LINE)}" for line in night.reason.get(language, [])[:LINES]]
        lines.append(text["again"].format(command=night.command))
        lines.append(text["logs"].format(logs=night.logs))
    else:
        minutes = round((finished - night.started_at).total_seconds() / 60, 1)
        lines.append(text["took"].format(minutes=minutes, version=night.version))
        lines += [*_indicators(night, language), *_pace(night, language)]
        if night.restated:
            lines.append(_restated(night.restated, language))
        if night.boards:
            lines.append(text["boards"].format(boards=night.boards))
    for load in night.loads:
        if not load.loaded:
            last = night.newest.get(load.source)
            moment = last and f"{datetime.fromisoformat(last).astimezone(settings.timezone):%d.%m.%Y %H:%M %Z}"
            which = "down" if last else "down_never"
            lines.append(text[which].format(source=load.source, moment=moment, error=short(" ".join(load.error), LINE)))
    loaded = [f"{load.source} {sum(load.rows.values())}" for load in night.loads if load.loaded]
    if loaded:
        lines.append(text["loaded"].format(rows=", ".join(loaded)))
    if night.newest:
        ages = [f"{source} {_age(last, finished, text)}" for source, last in sorted(night.newest.items())]
        lines.append(text["ages"].format(ages=", ".join(ages)))
    if night.kpis_catalogued is not None:
        counts = {"passed": night.checks_passed, "run": night.checks_run, "unseen": night.checks_not_looked_at}
        lines.append(text["checks"].format(**counts, present=night.kpis_present, all=night.kpis_catalogued))
    warnings = night.warnings.get(language, [])
    if warnings:
        lines += [text["warnings"], *(f"  {short(line, LINE)}" for line in warnings[:LINES])]
        if len(warnings) > LINES:
            lines.append("  " + text["more"].format(count=len(warnings) - LINES))
    return redact.clean("\n".join(lines))


def _indicators(night: Night, language: str) -> list[str]:
    """The day, and a line for each indicator: its name, value and sign."""
    if not night.indicators:
        return []
    text = TEXTS[language]
    day = date.fromisoformat(night.indicators[0]["period_start"])
    lines = [text["indicators"].format(day=f"{day:%d.%m.%Y}")]
    for row in night.indicators:
        which = "indicator" if row[f"sign_{language}"] else "plain"
        told = text[which].format(
            name=row[f"name_{language}"],
            value=_value(row["value"], row["unit"], text["units"]),
            sign=row[f"sign_{language}"],
        )
        lines.append(f"  {told}")
    return lines


def _pace(night: Night, language: str) -> list[str]:
    """A line on how the month goes, if it has a plan."""
    if not night.pace:
        return []
    text, pace = TEXTS[language], night.pace
    words, name = text["units"], pace[f"name_{language}"]
    return [
        text["pace"].format(
            name=name[:1].lower() + name[1:],
            value=_value(pace["value"], pace["unit"], words),
            share=_value(pace["plan_share"], "ratio", words),
            total=_value(pace["run_rate_value"], pace["unit"], words),
        )
    ]


def _restated(restated: Restated, language: str) -> str:
    """How many closed figures moved, and the largest of the whole business."""
    text, largest = TEXTS[language], restated.largest
    line = text["restated"].format(figures=restated.figures)
    if largest:
        before, now = (
            _exactly(largest[name], largest["unit"], text["units"]) for name in ("value_before", "value_now")
        )
        line += text["largest"].format(
            name=largest[f"name_{language}"],
            grain=text["grains"][largest["period_grain"]],
            start=f"{largest['period_start']:%d.%m.%Y}",
            before=before,
            now=now,
        )
    return line


def _value(value: str | None, unit: str, words: dict[str, str]) -> str:
    if value is None:
        return "–"
    number, word = float(value), words.get(unit, "")
    if word == "%":
        number *= 100
    elif abs(number) >= 1e6:
        number, word = number / 1e6, words["large"]
    digits = 1 if abs(number) < 100 and not number.is_integer() else 0
    grouped = f"{number:,.{digits}f}".replace(",", "\u00a0").replace(".", words["point"])
    return f"{grouped} {word}".strip()


def _exactly(value: float | None, unit: str, words: dict[str, str]) -> str:
    """A value to a hundredth, so that a small move of a large figure is seen."""
    if value is None:
        return "–"
    word = words.get(unit, "")
    number = f"{value * 100 if word == '%' else value:,.2f}".removesuffix(".00")
    grouped = number.replace(",", "\u00a0").replace(".", words["point"])
    return f"{grouped} {word}".strip()


def _age(last: str, now: datetime, text: dict[str, str]) -> str:
    hours = int((now - datetime.fromisoformat(last)).total_seconds() // 3600)
    return text["days"].format(count=hours // 24) if hours >= 48 else text["hours"].format(count=max(hours, 0))


def send(message: str, say: Callable[[str], None], files: Sequence[Path] = ()) -> None:
    """Sends a message wherever the settings say; what fails is said, and fails nothing else.

    Args:
        message: its first line is the title.
        say: called with a line for each way that was tried.
        files: what goes with it, where a way takes files.
    """
    settings = Settings.read()
    if settings.notify:
        for number, service in enumerate(settings.notify.get_secret_value().split(), 1):
            say(f"KPI_NOTIFY, address {number}: {_try(partial(_to_service, service, message, files))}")
    if settings.notify_webhook:
        say(f"KPI_NOTIFY_WEBHOOK: {_try(partial(_post, settings, message))}")
    if settings.notify_email:
        say(f"KPI_NOTIFY_EMAIL: {_try(partial(_mail, settings, message, files))}")


def _try(way: Callable[[], None]) -> str:
    attempts = len(PAUSES) + 1
    try:
        Retrying(
            stop=stop_after_attempt(attempts),
            wait=wait_chain(*map(wait_fixed, PAUSES or (0,))),
            retry=retry_if_exception_type((OSError, smtplib.SMTPException, ValueError)),
            reraise=True,
        )(way)
    except ConfigError as error:
        return f"not sent: {error}"
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return f"not sent in {attempts} attempts: {redact.clean(f'{type(error).__name__}: {error}')}"
    return "sent"


def _to_service(address: str, message: str, files: Sequence[Path]) -> None:
    """Sends by a service of apprise: Telegram, a mailbox, a messenger."""
    import apprise  # takes half a second, and most nights need none of it

    # a redirect is an error: followed, it would turn the POST into a GET without the message
    service = apprise.Apprise(
        asset=apprise.AppriseAsset(app_id="KPI warehouse", http_redirects=False, async_mode=False)
    )
    longer = address + ("&" if "?" in address else "?") + "overflow=split"  # what is too long comes in several messages
    with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as log:
        if not service.add(address if "overflow=" in address else longer):
            raise ConfigError("KPI_NOTIFY has an address that apprise does not know", "See its list of services")
        title, _, body = message.partition("\n")
        attached = [str(file) for file in files]
        if not service.notify(body or title, title=title if body else "", body_format="text", attach=attached or None):
            raise OSError(" ".join(log.getvalue().split()) or "the service did not take it")


def _post(settings: Settings, message: str) -> None:
    url = settings.notify_webhook.get_secret_value()
    address("KPI_NOTIFY_WEBHOOK", url)
    body = json.dumps({"text": message}, ensure_ascii=False).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json; charset=utf-8"}, method="POST")
    with urllib.request.build_opener(_NoRedirect).open(request, timeout=SECONDS) as answer:
        answer.read(1000)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an error: followed, it would turn the POST into a GET without the message."""

    def redirect_request(self, *_: object) -> None:
        return None


def _mail(settings: Settings, message: str, files: Sequence[Path]) -> None:
    host, port, user = settings.smtp_host, settings.smtp_port, settings.smtp_user
    if not host:
        raise ConfigError("KPI_SMTP_HOST is not set", "An e-mail needs it")
    letter = EmailMessage()
    letter["Subject"] = message.splitlines()[0]
    letter["From"] = settings.smtp_from or user or "kpi-warehouse@localhost"
    letter["To"] = settings.notify_email
    letter.set_content(message)
    for file in files:
        kind, _, subkind = (mimetypes.guess_type(file.name)[0] or "application/octet-stream").partition("/")
        letter.add_attachment(file.read_bytes(), maintype=kind, subtype=subkind, filename=file.name)
    is_tls = port == 465
    if is_tls:
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, port, timeout=SECONDS)
    with server:
        server.ehlo()
        if not is_tls and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        elif not is_tls and user and host not in LOOPBACK:
            raise ConfigError("The mail server offers no TLS", "The password would be readable on the way")
        if user:
            server.login(user, settings.smtp_password.get_secret_value() if settings.smtp_password else "")
        server.send_message(letter)
