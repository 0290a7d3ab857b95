-- Grain: report, kpi_id, reason, reason_rank.
-- One indicator of a report and reason for its change in the newest complete period: a factor of its tree, or a member (a channel, a manager, a
-- stage) of those that moved it most; none of a figure that is not ripe, rests on too few cases or stands beside such a one.  The factors' parts
-- add up to the change; members of several dimensions are several cuts of one change.
{%- set currency = (var('currency_words')[var('base_currency')] or [var('base_currency')])[0] %}
{%- set digits = {'ru': "replace(amounts.digits, '.', ',')", 'en': 'amounts.digits'} %}
with changed as (
    select * from {{ ref('report_indicators') }}
    where
        is_latest and change is not null and is_change_told
        and period_grain = case report when 'daily' then 'day' when 'weekly' then 'week' else 'month' end
),

reasons as (
    select
        changed.report, changed.kpi_id, 'factor' as reason, factors.position as reason_rank, 'factor' as reason_kind,
        factors.name_ru as reason_ru, factors.name_en as reason_en, factors.part
    from changed
    inner join {{ ref('change_factors') }} as factors
        on changed.kpi_id = factors.outcome_id and changed.period_grain = factors.period_grain
        and changed.period_start = factors.period_start and factors.compared_with = 'previous'
    union all
    select
        changed.report, changed.kpi_id, 'member', movers.mover_rank, movers.mover_dimension, movers.mover_ru, movers.mover_en, movers.mover_change
    from changed
    inner join {{ ref('int_report_movers') }} as movers
        on changed.report = movers.report and changed.kpi_id = movers.kpi_id and changed.period_grain = movers.period_grain
        and changed.period_start = movers.period_start and movers.mover_rank <= {{ var('movers_told') }}
),

-- the amount as a sentence writes it, with a point
amounts as (
    select
        reasons.*,
        changed.period_start, changed.position, changed.name_ru, changed.name_en, changed.unit, changed.change,
        case when changed.unit = 'money' then ' {{ currency }}' else '' end as currency,
        case words.decimals
            when 0 then cast(cast(round(abs(reasons.part) / words.divided_by) as bigint) as {{ dbt.type_string() }})
            when 1 then cast(cast(abs(reasons.part) / words.divided_by as decimal(18, 1)) as {{ dbt.type_string() }})
            else cast(cast(abs(reasons.part) / words.divided_by as decimal(18, 2)) as {{ dbt.type_string() }})
        end as digits,
        coalesce(' ' || words.words_ru, '') as digits_ru,
        coalesce(' ' || words.words_en, '') as digits_en
    from reasons
    inner join changed on reasons.report = changed.report and reasons.kpi_id = changed.kpi_id
    left join {{ ref('seed_amount_words') }} as words
        on changed.unit = words.unit and abs(reasons.part) >= words.at_least and (words.below is null or abs(reasons.part) < words.below)
)

select
    amounts.report, amounts.position, amounts.kpi_id, amounts.name_ru, amounts.name_en, amounts.unit, amounts.period_start, amounts.change,
    amounts.reason, amounts.reason_rank, amounts.reason_kind, amounts.reason_ru, amounts.reason_en, amounts.part,
    {%- for lang, quote, part_unknown, same, up, down, by in [
        ('ru', ('«', '»'), 'нельзя оценить: один из факторов неизвестен.', 'не изменил показатель', 'увеличил показатель', 'снизил показатель', 'на'),
        ('en', ('“', '”'), 'cannot be judged: a factor is unknown.', 'did not change', 'raised', 'lowered', 'by')
    ] %}
    concat(
        coalesce(kinds.words_{{ lang }} || ' ', ''), '{{ quote[0] }}', amounts.reason_{{ lang }}, '{{ quote[1] }} ',
        case
            when amounts.part is null then '{{ part_unknown }}'
            else concat(
                case when amounts.part = 0 then '{{ same }}' when amounts.part > 0 then '{{ up }}' else '{{ down }}' end,
                ' {{ quote[0] }}', amounts.name_{{ lang }}, '{{ quote[1] }}',
                case
                    when amounts.part <> 0 then concat(' {{ by }} ', {{ digits[lang] }}, amounts.digits_{{ lang }}, amounts.currency)
                    else ''
                end,
                ' ', spans.words_{{ lang }}, '.'
            )
        end
    ) as text_{{ lang }}{{ ',' if not loop.last }}
    {%- endfor %}
from amounts
left join {{ ref('seed_reason_words') }} as kinds on amounts.reason_kind = kinds.words_of
left join {{ ref('seed_reason_words') }} as spans on amounts.report = spans.words_of
