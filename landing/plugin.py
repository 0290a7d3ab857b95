"""The landing as a dbt-duckdb plugin: one SQL function that an on-run-start hook calls."""

from contextlib import suppress
from pathlib import Path

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

from landing.land import land_raw_root

FUNCTION = "land_raw_root"


class Plugin(BasePlugin):
    """Registers `land_raw_root(raw_root varchar, cache_dir varchar, declared_json varchar) -> varchar`."""

    def initialize(self, plugin_config):
        """Makes the warehouse's folder and tries its file, so that a file in use is said in plain words and not in a traceback.

        Args:
            plugin_config: not used.

        Raises:
            DbtRuntimeError: the folder can't be made, or the file is held by another program or is no DuckDB file.
        """
        import duckdb

        if self.creds is None:
            return
        path = Path(self.creds.path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(duckdb.ConnectionException):  # this process has it open already
                duckdb.connect(str(path)).close()
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

    def configure_connection(self, conn):
        """Called by dbt-duckdb for each database that it opens.

        Args:
            conn: the open DuckDB connection.
        """
        import duckdb

        # another connection to the same database may have registered it
        with suppress(duckdb.CatalogException, duckdb.NotImplementedException):
            conn.create_function(
                FUNCTION, land_raw_root, ["VARCHAR"] * 3, "VARCHAR", null_handling="special", side_effects=True
            )
