-- Grain: _raw_file, _raw_row; of accepted rows campaign_id.
-- One raw row of salesforce/campaign, with its row status.
{{ validated_rows(
    salesforce_rows(source('salesforce', 'campaign')),
    columns={
        'campaign_id': ['Id', 'code', 'required'],
        'name': ['Name', 'text'],
        'updated_at': ['SystemModstamp', 'timestamp']
    },
    key=['campaign_id'],
    version='updated_at',
    deleted='is_gone'
) }}
