-- Grain: source_system, source_account, date, platform, account_id, campaign_id, ad_group_id, ad_id, keyword, cost_includes_vat, currency, line_no.
-- One line of ad cost of a day, platform, account, campaign, ad group, ad and keyword; lines that tell the same of all these add up.
-- Written from contract/entities.yml by `uv run kpi contract`; edit that.
with lines as (
{{ union_sources(
    'ad_spend',
    {
        'date': 'date',
        'platform': 'platform',
        'account_id': 'string',
        'campaign_id': 'string',
        'campaign_name': 'string',
        'ad_group_id': 'string',
        'ad_group_name': 'string',
        'ad_id': 'string',
        'ad_name': 'string',
        'keyword': 'string',
        'impressions': 'bigint',
        'clicks': 'bigint',
        'cost': 'decimal(18, 2)',
        'currency': 'currency',
        'cost_includes_vat': 'boolean',
        'conversions': 'double',
        'utm_source': 'string',
        'utm_medium': 'string',
        'utm_campaign': 'string'
    }
) }}
)

select
    *,
    cast(row_number() over (
        partition by source_system, source_account, date, platform, account_id, campaign_id, ad_group_id, ad_id, keyword, cost_includes_vat, currency
        order by cost nulls last, clicks nulls last, impressions nulls last
    ) as bigint) as line_no
from lines
