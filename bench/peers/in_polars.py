"""The questions in polars, lazily, over Parquet files."""

from collections.abc import Callable
from pathlib import Path

import polars as pl


def _counted(rows: pl.LazyFrame, day: str, measure: str, value: pl.Expr) -> pl.LazyFrame:
    return rows.group_by(pl.col(day).alias("day"), "channel").agg(value.cast(pl.Float64).alias(measure))


def daily_channel_kpis(rows: dict[str, pl.LazyFrame]) -> pl.LazyFrame:
    """Visits, leads, spend and revenue of each day and channel."""
    measures = ["visits", "leads", "spend", "revenue"]
    parts = [
        _counted(rows["visits"], "started_on", "visits", pl.len()),
        _counted(rows["leads"], "created_on", "leads", pl.len()),
        _counted(rows["spend"], "event_date", "spend", pl.col("cost_base").sum()),
        _counted(rows["sale_lines"], "event_date", "revenue", pl.col("revenue").sum()),
    ]
    return pl.concat(parts, how="diagonal").group_by("day", "channel").agg(pl.col(measures).sum())


def last_non_direct_touch(rows: dict[str, pl.LazyFrame]) -> pl.LazyFrame:
    """The touch that each sale is ascribed to."""
    order = ["is_direct", "touched_at", "touchpoint_id"]
    return (
        rows["sales"]
        .join(rows["people"], on="record")
        .join(rows["touches"], on="customer_key")
        .filter(
            (pl.col("touched_at") <= pl.col("decided_at"))
            & (pl.col("touched_at") >= pl.col("decided_at").dt.offset_by("-90d"))
        )
        .group_by("sale_id")
        .agg(pl.col("touchpoint_id").sort_by(order, descending=[False, True, True]).first())
    )


def cohort_table(rows: dict[str, pl.LazyFrame]) -> pl.LazyFrame:
    """Customers who bought and revenue, by cohort and month."""
    month = pl.max_horizontal("cohort_month", pl.col("event_date").dt.truncate("1mo"))
    return (
        rows["sale_lines"]
        .join(rows["buyers"], left_on="known_customer_key", right_on="customer_key")
        .group_by("known_customer_key", "cohort_month", month.alias("month"))
        .agg((pl.col("event") == "sale").any().alias("has_bought"), pl.col("revenue").sum())
        .group_by("cohort_month", "month")
        .agg(pl.col("has_bought").sum(), pl.col("revenue").sum())
    )


def carts(rows: dict[str, pl.LazyFrame]) -> pl.LazyFrame:
    """Carts of each day, and those bought in time."""
    events = rows["cart_events"]
    added = events.filter(pl.col("event") == "add_to_cart")
    purchases = events.filter(pl.col("event") == "purchase").select("visitor", bought_at="occurred_at")
    bought = (
        added.join(purchases, on="visitor")
        .filter(
            (pl.col("bought_at") >= pl.col("occurred_at"))
            & (pl.col("bought_at") <= pl.col("occurred_at").dt.offset_by("72h"))
        )
        .select("event_id", is_bought=True)
        .unique()
    )
    return (
        added.join(bought, on="event_id", how="left")
        .group_by("day")
        .agg(pl.col("visitor").n_unique(), pl.col("visitor").filter(pl.col("is_bought")).n_unique().alias("bought"))
    )


QUESTIONS: dict[str, Callable[[dict[str, pl.LazyFrame]], pl.LazyFrame]] = {
    "daily channel KPIs": daily_channel_kpis,
    "last non-direct touch": last_non_direct_touch,
    "cohort table": cohort_table,
    "carts": carts,
}


def answer(question: str, folder: Path) -> list[tuple]:
    """The answer to a question over the Parquet files of a folder, named as the tables."""
    rows = {path.stem: pl.scan_parquet(path) for path in folder.glob("*.parquet")}
    return QUESTIONS[question](rows).collect().rows()
