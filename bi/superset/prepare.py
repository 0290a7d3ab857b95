"""Makes a fresh Superset ready: its tables, its roles, and the administrator `admin` with SUPERSET_ADMIN_PASSWORD.

One process in place of `superset db upgrade`, `superset init` and `superset fab create-admin`, each of which takes as long to start.
"""

import os
from pathlib import Path

import superset
from flask_migrate import upgrade
from superset.app import create_app

with create_app().app_context():
    upgrade(directory=str(Path(superset.__file__).parent / "migrations"))
    from superset import appbuilder, security_manager

    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()
    if not security_manager.find_user("admin"):
        role, password = security_manager.find_role("Admin"), os.environ["SUPERSET_ADMIN_PASSWORD"]
        if not security_manager.add_user("admin", "KPI", "admin", "admin@localhost", role, password=password):
            raise SystemExit("Superset made no user admin: its log says why")
