-- Grain: channel_key.
-- One combination of utm_source, utm_medium, traffic_source and source_name that any record carries, with its channel.
with record_utms as (
    select channel_key, utm_source, utm_medium, traffic_source, source_name from {{ ref('int_record_utms') }}
    union all
    select
        {{ channel_key('utm_source', 'utm_medium', 'null', 'null') }}, utm_source, utm_medium, null, null
    from {{ ref('ad_spend') }}
    union all
    select {{ channel_key('null', 'null', 'null', 'platform') }}, null, null, null, platform from {{ ref('ad_spend') }}
    union all
    select {{ channel_key('utm_source', 'utm_medium', 'null', 'null') }}, utm_source, utm_medium, null, null from {{ ref('seed_ad_engines') }}
),

distinct_utms as (
    select distinct
        channel_key,
        lower(utm_source) as utm_source,
        lower(utm_medium) as utm_medium,
        lower(traffic_source) as traffic_source,
        lower(source_name) as source_name
    from record_utms
),

fitting as (
    select
        record_utms.*,
        rules.channel,
        row_number() over (
            partition by record_utms.channel_key
            order by case when rules.source_system = 'seed' then 1 else 0 end, rules.position
        ) as row_no
    from distinct_utms as record_utms
    left join {{ ref('channel_rules') }} as rules
        on
            (rules.utm_source is null or record_utms.utm_source like lower(rules.utm_source))
            and (rules.utm_medium is null or record_utms.utm_medium like lower(rules.utm_medium))
            and (rules.traffic_source is null or record_utms.traffic_source like lower(rules.traffic_source))
            and (rules.source_name is null or record_utms.source_name like lower(rules.source_name))
)

select
    channel_key,
    utm_source,
    -- what no rule names keeps its own name, so that nothing is hidden in a heap of others
    coalesce(
        channel,
        source_name,
        case when utm_source is not null then concat_ws(' / ', utm_source, utm_medium) end,
        utm_medium,
        traffic_source,
        '{{ var("unknown_member") }}'
    ) as channel
from fitting
where row_no = 1
