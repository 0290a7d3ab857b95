"""The limits of the gates: `settings.yml`, and over it the file that KPI_GATES names."""

import difflib
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from flows.base.settings import Settings
from flows.base.sql import literal

DEFAULTS = Path(__file__).with_name("settings.yml")
SEVERITIES = ("critical", "warning")
OPEN = {"units", "kpis"}  # settings whose keys are names of the data


class SettingsError(Exception):
    """A setting is wrong; the text says which and what to write."""


@dataclass(frozen=True)
class Limits:
    """The settings of one check.

    Attributes:
        critical, warning: the limits, None = off.
        others: pattern of subjects to limits of their own.
        parameters: everything else.
    """

    critical: float | None
    warning: float | None
    others: dict[str, dict[str, float | None]] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.parameters[name]

    def severities(self) -> list[str]:
        """The severities for which any subject has a limit."""
        given = [{severity: getattr(self, severity) for severity in SEVERITIES}, *self.others.values()]
        return [severity for severity in SEVERITIES if any(limits.get(severity) is not None for limits in given)]

    def of(self, subject: str, severity: str) -> float | None:
        """The limit for a subject, None = off."""
        limit = getattr(self, severity)
        for pattern, limits in self.others.items():
            if fnmatchcase(subject, pattern):
                limit = limits.get(severity, limit)
        return limit

    def has_own(self, subject: str) -> bool:
        """Whether a subject has limits of its own."""
        return any(fnmatchcase(subject, pattern) for pattern in self.others)

    def sql(self, severity: str) -> str:
        """The limit for the `subject` of a row, in SQL."""
        limit = _literal(getattr(self, severity))
        others = [(pattern, limits[severity]) for pattern, limits in self.others.items() if severity in limits]
        cases = "".join(f" when subject glob {literal(pattern)} then {_literal(one)}" for pattern, one in others[::-1])
        return f"case{cases} else {limit} end" if cases else limit


def _literal(limit: float | None) -> str:
    return "null" if limit is None else f"{limit!r}"


def read(gate: str) -> dict[str, Limits]:
    """The settings of a gate's checks.

    Args:
        gate: raw or marts.

    Raises:
        SettingsError: the file of KPI_GATES can't be read, holds an unknown key, or a value of the wrong kind.
    """
    settings = yaml.safe_load(DEFAULTS.read_text("utf-8"))
    if path := Settings.read().gates:
        try:
            own = yaml.safe_load(path.read_text("utf-8")) or {}
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise SettingsError(f"KPI_GATES: {path} can't be read: {str(error).splitlines()[0]}") from None
        _merge(settings, own, f"KPI_GATES: {path}: ", "")
    return {name: _limits(given, f"{gate}.{name}") for name, given in settings[gate].items()}


def _merge(known: dict, own: Any, where: str, path: str) -> None:
    if not isinstance(own, dict):
        raise SettingsError(f"{where}{path.rstrip('.') or 'the file'} must hold keys, see flows/gates/settings.yml")
    for key, value in own.items():
        if key not in known:
            near = difflib.get_close_matches(str(key), known, 1)
            hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
            raise SettingsError(f"{where}unknown key {path}{key}; {hint}")
        if key == "except" or key in OPEN and isinstance(known[key], dict):
            if not isinstance(value, dict):
                raise SettingsError(f"{where}{path}{key} must hold keys, see flows/gates/settings.yml")
            known[key] |= value
        elif isinstance(known[key], dict):
            _merge(known[key], value, where, f"{path}{key}.")
        else:
            known[key] = value


def _limits(given: dict[str, Any], name: str) -> Limits:
    parameters = {key: value for key, value in given.items() if key not in (*SEVERITIES, "except")}
    for key, value in parameters.items():
        if key == "units" or key == "kpis" and isinstance(value, dict):
            for member, bounds in value.items():
                if not isinstance(bounds, list) or len(bounds) != 2:
                    raise SettingsError(f"{name}.{key}.{member} must be [least, most], not {bounds!r}")
                for bound in bounds:
                    _number(bound, f"{name}.{key}.{member}")
        elif key == "kpis":
            if not isinstance(value, list):
                raise SettingsError(f"{name}.{key} must be a list of KPIs, not {value!r}")
        elif _number(value, f"{name}.{key}") is None:
            raise SettingsError(f"{name}.{key} must be a number, not {value!r}")
    others = {}
    for pattern, limits in given["except"].items():
        where = f"{name}.except.{pattern}"
        if not isinstance(limits, dict) or set(limits) - set(SEVERITIES):
            raise SettingsError(f"{where} must hold critical, warning or both, not {limits!r}")
        others[str(pattern)] = {key: _number(value, f"{where}.{key}") for key, value in limits.items()}
    limits = (_number(given[severity], f"{name}.{severity}") for severity in SEVERITIES)
    return Limits(*limits, others, parameters)


def _number(value: Any, name: str) -> float | None:
    if value is None or value is False or value == "off":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SettingsError(f"{name} must be a number or off, not {value!r}")
    return float(value)
