"""Imports the bundle into a running Superset, with the role of readers and the rule of who may see which rows."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

import duckdb

from flows.base.errors import ConfigError
from flows.base.settings import Settings, setting
from flows.boards import spec
from flows.boards.superset import DATABASE, PERIODS, Bundle

READERS = "KPI readers"
RULE = "KPI: who may see which rows"
RIGHTS = "select access.dimension || '|' || access.dimension_key from {schema}.access_rights as access where access.viewer in {viewer}"
VIEWER = "{{ [current_username()] | where_in }}"  # a name is quoted by Superset
CLAUSE = "dimension || '|' || dimension_key in ({rights}) or 'all|all' in ({rights})"


def command(file: Path | None, target: Path | None, url: str | None, user: str, say: Callable = print) -> None:
    """Writes the bundle, or brings it into a server.

    Args:
        file: the DuckDB file that tells KPIs and marts; by default the published one, else the analyst's.
        target: where the bundle is written.
        url: the address of a Superset; KPI_SUPERSET_PASSWORD is the user's password.
        user: who imports; an administrator there.

    Raises:
        BoardError: a board names what is not there, or Superset refused.
        ConfigError: the password is not set.
    """
    settings = Settings.read()
    published = settings.published / "kpi.duckdb"
    source = file or (published if published.exists() else settings.warehouse)
    if not source.is_file():
        raise spec.BoardError(f"There is no {source}: run `uv run dbt build` first")
    # the published file is a link: Superset opens the newest version each time
    uri, password = _without_password(_address(settings) or f"duckdb:///{source.absolute()}")
    schema = settings.postgres_schema if uri.startswith("postgres") else "marts"
    boards = spec.read()
    try:
        with duckdb.connect(str(source), read_only=True) as connection:
            spec.check(boards, connection)
            bundle = Bundle(boards, connection, settings.language, uri, schema)
            made = bundle.zipped()
        if target:
            target.write_bytes(made)
    except duckdb.Error as error:
        raise spec.BoardError(f"{source} can't be read: {str(error).splitlines()[0]}") from None
    except OSError as error:
        raise spec.BoardError(f"{target} can't be written: {error.strerror or error}") from None
    if target:
        say(f"{len(made) // 1024:>6} KB  {target}")
    if url:
        server = Server(url, user, setting("KPI_SUPERSET_PASSWORD"))
        server.roles()  # before anything is brought that the rule must guard
        server.bring(made, password)
        server.limit(schema)
        say(f"{len(boards)} dashboards, {len(bundle.charts)} charts and {len(bundle.datasets)} datasets are at {url}")


def _address(settings: Settings) -> str | None:
    return setting("KPI_SUPERSET_DATABASE") if settings.superset_database else None


def _without_password(uri: str) -> tuple[str, str | None]:
    """The address with the password masked, as Superset wants it in a file, and the password."""
    wrong = ConfigError(
        "The address of the database is none that Superset reads", "Encode @ : / ? # of a password, as %40"
    )
    try:
        parts = urlsplit(uri)
        is_local = parts.scheme.startswith(("duckdb", "sqlite"))
        told = parse_qs(parts.query).keys()
        if not is_local and (not (parts.hostname or "host" in told) or parts.fragment or {"password", "passwd"} & told):
            raise wrong
    except ValueError:
        raise wrong from None
    if not parts.password:
        return uri, None
    place = parts.netloc.replace(f":{parts.password}@", ":XXXXXXXXXX@", 1)
    return urlunsplit(parts._replace(netloc=place)), unquote(parts.password)


class Server:
    """A Superset, spoken to as its own pages do."""

    def __init__(self, url: str, user: str, password: str):
        import requests

        self.url, self.session = url.rstrip("/"), requests.Session()
        login = {"username": user, "password": password, "provider": "db", "refresh": False}
        token = self.ask("POST", "security/login", json=login).get("access_token")
        self.session.headers["Authorization"] = f"Bearer {token}"
        token = self.ask("GET", "security/csrf_token/")["result"]
        self.session.headers.update({"X-CSRFToken": token, "Referer": self.url})

    def ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """What an address of its API answers. Raises BoardError with its words."""
        import requests

        try:
            answer = self.session.request(method, f"{self.url}/api/v1/{path}", timeout=300, **more)
        except requests.RequestException as error:
            raise spec.BoardError(f"{self.url} does not answer: {type(error).__name__}") from None
        if not answer.ok:
            raise spec.BoardError(f"Superset refused {path} ({answer.status_code}): {answer.text[:500]}")
        try:
            return answer.json()
        except ValueError:
            raise spec.BoardError(f"{self.url} answers {path} with no JSON: is it the address of a Superset?") from None

    def bring(self, bundle: bytes, password: str | None) -> None:
        """Imports the bundle; what an earlier one brought is overwritten."""
        form = {"passwords": json.dumps({f"databases/{DATABASE}.yaml": password})} if password else {}
        self.ask("POST", "assets/import/", files={"bundle": ("kpi.zip", bundle)}, data=form)

    def roles(self) -> dict[str, int]:
        """The roles, by their names. Raises BoardError where there is no Admin, whom the rule lets see everything."""
        found = {one["name"]: one["id"] for one in self._all("security/roles", "id,name")}
        if "Admin" not in found:
            raise spec.BoardError("This Superset has no role Admin, or the user may not see it")
        return found

    def limit(self, schema: str) -> None:
        """Readers may read this database, and nobody but administrators more of it than access_rights says."""
        datasets = [
            one["id"] for one in self._all("dataset", "id,table_name,database.database_name") if self._is_limited(one)
        ]
        roles = self.roles()
        if READERS not in roles:
            roles[READERS] = self.ask("POST", "security/roles/", json={"name": READERS})["id"]
        granted = [
            one["id"]
            for one in self._all("security/permissions-resources", "id,permission.name,view_menu.name")
            if one["permission"]["name"] == "database_access" and one["view_menu"]["name"].startswith(f"[{DATABASE}].")
        ]
        self.ask("POST", f"security/roles/{roles[READERS]}/permissions", json={"permission_view_menu_ids": granted})
        rights = RIGHTS.format(schema=schema, viewer=VIEWER)
        rule = {
            "name": RULE, "filter_type": "Base", "clause": CLAUSE.format(rights=rights), "tables": datasets, "roles": [roles["Admin"]],
            "group_key": "", "description": "Rows of the slices that marts.access_rights has for the user.",
        }  # fmt: skip
        known = {one["name"]: one["id"] for one in self._all("rowlevelsecurity", "id,name")}
        if RULE in known:
            self.ask("PUT", f"rowlevelsecurity/{known[RULE]}", json=rule)
        else:
            self.ask("POST", "rowlevelsecurity/", json=rule)

    def _is_limited(self, dataset: dict[str, Any]) -> bool:
        return dataset["database"]["database_name"] == DATABASE and dataset["table_name"] != PERIODS

    def _all(self, kind: str, columns: str) -> list[dict[str, Any]]:
        """All records of a kind, page by page."""
        found: list[dict[str, Any]] = []
        while True:
            query = f"(columns:!({columns}),page:{len(found) // 100},page_size:100)"
            page = self.ask("GET", f"{kind}/?q={query}")
            found += page["result"]
            if len(page["result"]) < 100:
                return found
