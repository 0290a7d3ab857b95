"""What the page for BI promises: the columns of the marts that join, and stages and steps that have an order."""

import pytest

JOINS = {
    "manager": "dim_employees.employee_id",
    "sale_id": "fct_sales.sale_id",
    "deal_id": "fct_deals.deal_id",
    "lead_id": "fct_leads.lead_id",
    "product": "dim_products.product_id",
    "channel": "dim_channels.channel",
    "campaign": "dim_campaigns.campaign",
    "pipeline": "dim_stages.pipeline_id",
    "stage": "dim_stages.stage_key",
    "customer_key": "dim_customers.customer_key",
    "event_date": "dim_date.date_day",
}
NOBODY = ("(unknown)", "(none)", "(unallocated)", "(not itemised)")
ORPHANS = "select concat('order:', order_id) from marts.fct_refunds where sale_id is null"  # refunds of unknown orders
ELSEWHERE = {"channel": ("response_events", "fct_reviews")}  # where a review was written
STEPS = ("lead", "meeting", "proposal", "deal")  # of the common funnel, in funnel_steps.stage


@pytest.mark.parametrize("column", JOINS)
def test_a_column_joins_its_dimension(demo, column):
    table, key = JOINS[column].split(".")
    marts = demo.execute(
        "select table_name from information_schema.columns join information_schema.tables using (table_schema, table_name)"
        f" where table_schema = 'marts' and column_name = '{column}' and table_type = 'BASE TABLE' and table_name not in {(table, *ELSEWHERE.get(column, ('',)))}"
    ).fetchall()
    lost = {
        mart: values
        for (mart,) in marts
        if (
            values := demo.execute(
                f"select distinct {column} from marts.{mart} where cast({column} as varchar) not in {NOBODY + STEPS}"
                f" except select {key} from marts.{table} except {ORPHANS if column == 'sale_id' else 'select null'} limit 5"
            ).fetchall()
        )
    }
    assert marts and lost == {}


def test_a_manager_is_shown_by_key_and_name(demo):
    named = demo.execute(
        "select table_name from information_schema.columns where table_schema = 'marts' and column_name = 'manager_name'"
        " and table_name not like 'fct_%'"  # they have the manager as employee_id
    ).fetchall()
    assert len(named) == 10
    for (mart,) in named:
        wrong = demo.execute(
            f"select distinct manager, manager_name from marts.{mart} left join marts.dim_employees on manager = employee_id"
            " where manager_name is distinct from coalesce(employee_name, '(unknown)')"
        ).fetchall()
        assert wrong == [], mart


def test_members_in_an_order_have_places(demo):
    for dimension, members in (
        ("stage", STEPS),
        ("movement", ("new", "expansion", "contraction", "churn")),
        ("report", ("daily", "weekly", "monthly")),
    ):
        told = demo.execute(
            f"select distinct dimension_key, member_rank from marts.kpi_yearly_by_{dimension}"
            f" where dimension_key in {members} order by member_rank"
        ).fetchall()
        assert [key for key, _ in told] == list(members) and None not in dict(told).values()
