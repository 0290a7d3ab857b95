"""What a model asks of dbt's adapter, for the linter."""


def quote(name: str) -> str:
    """A name as SQL writes it."""
    return f'"{name}"'
