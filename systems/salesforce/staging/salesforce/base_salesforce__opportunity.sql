-- Grain: _raw_file, _raw_row; of accepted rows deal_id.
-- One raw row of salesforce/opportunity, with its row status.
{{ validated_rows(
    salesforce_rows(source('salesforce', 'opportunity')),
    columns={
        'deal_id': ['Id', 'code', 'required'],
        'title': ['Name', 'text'],
        'created_at': ['CreatedDate', 'timestamp', 'required'],
        'updated_at': ['SystemModstamp', 'timestamp'],
        'moved_at': ['LastStageChangeDate', 'timestamp'],
        'close_date': ['CloseDate', 'date'],
        'stage_id': ['StageName', 'text', 'required'],
        'is_closed': ['IsClosed', 'boolean'],
        'is_won': ['IsWon', 'boolean'],
        'amount': ['Amount', 'money'],
        'currency': ['CurrencyIsoCode', 'code'],
        'probability': ['Probability', 'percent', 'lenient'],
        'account_id': ['AccountId', 'ref'],
        'contact_id': ['ContactId', 'ref'],
        'owner_id': ['OwnerId', 'ref'],
        'campaign_id': ['CampaignId', 'ref'],
        'source_name': ['LeadSource', 'page'],
        'utm_source': ['utm_source__c', 'mark'],
        'utm_medium': ['utm_medium__c', 'mark'],
        'utm_campaign': ['utm_campaign__c', 'mark'],
        'utm_content': ['utm_content__c', 'mark'],
        'utm_term': ['utm_term__c', 'mark'],
        'yclid': ['yclid__c', 'ref'],
        'gclid': ['gclid__c', 'ref'],
        'web_client_id': [var('salesforce_field_web_client_id'), 'ref'],
        'landing_page': [var('salesforce_field_landing_page'), 'text'],
        'lost_reason': [var('salesforce_field_lost_reason'), 'text'],
        'order_id': [var('salesforce_field_order'), 'ref'],
        'region': [var('salesforce_field_region'), 'text']
    },
    own=['salesforce', 'deals'],
    key=['deal_id'],
    version='updated_at',
    deleted='is_gone',
    rules={
        'deal_id: of fifteen signs, the whole id has eighteen': 'length(deal_id) = 15',
        'title: a test record': matches('lower(title)', var('test_record_title')),
        'amount: negative, a return is given as a refund': 'amount < 0'
    }
) }}
