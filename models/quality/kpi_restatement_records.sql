-- Grain: published_now_at, kpi_id, period_grain, period_start, dimension, dimension_key, part, position.
-- One record that moved a figure of kpi_restatements.  Publishing adds the rows; a build has none.
{{ config(schema='marts') }}
select
    published_now_at,
    kpi_id,
    period_grain,
    period_start,
    dimension,
    dimension_key,
    cast(null as {{ dbt.type_string() }}) as part,
    cast(null as bigint) as position,
    cast(null as {{ dbt.type_string() }}) as mart,
    cast(null as {{ dbt.type_string() }}) as record,
    cast(null as {{ dbt.type_string() }}) as record_url,
    cast(null as {{ dbt.type_string() }}) as what,
    cast(null as bigint) as records,
    cast(null as double) as amount_before,
    cast(null as double) as amount_now,
    cast(null as double) as change
from {{ ref('kpi_restatements') }}
