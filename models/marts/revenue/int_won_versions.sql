-- Grain: deal_id, known_from.
-- One deal and one span of days at whose ends it stood in a won stage, with one manager and amount, as it was known then: the amount from the version
-- loaded the night after, at the rate of the day of the win; what has no amount, or nought, is worth its lines.  What is won now
-- is worth what the deal is.
with wins as (
    select
        object_id as deal_id,
        {{ local_date('entered_at') }} as won_on,
        coalesce({{ local_date('left_at') }}, cast('9999-12-31' as date)) as won_until
    from {{ ref('fct_stage_changes') }}
    where object = 'deal' and status = 'won'
),

versions as (
    select
        wins.deal_id,
        wins.won_on,
        versions.employee_id,
        versions.currency,
        greatest(wins.won_on, coalesce(versions.known_from, wins.won_on)) as known_from,
        least(wins.won_until, coalesce(versions.known_until, wins.won_until)) as known_until,
        coalesce(nullif(versions.amount, 0), lines.lines_amount, versions.amount) as amount
    from wins
    left join {{ ref('int_deal_versions') }} as versions
        on wins.deal_id = versions.deal_id and wins.won_on < versions.known_until and wins.won_until > versions.known_from
    left join {{ ref('int_line_totals') }} as lines on concat('deal:', wins.deal_id) = lines.sale_id
)

select
    versions.deal_id,
    versions.won_on,
    versions.known_from,
    versions.known_until,
    {{ known('coalesce(versions.employee_id, deals.employee_id)') }} as manager,
    {{ known('employees.team') }} as team,
    coalesce(
        case when versions.known_until < cast('9999-12-31' as date) then {{ to_base('versions.amount', 'rates') }} end, deals.amount_base, 0
    ) as won_amount
from versions
inner join {{ ref('fct_deals') }} as deals on versions.deal_id = deals.deal_id
left join {{ ref('dim_employees') }} as employees on coalesce(versions.employee_id, deals.employee_id) = employees.employee_id
{{ join_rate('rates', 'versions.currency', 'versions.won_on') }}
where versions.known_from < versions.known_until
