-- Grain: source_system, source_account, month, category, kind, team, channel, currency, line_no.
-- One line of the business's expenses; lines that tell the same month, category, kind, team, channel and currency add up.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
with lines as (
{{ union_sources(
    'expenses',
    {
        'month': 'date',
        'category': 'string',
        'kind': 'string',
        'team': 'string',
        'channel': 'string',
        'amount': 'decimal(18, 2)',
        'currency': 'currency'
    }
) }}
)

select
    *,
    cast(row_number() over (
        partition by source_system, source_account, month, category, kind, team, channel, currency
        order by amount nulls last
    ) as bigint) as line_no
from lines
