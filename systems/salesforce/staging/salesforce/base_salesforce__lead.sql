-- Grain: _raw_file, _raw_row; of accepted rows lead_id.
-- One raw row of salesforce/lead, with its row status.
{{ validated_rows(
    salesforce_rows(source('salesforce', 'lead')),
    columns={
        'lead_id': ['Id', 'code', 'required'],
        'created_at': ['CreatedDate', 'timestamp', 'required'],
        'updated_at': ['SystemModstamp', 'timestamp'],
        'changed_at': ['LastModifiedDate', 'timestamp'],
        'status': ['Status', 'text'],
        'is_converted': ['IsConverted', 'boolean'],
        'converted_on': ['ConvertedDate', 'date'],
        'account_id': ['ConvertedAccountId', 'ref'],
        'contact_id': ['ConvertedContactId', 'ref'],
        'deal_id': ['ConvertedOpportunityId', 'ref'],
        'owner_id': ['OwnerId', 'ref'],
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
        'reject_reason': [var('salesforce_field_reject_reason'), 'text'],
        'region': [var('salesforce_field_region'), 'text'],
        'state': ['State', 'text'],
        'email': ['Email', 'multifield'],
        'phone': ['Phone', 'multifield'],
        'mobile': ['MobilePhone', 'multifield']
    },
    own=['salesforce', 'leads'],
    key=['lead_id'],
    version='updated_at',
    deleted='is_gone',
    rules={'lead_id: of fifteen signs, the whole id has eighteen': 'length(lead_id) = 15'}
) }}
