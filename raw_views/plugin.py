"""The Python of a build as a dbt-duckdb plugin: the raw views, which an on-run-start hook calls, and the reading of contact data."""

import gc
import os
from contextlib import suppress
from pathlib import Path

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

from flows.base.sql import literal
from raw_views.contact_key import Identifiers, KeyTrouble, contact_key
from raw_views.functions import register


class Plugin(BasePlugin):
    """Registers the functions of raw_views/functions.py."""

    def initialize(self, plugin_config):
        """Makes the warehouse's folder and tries its file, so that a file in use is said in plain words and not in a traceback.

        Args:
            plugin_config: not used.

        Raises:
            DbtRuntimeError: the folder can't be made, or the file is held by another program or is no DuckDB file.
        """
        import duckdb

        gc.freeze()  # dbt keeps the parsed project to the end; to look through it for what nobody needs takes a tenth of a build
        # what a build makes beside it is looked through now and then, and not after each 700 objects
        gc.set_threshold(100_000)
        self.identifiers = None
        if self.creds is None:
            return
        path = Path(self.creds.path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.umask(
                0o077
            )  # the warehouse and the cache of the raw views hold personal data: they are their owner's alone
            with suppress(duckdb.ConnectionException):  # this process has it open already
                duckdb.connect(str(path)).close()
            if path.exists():  # an older release left it readable to others
                path.chmod(0o600)
        except OSError as error:
            raise DbtRuntimeError(f"KPI_WAREHOUSE: the folder of {path} can't be made ({error.strerror})") from None
        except duckdb.Error as error:
            why = str(error).splitlines()[0].split(" See also")[0]
            held = "lock" in why
            todo = (
                "close what has it open (a BI tool, another build)" if held else "it must be a DuckDB file or not there"
            )
            raise DbtRuntimeError(
                f"KPI_WAREHOUSE: {path} can't be written: {todo}, or set KPI_WAREHOUSE to another file. {why}"
            ) from None
        try:
            self.identifiers = Identifiers(contact_key(path.parent))
        except KeyTrouble as trouble:
            raise DbtRuntimeError(str(trouble)) from None

    def configure_connection(self, conn):
        """Called by dbt-duckdb for each database that it opens.

        Args:
            conn: the open DuckDB connection.

        Raises:
            DbtRuntimeError: KPI_MEMORY is no amount of memory.
        """
        import duckdb

        # unset, DuckDB takes up to four fifths of the machine's; what does not fit goes to a folder beside the warehouse
        if memory := os.environ.get("KPI_MEMORY", "").strip():
            try:
                conn.execute("set memory_limit = " + literal(memory))
            except duckdb.Error:
                raise DbtRuntimeError(f"KPI_MEMORY is {memory}; it is an amount of memory like 4GB") from None
        register(conn, self.identifiers)
