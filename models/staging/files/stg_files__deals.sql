-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, deal_id.
-- One raw row of files/deals, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'deals'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'deal_id': ['deal_id', 'code', 'required'],
        'created_at': ['created_at', 'timestamp', 'required'],
        'lead_id': ['lead_id', 'code'],
        'customer_id': ['customer_id', 'code'],
        'contact_id': ['contact_id', 'code'],
        'employee_id': ['employee_id', 'code'],
        'pipeline_id': ['pipeline_id', 'code'],
        'stage_id': ['stage_id', 'code'],
        'status': ['status', 'enum'],
        'closed_at': ['closed_at', 'timestamp', 'event'],
        'expected_close_on': ['expected_close_on', 'date', 'lenient'],
        'amount': ['amount', 'money'],
        'currency': ['currency', 'code'],
        'probability': ['probability', 'share', 'lenient'],
        'forecast_amount': ['forecast_amount', 'money', 'lenient'],
        'lost_reason': ['lost_reason', 'text'],
        'source_name': ['source_name', 'page'],
        'utm_source': ['utm_source', 'mark'],
        'utm_medium': ['utm_medium', 'mark'],
        'utm_campaign': ['utm_campaign', 'mark'],
        'utm_content': ['utm_content', 'mark'],
        'utm_term': ['utm_term', 'mark'],
        'landing_page': ['landing_page', 'text'],
        'click_id': ['click_id', 'text'],
        'web_client_id': ['web_client_id', 'ref'],
        'region': ['region', 'text'],
        'point_of_sale': ['point_of_sale', 'text'],
        'order_id': ['order_id', 'code'],
        'title': ['title', 'text'],
        'email': ['email', 'text'],
        'phone': ['phone', 'ref']
    },
    key=['source_system', 'source_account', 'deal_id'],
    born=['created_at', 'customer_id', 'phone', 'email'],
    rules={
        'amount: negative, a return is given as a refund': 'amount < 0'
    },
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
