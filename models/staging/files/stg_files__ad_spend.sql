-- Grain: _raw_file, _raw_row.
-- One raw row of files/ad_spend, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'ad_spend'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'date': ['date', 'date', 'required'],
        'platform': ['platform', 'text', 'required'],
        'account_id': ['account_id', 'code'],
        'campaign_id': ['campaign_id', 'code'],
        'campaign_name': ['campaign_name', 'page'],
        'ad_group_id': ['ad_group_id', 'code'],
        'ad_group_name': ['ad_group_name', 'page'],
        'ad_id': ['ad_id', 'code'],
        'ad_name': ['ad_name', 'page'],
        'keyword': ['keyword', 'page'],
        'impressions': ['impressions', 'integer'],
        'clicks': ['clicks', 'integer'],
        'cost': ['cost', 'money', 'required'],
        'currency': ['currency', 'code'],
        'cost_includes_vat': ['cost_includes_vat', 'boolean'],
        'conversions': ['conversions', 'number', 'lenient'],
        'utm_source': ['utm_source', 'mark'],
        'utm_medium': ['utm_medium', 'mark'],
        'utm_campaign': ['utm_campaign', 'mark']
    },
    key=['source_system', 'source_account', 'date', 'platform', 'account_id', 'campaign_id', 'ad_group_id', 'ad_id', 'keyword', 'cost_includes_vat', 'currency'],
    lines=true,
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
