"""What the environment tells a night: where things lie, how patient to be."""

import os
import re
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from flows.extract.common import ConfigError, business_zone

PROJECT = Path(__file__).resolve().parent.parent
SETTING_OF = {  # what must be set for a source to be loaded each night
    "bitrix24": "KPI_BITRIX24_WEBHOOK",
    "yandex_metrica": "KPI_METRICA_TOKEN",
    "yandex_direct": "KPI_DIRECT_TOKEN",
    "bitrix_shop": "KPI_SHOP_WEBHOOK",
    "files": "KPI_INBOX",
}


@dataclass(frozen=True)
class Settings:
    """Settings of a night. Everything that ends in `_seconds` is in seconds.

    Args:
        warehouse: the folder of KPI_WAREHOUSE; nights work in its `nightly`.
        raw_root: KPI_RAW_ROOT, or the demo company's.
        is_demo: KPI_RAW_ROOT is not set: nothing is loaded, and nothing is written into the raw root.
        published: KPI_PUBLISHED, the folder that BI reads.
        keep_versions: KPI_KEEP_VERSIONS, how many versions stay there.
        zone: KPI_TIMEZONE, of the business's days.
        night_at: KPI_NIGHT_AT, when a night is due, in that zone.
        language: KPI_LANGUAGE of the messages, `ru` or `en`.
        sources: those that the environment has the settings of.
        load_attempts: KPI_LOAD_ATTEMPTS, of one source in one night.
        load_pause_seconds: KPI_LOAD_PAUSE_SECONDS after the first failed attempt; each further one doubles it.
        load_seconds, build_seconds, gate_seconds: KPI_LOAD_SECONDS … , the longest load, dbt build, gate.
    """

    warehouse: Path
    raw_root: Path
    is_demo: bool
    published: Path
    keep_versions: int
    zone: ZoneInfo
    night_at: time
    language: str
    sources: tuple[str, ...]
    load_attempts: int
    load_pause_seconds: float
    load_seconds: float
    build_seconds: float
    gate_seconds: float

    @classmethod
    def read(cls) -> "Settings":
        """Reads the environment. Raises ConfigError, naming the setting that is wrong."""
        warehouse = PROJECT.joinpath(_text("KPI_WAREHOUSE", "warehouse/kpi.duckdb")).absolute().parent
        raw_root = _text("KPI_RAW_ROOT", "")
        language = _text("KPI_LANGUAGE", "en").lower()
        if language not in ("ru", "en"):
            raise ConfigError(f"KPI_LANGUAGE is {language}", "It is ru or en")
        at = _text("KPI_NIGHT_AT", "03:00")
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", at):
            raise ConfigError(f"KPI_NIGHT_AT is {at}", "It is a time of day like 03:00")
        return cls(
            warehouse=warehouse,
            raw_root=PROJECT.joinpath(os.path.expanduser(raw_root or "demo/raw")).absolute(),
            is_demo=not raw_root,
            published=PROJECT.joinpath(_text("KPI_PUBLISHED", str(warehouse / "published"))).absolute(),
            keep_versions=int(_number("KPI_KEEP_VERSIONS", 7, at_least=2)),
            zone=business_zone(),
            night_at=time.fromisoformat(at),
            language=language,
            sources=tuple(source for source, name in SETTING_OF.items() if _text(name, "")),
            load_attempts=int(_number("KPI_LOAD_ATTEMPTS", 3, at_least=1)),
            load_pause_seconds=_number("KPI_LOAD_PAUSE_SECONDS", 60),
            load_seconds=_number("KPI_LOAD_SECONDS", 3 * 3600),
            build_seconds=_number("KPI_BUILD_SECONDS", 3 * 3600),
            gate_seconds=_number("KPI_GATE_SECONDS", 1800),
        )

    @property
    def nightly(self) -> Path:
        """The folder in which nights work."""
        return self.warehouse / "nightly"

    def today(self, now: datetime) -> date:
        """The business's date at a moment; figures made on it end with the day before."""
        return now.astimezone(self.zone).date()

    def due(self, day: date) -> datetime:
        """When the night of a day is due. A time that the clock skips is the same moment told by the clock before."""
        return datetime.combine(day, self.night_at, self.zone)


def _text(name: str, default: str) -> str:
    return os.environ.get(name, "").strip() or default


def _number(name: str, default: float, at_least: float = 0) -> float:
    text = _text(name, str(default))
    try:
        number = float(text)
    except ValueError:
        raise ConfigError(f"{name} is {text}, which is no number", f"By default it is {default}") from None
    if not at_least <= number < float("inf"):
        raise ConfigError(f"{name} is {text}", f"It is at least {at_least}")
    return number
