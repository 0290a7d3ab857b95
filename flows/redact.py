"""Secrets of the environment: told apart by their names, blotted out of every text, kept from who needs none."""

import json
import os
import re
from collections.abc import Mapping
from urllib.parse import quote, unquote, urlsplit

from flows.extract.common import keep_secret, scrub

__all__ = ["clean", "learn", "without_secrets"]

SECRET_NAME = re.compile(r"TOKEN|SECRET|PASSW|WEBHOOK|DSN|API_?KEY|CREDENTIAL|PREFECT_API_AUTH", re.IGNORECASE)
PASSWORD = re.compile(r"password\s*=\s*(?:'((?:[^'\\]|\\.)*)'|(\S+))", re.IGNORECASE)
SHORTEST = 4  # characters; a shorter text would blot out half a page


def learn(environment: Mapping[str, str] = os.environ) -> None:
    """Takes note of every secret in the environment, and of its parts that are secret alone.

    Args:
        environment: its variables; those whose names say token, secret, password, webhook, DSN or key count.
    """
    for name, value in environment.items():
        if SECRET_NAME.search(name):
            for text in _parts(value.strip()):
                keep_secret(
                    *(form for form in (text, quote(text, safe=""), json.dumps(text)[1:-1]) if len(form) >= SHORTEST)
                )


def _parts(value: str) -> set[str]:
    """A secret, and what of it would give it away alone: the path of an address, the password of a DSN."""
    found = {value, *(word for pair in PASSWORD.findall(value) for word in pair)}
    try:
        address = urlsplit(value)
        if address.scheme and address.hostname:
            found |= {address.path.strip("/") if address.scheme.startswith("http") else "", address.query}
            found |= {address.password or "", unquote(address.password or "")}
    except ValueError:  # no address at all
        pass
    return {text for text in found if len(text) >= SHORTEST}


def clean(text: str) -> str:
    """A text without any secret."""
    return scrub(text)


def without_secrets(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment for those who need no secret of this project: dbt, the gates."""
    return {
        name: value for name, value in environment.items() if not (name.startswith("KPI_") and SECRET_NAME.search(name))
    }
