-- Grain: _raw_file, _raw_row; of accepted rows contact_id.
-- One raw row of salesforce/contact, with its row status.
{{ validated_rows(
    salesforce_rows(source('salesforce', 'contact')),
    columns={
        'contact_id': ['Id', 'code', 'required'],
        'account_id': ['AccountId', 'ref'],
        'name': ['Name', 'text'],
        'created_at': ['CreatedDate', 'timestamp'],
        'updated_at': ['SystemModstamp', 'timestamp'],
        'is_person': ['IsPersonAccount', 'boolean'],
        'region': [var('salesforce_field_region'), 'text'],
        'state': ['MailingState', 'text'],
        'city': ['MailingCity', 'text'],
        'country': ['MailingCountry', 'text'],
        'phone': ['Phone', 'multifield'],
        'mobile': ['MobilePhone', 'multifield'],
        'email': ['Email', 'multifield']
    },
    own=['salesforce', 'customers'],
    key=['contact_id'],
    version='updated_at',
    deleted='is_gone',
    rules={'contact_id: of fifteen signs, the whole id has eighteen': 'length(contact_id) = 15'}
) }}
