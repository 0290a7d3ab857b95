"""Secrets: told apart by their names, blotted out of every text, kept from who needs none."""

import json
import logging
import os
import re
from collections.abc import Mapping
from urllib.parse import quote, unquote, urlsplit

SECRET_NAME = re.compile(
    r"TOKEN(?!_URL)|SECRET|PASSW|WEBHOOK|DSN|SUPERSET_DATABASE|API_?KEY|CREDENTIAL|CONTACT_KEY$|KPI_NOTIFY$|PREFECT_API_AUTH",
    re.IGNORECASE,
)
PASSWORD = re.compile(r"password\s*=\s*(?:'((?:[^'\\]|\\.)*)'|(\S+))", re.IGNORECASE)
SHORTEST = 4  # characters; a shorter text would blot out half a page
LONG = 16  # characters; a shorter part of an address may be a plain word
NO_TEXT = re.compile("[\0\ud800-\udfff]")  # NUL, and halves of characters: bytes that are not UTF-8 come as such
INSTEAD = "\ufffd"

_secrets: set[str] = set()
_PATTERNS = (
    (re.compile(r"(/rest/(?:api/)?)\d+/[^/\s'\"?]+"), r"\1***"),
    (re.compile(r"\b(OAuth|Bearer)\s+[^\s'\",}]+"), r"\1 ***"),
)


def keep_secret(*texts: str) -> None:
    """Blots these texts out of everything that `clean` sees from now on."""
    _secrets.update(text for text in texts if len(text) >= SHORTEST)


def clean(text: str) -> str:
    """A text without any secret that this process was given."""
    for known in sorted(_secrets, key=len, reverse=True):
        text = text.replace(known, "***")
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


class CleanFilter(logging.Filter):
    """Takes secrets out of log records of libraries, which hold whole addresses."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = clean(record.getMessage()), ()
        return True


def learn(environment: Mapping[str, str] = os.environ) -> None:
    """Takes note of every secret in the environment, and of its parts that are secret alone.

    Args:
        environment: its variables; those whose names say token, secret, password, webhook, DSN or key count.
    """
    for name, value in environment.items():
        if SECRET_NAME.search(name):
            addresses = value.split() if name == "KPI_NOTIFY" else [value.strip()]
            for text in set().union(*map(_parts, addresses)):
                keep_secret(text, quote(text, safe=""), json.dumps(text)[1:-1])


def _parts(value: str) -> set[str]:
    """A secret, and what of it would give it away alone: the path of an address, the password of a DSN."""
    found = {value, *(word for pair in PASSWORD.findall(value) for word in pair)}
    try:
        address = urlsplit(value)
        if address.scheme and address.hostname:
            found |= {address.path.strip("/") if address.scheme.startswith("http") else "", address.query}
            found |= {address.password or "", unquote(address.password or "")}
            if not address.scheme.startswith(("http", "postgres")):  # a service of apprise: any part may be its token
                found |= {part for part in re.split(r"[/?&=@]", value.partition("://")[2]) if len(part) >= LONG}
    except ValueError:  # no address at all
        pass
    return {text for text in found if len(text) >= SHORTEST}


def without_secrets(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment for those who need no secret of this project: dbt, the gates."""
    return {
        name: value for name, value in environment.items() if not (name.startswith("KPI_") and SECRET_NAME.search(name))
    }


def storable(text: str) -> str:
    """A text with U+FFFD in place of what no file or database can hold."""
    return text if text.isascii() and "\0" not in text else NO_TEXT.sub(INSTEAD, text)
