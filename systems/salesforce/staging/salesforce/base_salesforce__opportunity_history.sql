-- Grain: _raw_file, _raw_row; of accepted rows history_id.
-- One raw row of salesforce/opportunity_history, with its row status.
{{ validated_rows(
    salesforce_rows(source('salesforce', 'opportunity_history')),
    columns={
        'history_id': ['Id', 'code', 'required'],
        'deal_id': ['OpportunityId', 'ref', 'required'],
        'stage_id': ['StageName', 'text', 'required'],
        'happened_at': ['CreatedDate', 'timestamp', 'required']
    },
    key=['history_id'],
    version='loaded_at',
    deleted='is_gone'
) }}
