-- Grain: _raw_file, _raw_row; of accepted rows account_id.
-- One raw row of salesforce/account, with its row status.
{{ validated_rows(
    salesforce_rows(source('salesforce', 'account')),
    columns={
        'account_id': ['Id', 'code', 'required'],
        'name': ['Name', 'text'],
        'created_at': ['CreatedDate', 'timestamp'],
        'updated_at': ['SystemModstamp', 'timestamp'],
        'is_person': ['IsPersonAccount', 'boolean'],
        'segment': [var('salesforce_field_segment'), 'text'],
        'region': [var('salesforce_field_region'), 'text'],
        'state': ['BillingState', 'text'],
        'city': ['BillingCity', 'text'],
        'country': ['BillingCountry', 'text'],
        'phone': ['Phone', 'multifield'],
        'mobile': ['PersonMobilePhone', 'multifield'],
        'email': ['PersonEmail', 'multifield']
    },
    own=['salesforce', 'customers'],
    key=['account_id'],
    version='updated_at',
    deleted='is_gone',
    rules={'account_id: of fifteen signs, the whole id has eighteen': 'length(account_id) = 15'}
) }}
