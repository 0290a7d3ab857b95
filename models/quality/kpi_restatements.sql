-- Grain: published_now_at, kpi_id, period_grain, period_start, dimension, dimension_key.
-- One figure of a closed period that moved between two published nights.  Publishing adds the rows; a build has none.
{{ config(schema='marts') }}
select
    cast(null as timestamp) as published_now_at,
    cast(null as timestamp) as published_before_at,
    kpi_id,
    name_ru,
    name_en,
    unit,
    cast(null as {{ dbt.type_string() }}) as period_grain,
    cast(null as date) as period_start,
    cast(null as {{ dbt.type_string() }}) as dimension,
    cast(null as {{ dbt.type_string() }}) as dimension_key,
    cast(null as double) as value_before,
    cast(null as double) as value_now,
    cast(null as double) as change,
    cast(null as boolean) as is_code_changed
from {{ ref('kpi_catalogue') }}
where false
