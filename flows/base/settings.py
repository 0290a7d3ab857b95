"""Every setting of the environment: its name, its meaning, its default, and which commands read it."""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from flows.base.errors import ConfigError
from flows.base.redact import keep_secret

if TYPE_CHECKING:
    from flows.postgres import Target

PROJECT = Path(__file__).resolve().parents[2]
KPI = Path(sys.executable).with_name("kpi")  # the command, for processes of its own
PREFIX = "KPI_"
SETTING_OF = {  # what must be set for a source to be loaded each night
    "bitrix24": "bitrix24_webhook",
    "yandex_metrica": "metrica_token",
    "yandex_direct": "direct_token",
    "bitrix_shop": "shop_webhook",
    "amocrm": "amocrm_token",
    "hubspot": "hubspot_token",
    "salesforce": "salesforce_client_secret",
    "vk_ads": "vk_ads_client_secret",
    "google_ads": "google_ads_refresh_token",
    "ga4": "ga4_key_file",
    "jira": "jira_token",
    "bitrix24_tasks": "bitrix24_webhook",
    "files": "inbox",
}

SYSTEMS = PROJECT / "systems"  # a folder for each source that is off unless KPI_SOURCES names it
OFF_UNLESS_NAMED = {folder.name for folder in SYSTEMS.iterdir()}
STAGING = {  # each source → the folder of its models
    folder.name: folder
    for folder in [*(PROJECT / "models" / "staging").iterdir(), *SYSTEMS.glob("*/staging/*")]
    if folder.is_dir()
}


def _known_zone(value: Any) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError("It is no time zone; an example of one is Europe/Moscow") from None


def _clock_time(value: Any) -> time:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", str(value)):
        raise ValueError("It is a time of day like 03:00")
    return time.fromisoformat(value)


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError("It must be a date like 2026-07-01") from None


def _memory(value: Any) -> str:
    if not re.fullmatch(r"\d+(\.\d+)? ?[KMGT]i?B", str(value), re.IGNORECASE):
        raise ValueError("It is an amount of memory like 4GB")
    return value


def _sources(value: Any) -> str:
    names = str(value).replace(",", " ").split()
    known = [*SETTING_OF, *sorted(OFF_UNLESS_NAMED - set(SETTING_OF))]  # a system without a loader comes by files alone
    if strange := [name for name in names if name not in known]:
        raise ValueError(f"It names {strange[0]}; the sources are {' '.join(known)}")
    return " ".join(names)


def _in_project(value: Any) -> Path:
    return PROJECT.joinpath(Path(value).expanduser()).absolute()


