-- Grain: _raw_file, _raw_row; of accepted rows deal_id.
-- One raw row of hubspot/deals, with its row status.
{{ validated_rows(
    source('hubspot', 'deals'),
    columns={
        'deal_id': ['id', 'code', 'required'],
        'title': ['dealname', 'text'],
        'created_at': ['createdate', 'timestamp', 'required'],
        'updated_at': ['updatedAt', 'timestamp'],
        'close_at': ['closedate', 'timestamp', 'event'],
        'pipeline_id': ['pipeline', 'code'],
        'stage_id': ['dealstage', 'code'],
        'amount': ['amount', 'money'],
        'currency': ['deal_currency_code', 'code'],
        'stage_probability': ['hs_deal_stage_probability', 'share', 'lenient'],
        'own_probability': ['hs_forecast_probability', 'share', 'lenient'],
        'lost_reason': ['closed_lost_reason', 'text'],
        'employee_id': ['hubspot_owner_id', 'ref'],
        'company_id': ['company_id', 'ref'],
        'contact_id': ['contact_id', 'ref'],
        'contact_ids': ['contact_ids', 'text'],
        'source_name': ['hs_analytics_source', 'page'],
        'region': [var('hubspot_property_region'), 'text'],
        'order_id': [var('hubspot_property_order'), 'ref'],
        'merged_ids': ['hs_merged_object_ids', 'text']
    },
    own=['hubspot', 'deals'],
    key=['deal_id'],
    born=['created_at', 'company_id', 'contact_id'],
    version='updated_at',
    rules={
        'title: a test record': matches('lower(title)', var('test_record_title')),
        'amount: negative, a return is given as a refund': 'amount < 0'
    }
) }}
