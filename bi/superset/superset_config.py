"""Settings that the boards need of a Superset. Name this file in SUPERSET_CONFIG_PATH, or take its lines over into yours."""

import os
from pathlib import Path

home = Path(os.environ.get("SUPERSET_HOME", Path.home() / ".superset")).resolve()
home.mkdir(parents=True, exist_ok=True)

SECRET_KEY = os.environ["SUPERSET_SECRET_KEY"]
SQLALCHEMY_DATABASE_URI = os.environ.get(
    "SUPERSET_METADATA", f"sqlite:///{home}/superset.db"
)  # where Superset keeps its own
FEATURE_FLAGS = {"ENABLE_TEMPLATE_PROCESSING": True}  # the rule of who may see which rows names the user
PREVENT_UNSAFE_DB_CONNECTIONS = False  # DuckDB is a file beside the server
TALISMAN_ENABLED = False  # put a proxy with TLS in front instead
LANGUAGES = {"ru": {"flag": "ru", "name": "Russian"}, "en": {"flag": "us", "name": "English"}}
D3_FORMAT = {"decimal": ",", "thousands": "\u00a0", "grouping": [3]} if os.environ.get("KPI_LANGUAGE") == "ru" else {}