Place = Annotated[Path, BeforeValidator(_in_project)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


def _told(default: Any, text: str, *commands: str, **limits: Any) -> Any:
    return Field(default, description=text, json_schema_extra={"commands": list(commands)}, **limits)


class Settings(BaseSettings):
    """The settings, each of the environment variable KPI_ and its name in capitals. An empty variable is not set."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, validate_default=True)

    # fmt: off
    raw_root: Place = _told("demo/raw", "where loads put raw files; unset: the demo company's, of which nothing is loaded", "import", "load", "night", "forget", "compare", "gate")
    warehouse: Place = _told("warehouse/kpi.duckdb", "the analyst's file, named kpi.duckdb; nights work in the folder nightly/ beside it", "night", "publish", "forget", "import", "check", "status", "boards", "superset", "records")
    published: Place = Field(default_factory=lambda data: data["warehouse"].parent / "published", description="the folder that BI reads; unset: published/ beside the warehouse", json_schema_extra={"commands": ["night", "publish", "forget", "boards", "superset"]})
    keep_versions: int = _told(7, "how many published versions stay", "night", ge=2)
    restatement_dimensions: str = _told("all channel manager team product_group region", "the slices whose closed figures are compared with the version before; all is the whole business", "night")
    restatement_rows: int = _told(100_000, "how many rows of kpi_restatements and of kpi_restatement_records stay, the oldest go first; one night adds a tenth of them at most", "night", ge=0)
    restatement_records: int = _told(10, "how many records are named for a figure that moved; the others are one row", "night", ge=0)
    memory: Annotated[str, BeforeValidator(_memory)] | None = _told(None, "the most memory that DuckDB takes in a build, like 4GB; unset: four fifths of the machine's; what does not fit goes to the disk beside the warehouse", "night")
    as_of: Annotated[date, BeforeValidator(_date)] | None = _told(None, "the date the figures are made on; unset: today, for the demo its own day", "import", "check", "night", "gate", "compare")
    timezone: Annotated[ZoneInfo, BeforeValidator(_known_zone)] = _told("Europe/Moscow", "the business's time zone", "import", "check", "load", "night", "gate")
    night_at: Annotated[time, BeforeValidator(_clock_time)] = _told("03:00", "when a night is due, for the run history", "night")
    language: Annotated[Literal["ru", "en"], BeforeValidator(str.lower)] = _told("en", "of messages, and that boards open in, ru or en", "night", "status", "boards", "superset")
    docs: str | None = _told(None, "the address of the docs site, to which boards link; unset: site/ of this project", "boards", "night")
    publish_employees: Literal["names", "ids"] = _told("names", "how employees are shown in the marts, names or ids", "night")
    superset_password: SecretStr | None = _told(None, "of the administrator who imports the boards into Superset", "superset")
    superset_database: SecretStr | None = _told(None, "the address by which Superset reads the marts; unset: the DuckDB file, read only", "superset")
    contact_key: SecretStr | None = _told(None, "the secret of contact data's hashes; unset: the file contact.key beside the warehouse", "night", "forget")
    contact_key_file: Path | None = _told(None, "another file for that secret", "night", "forget")
    gates: Path | None = _told(None, "a YAML file of limits over those of flows/gates/settings.yml", "night", "gate")
    mappings: Place = _told("mappings", "the folder of the mapping files of `kpi import`", "import", "check", "load", "night")
    raw_views_cache: Place | None = _told(None, "the folder for what was read of the raw files; unset: beside the warehouse", "forget")
    postgres_dsn: SecretStr | None = _told(None, "a database that gets the published marts too", "night", "publish", "forget")
    postgres_schema: str = _told("marts", "the schema that they are there; it must be new, empty and given to us, or ours", "night", "publish", "forget", "superset")

    sources: Annotated[str, BeforeValidator(_sources)] | None = _told(None, "the sources that a build reads, with blanks between them; unset: bitrix24 yandex_metrica yandex_direct bitrix_shop files", "import", "check", "night", "gate")

    load_attempts: int = _told(3, "of one source in one night", "night", ge=1)
    load_pause_seconds: float = _told(60, "after the first failed attempt; each further one doubles it", "night", ge=0, allow_inf_nan=False)
    load_seconds: Seconds = _told(3 * 3600, "the longest load of one source", "load", "night")
    loads_seconds: Seconds = _told(4 * 3600, "the longest all loads of a night; then it goes on without the late ones", "night")
    load_answer_mb: Seconds = _told(1024, "the most that one answer of a source may hold", "load", "night")
    build_seconds: Seconds = _told(3 * 3600, "the longest dbt build", "night")
    gate_seconds: Seconds = _told(1800, "the longest gate", "night")

    notify: SecretStr | None = _told(None, "addresses of apprise with blanks between them, like tgram://<token>/<chat> or mailtos://<user>:<password>@<host>?to=<address>, which get the message with the files of KPI_NOTIFY_FILES", "night")
    notify_files: str = _told("head_of_sales.html reports.xlsx", "files of the published folder boards that go with the message of a published night, with blanks between them; empty: none", "night")
    notify_webhook: SecretStr | None = _told(None, 'gets the message of a night, {"text": …}, by POST', "night")
    notify_email: str | None = _told(None, "addresses with commas between them, which get the message", "night")
    smtp_host: str | None = _told(None, "the mail server", "night")
    smtp_port: int = _told(587, "its port; 465 is TLS from the start", "night", ge=1, le=65535)
    smtp_user: str | None = _told(None, "who sends", "night")
    smtp_password: SecretStr | None = _told(None, "their password", "night")
    smtp_from: str | None = _told(None, "the address that it is sent from; unset: the user", "night")

    inbox: Path | None = _told(None, "files: the folder into which files are dropped", "load", "night")
    bitrix24_webhook: SecretStr | None = _told(None, "bitrix24: the address of an inbound webhook, https://…/rest/<user>/<secret>/", "load", "night")
    shop_webhook: SecretStr | None = _told(None, "bitrix_shop: the address of an inbound webhook, https://…/rest/<user>/<secret>/", "load", "night")
    amocrm_url: str | None = _told(None, "amocrm: the account's address, https://<account>.amocrm.ru", "load", "night")
    amocrm_token: SecretStr | None = _told(None, "amocrm: a long-lived token of an integration of the account", "load", "night")
    hubspot_token: SecretStr | None = _told(None, "hubspot: the token of a private app", "load", "night")
    hubspot_url: str = _told("https://api.hubapi.com", "hubspot: the address of the API", "load", "night")
    salesforce_url: str | None = _told(None, "salesforce: the organization's address, https://<domain>.my.salesforce.com", "load", "night")
    salesforce_client_id: str | None = _told(None, "salesforce: the consumer key of a connected app with the client credentials flow", "load", "night")
    salesforce_client_secret: SecretStr | None = _told(None, "salesforce: the consumer secret of that app", "load", "night")
    metrica_token: SecretStr | None = _told(None, "yandex_metrica: an OAuth token with the right metrika:read", "load", "night")
    metrica_counter: str | None = _told(None, "yandex_metrica: the counter's number; several with commas between them", "load", "night")
    metrica_url: str = _told("https://api-metrika.yandex.net", "yandex_metrica: the address of the API", "load", "night")
    direct_token: SecretStr | None = _told(None, "yandex_direct: an OAuth token with approved access to the API of Direct", "load", "night")
    direct_login: str | None = _told(None, "yandex_direct: the login of the advertiser", "load", "night")
    direct_url: str = _told("https://api.direct.yandex.com", "yandex_direct: the address of the API", "load", "night")
    direct_detail: str = _told("campaign", "yandex_direct: by what a campaign's day is loaded, campaign, ad (ad group and ad) or keyword (that too); the same money in more rows", "load", "night")
    direct_vat: str = _told("NO", "yandex_direct: costs with VAT (YES), without it (NO), or both (YES,NO)", "load", "night")
    vk_ads_client_id: str | None = _told(None, "vk_ads: the id of an API access with the scope read_ads", "load", "night")
    vk_ads_client_secret: SecretStr | None = _told(None, "vk_ads: the secret of that access", "load", "night")
    vk_ads_detail: str = _told("campaign", "vk_ads: by what a campaign's day is loaded, campaign or ad; the same money in more rows", "load", "night")
    vk_ads_url: str = _told("https://ads.vk.com", "vk_ads: the address of the API", "load", "night")
    google_ads_customer: str | None = _told(None, "google_ads: the number of the advertising account; several with commas between them", "load", "night")
    google_ads_manager: str | None = _told(None, "google_ads: the number of the manager account above them; unset: there is none", "load", "night")
    google_ads_developer_token: SecretStr | None = _told(None, "google_ads: the developer token of a manager account", "load", "night")
    google_ads_client_id: str | None = _told(None, "google_ads: the id of an OAuth client", "load", "night")
    google_ads_client_secret: SecretStr | None = _told(None, "google_ads: the secret of that client", "load", "night")
    google_ads_refresh_token: SecretStr | None = _told(None, "google_ads: the refresh token of a user who may read the accounts", "load", "night")
    google_ads_detail: str = _told("campaign", "google_ads: by what a campaign's day is loaded, campaign, ad or keyword (that too); the same money in more rows", "load", "night")
    google_ads_url: str = _told("https://googleads.googleapis.com/v23", "google_ads: the address of the API with its version", "load", "night")
    google_ads_token_url: str = _told("https://oauth2.googleapis.com/token", "google_ads: where access tokens are given", "load", "night")
    ga4_key_file: Path | None = _told(None, "ga4: the key file of a service account that may read the export in BigQuery, JSON", "load", "night")
    ga4_dataset: str | None = _told(None, "ga4: the dataset of the export, <project>.analytics_<property>; several with commas between them", "load", "night")
    ga4_url: str = _told("https://bigquery.googleapis.com", "ga4: the address of BigQuery", "load", "night")
    jira_url: str | None = _told(None, "jira: the site's address, https://<site>.atlassian.net", "load", "night")
    jira_email: str | None = _told(None, "jira: the e-mail of a user who may see the projects", "load", "night")
    jira_token: SecretStr | None = _told(None, "jira: an API token of that user", "load", "night")
    # fmt: on

    @model_validator(mode="before")
    @classmethod
    def _given(cls, values: dict[str, Any]) -> dict[str, Any]:
        """What is set, without blanks around it; a password may begin with one."""
        return {
            name: value if name == "smtp_password" or not isinstance(value, str) else value.strip()
            for name, value in values.items()
            if not isinstance(value, str) or value.strip()
        }

    @classmethod
    def read(cls) -> "Settings":
        """Reads the environment. Raises ConfigError, which names the setting that is wrong."""
        return _read(frozenset((name, value) for name, value in os.environ.items() if name.startswith(PREFIX)))

    @property
    def is_demo(self) -> bool:
        """KPI_RAW_ROOT is not set: nothing is loaded, and nothing is written into the raw root."""
        return "raw_root" not in self.model_fields_set

    @property
    def folder(self) -> Path:
        """The folder of the warehouse."""
        return self.warehouse.parent

    @property
    def nightly(self) -> Path:
        """The folder in which nights work."""
        return self.folder / "nightly"

    @property
    def on(self) -> tuple[str, ...]:
        """The sources that a build reads."""
        return tuple(self.sources.split()) if self.sources else tuple(set(SETTING_OF) - OFF_UNLESS_NAMED)

    @property
    def loaded(self) -> tuple[str, ...]:
        """The sources that are on and that the environment has the settings of."""
        return tuple(source for source, name in SETTING_OF.items() if getattr(self, name) and source in self.on)

    @property
    def postgres(self) -> "Target | None":
        """Where the published marts go too; None = nowhere. Raises ConfigError."""
        from flows.postgres import Target

        return Target.of(self.postgres_dsn and self.postgres_dsn.get_secret_value(), self.postgres_schema)

    def today(self, now: datetime) -> date:
        """The business's date at a moment; figures made on it end with the day before."""
        return now.astimezone(self.timezone).date()

    def due(self, day: date) -> datetime:
        """When the night of a day is due. A time that the clock skips is the same moment told by the clock before."""
        return datetime.combine(day, self.night_at, self.timezone)


@lru_cache(maxsize=8)
def _read(environment: frozenset[tuple[str, str]]) -> Settings:
    """The settings of an environment, which is that of the process; the loaders ask for them again and again."""
    try:
        return Settings()
    except ValidationError as errors:
        wrong = errors.errors(include_url=False)[0]
    raise _plain(Settings, wrong)


def _plain(model: type[Settings], wrong: Mapping[str, Any]) -> ConfigError:
    """A wrong setting in a plain sentence; a secret is not quoted."""
    field = str(wrong["loc"][0])
    is_secret = "Secret" in str(model.model_fields[field].annotation)
    limits, default = wrong.get("ctx", {}), model.model_fields[field].default
    kinds = {"float": "It is a number", "int": "It is a whole number", "greater_than_equal": "It is at least {ge}"}
    kinds |= {
        "greater_than": "It is a number greater than {gt:g}",
        "literal": "It is {expected}",
        "less_than": "It is at most {le}",
    }
    kinds |= {"value_error": "{error}", "finite": "It is a number"}
    known = next((text for kind, text in kinds.items() if wrong["type"].startswith(kind)), wrong["msg"])
    usual = f", by default {default:g}" if isinstance(default, int | float) else ""
    told = "wrong" if is_secret else str(wrong["input"])
    return ConfigError(f"{PREFIX}{field.upper()} is {told}", known.format(**limits).replace("'", "") + usual)


def setting(name: str) -> str:
    """A setting that must be there, as text; a secret is never shown from now on. Raises ConfigError if it is not set."""
    field = name.removeprefix(PREFIX).lower()
    value = getattr(Settings.read(), field)
    if value is None:
        told = Settings.model_fields[field].description.split(": ", 1)[-1]
        raise ConfigError(f"{name} is not set", told[:1].upper() + told[1:])
    if isinstance(value, SecretStr):
        keep_secret(value.get_secret_value())
        return value.get_secret_value()
    return str(value)


def settings_of(command: str) -> Iterator[tuple[str, str, str]]:
    """Name, meaning and default of each setting that a command reads."""
    for name, field in Settings.model_fields.items():
        if command in field.json_schema_extra["commands"]:
            default = field.default if isinstance(field.default, str | int | float) else ""
            yield PREFIX + name.upper(), field.description, str(default)


def values() -> Iterator[tuple[str, str, str]]:
    """Name, value and origin of every setting; secrets are masked. Raises ConfigError."""
    settings = Settings.read()
    for name in Settings.model_fields:
        value = getattr(settings, name)
        text = "" if value is None else "***" if isinstance(value, SecretStr) else str(value)
        origin = "environment" if name in settings.model_fields_set else "default" if text else "not set"
        yield PREFIX + name.upper(), text, origin


def example() -> str:
    """A file of the environment that names every setting, none of them set: `.env.example`."""
    lines = [
        "# Every setting, written by `uv run kpi config --example`. Copy it to .env, take the sign off what you set, and run",
        "# `uv run --env-file .env kpi ...`, or export UV_ENV_FILE=.env once. Secrets belong to the service that runs the nights.",
    ]
    for name, field in Settings.model_fields.items():
        default = "" if field.default_factory or field.default is None else str(field.default)
        lines += ["", f"# {field.description}", f"#{PREFIX}{name.upper()}={default}"]
    return "\n".join(lines) + "\n"
