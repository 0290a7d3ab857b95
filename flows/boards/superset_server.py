"""Imports the bundle into a running Superset, with the role of readers and the rule of who may see which rows."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import duckdb

from flows.base.settings import Settings, setting
from flows.boards import spec
from flows.boards.superset import DATABASE, PERIODS, Bundle

if TYPE_CHECKING:
    pass

READERS = "KPI readers"
RULE = "KPI: who may see which rows"
RIGHTS = "select access.dimension || '|' || access.dimension_key from {schema}.access_rights as access where access.viewer in {viewer}"
VIEWER = "{{ [current_username()] | where_in }}"  # a name is quoted by Superset
CLAUSE = "dimension || '|' || dimension_key in ({rights}) or 'all|all' in ({rights})"


def command(
    file: Path | None, target: Path | None, url: str | None, user: str, database: str | None, say: Callable = print
) -> None:
    """Writes the bundle, or brings it into a server.

    Args:
        file: the DuckDB file that tells KPIs and marts; by default the published one, else the analyst's.
        target: where the bundle is written.
        url: the address of a Superset; KPI_SUPERSET_PASSWORD is the user's password.
        user: who imports; an administrator there.
        database: the address by which Superset reads the marts; by default the DuckDB file, read only.

    Raises:
        BoardError: a board names what is not there, or Superset refused.
        ConfigError: the password is not set.
    """
    settings = Settings.read()
    published = settings.published / "kpi.duckdb"
    source = file or (published if published.exists() else settings.warehouse)
    if not source.is_file():
        raise spec.BoardError(f"There is no {source}: run `uv run dbt build` first")
    uri, password = _without_password(database or f"duckdb:///{source.resolve()}")
    schema = settings.postgres_schema if uri.startswith("postgres") else "marts"
    boards = spec.read()
    with duckdb.connect(str(source), read_only=True) as connection:
        spec.check(boards, connection)
        bundle = Bundle(boards, connection, settings.language, uri, schema)
        made = bundle.zipped()
    if target:
        target.write_bytes(made)
        say(f"{len(made) // 1024:>6} KB  {target}")
    if url:
        server = Server(url, user, setting("KPI_SUPERSET_PASSWORD"))
        server.bring(made, password)
        server.limit(schema)
        say(f"{len(boards)} dashboards, {len(bundle.charts)} charts and {len(bundle.datasets)} datasets are at {url}")


def _without_password(uri: str) -> tuple[str, str | None]:
    """The address with the password masked, as Superset wants it in a file, and the password."""
    parts = urlsplit(uri)
    if not parts.password:
        return uri, None
    place = parts.netloc.replace(f":{parts.password}@", ":XXXXXXXXXX@", 1)
    return urlunsplit(parts._replace(netloc=place)), parts.password


class Server:
    """A Superset, spoken to as its own pages do."""

    def __init__(self, url: str, user: str, password: str):
        import requests

        self.url, self.session = url.rstrip("/"), requests.Session()
        login = {"username": user, "password": password, "provider": "db", "refresh": False}
        self.session.headers["Authorization"] = (
            f"Bearer {self.ask('POST', 'security/login', json=login)['access_token']}"
        )
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
        return answer.json()

    def bring(self, bundle: bytes, password: str | None) -> None:
        """Imports the bundle; what an earlier one brought is overwritten."""
        import json

        form = {"passwords": json.dumps({f"databases/{DATABASE}.yaml": password})} if password else {}
        self.ask("POST", "assets/import/", files={"bundle": ("kpi.zip", bundle)}, data=form)

    def limit(self, schema: str) -> None:
        """Readers may read this database, and nobody but administrators more of it than access_rights says."""
        datasets = [
            one["id"] for one in self._all("dataset", "id,table_name,database.database_name") if self._is_limited(one)
        ]
        roles = {one["name"]: one["id"] for one in self._all("security/roles", "id,name")}
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
