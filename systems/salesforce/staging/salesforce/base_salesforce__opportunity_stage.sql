-- Grain: _raw_file, _raw_row; of accepted rows item_id.
-- One raw row of salesforce/opportunity_stage, with its row status.
{{ validated_rows(
    source('salesforce', 'opportunity_stage'),
    columns={
        'item_id': ['Id', 'code', 'required'],
        'stage_id': ['ApiName', 'text', 'required'],
        'name': ['MasterLabel', 'text'],
        'position': ['SortOrder', 'integer'],
        'is_active': ['IsActive', 'boolean'],
        'is_closed': ['IsClosed', 'boolean'],
        'is_won': ['IsWon', 'boolean'],
        'probability': ['DefaultProbability', 'percent', 'lenient']
    },
    key=['item_id'],
    version='loaded_at'
) }}
