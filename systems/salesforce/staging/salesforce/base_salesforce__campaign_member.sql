-- Grain: _raw_file, _raw_row; of accepted rows member_id.
-- One raw row of salesforce/campaign_member, with its row status.
{{ validated_rows(
    salesforce_rows(source('salesforce', 'campaign_member')),
    columns={
        'member_id': ['Id', 'code', 'required'],
        'campaign_id': ['CampaignId', 'ref', 'required'],
        'lead_id': ['LeadId', 'ref'],
        'created_at': ['CreatedDate', 'timestamp'],
        'updated_at': ['SystemModstamp', 'timestamp']
    },
    key=['member_id'],
    version='updated_at',
    deleted='is_gone'
) }}
