-- Grain: _raw_file, _raw_row; of accepted rows sip_id.
-- One raw row of mtt/sip_ids, with its row status.
{{ validated_rows(
    source('mtt', 'sip_ids'),
    columns={
        'sip_id': ['sip_id', 'code', 'required'],
        'employee_id': ['employee_id', 'code', 'required']
    },
    key=['sip_id'],
    version='loaded_at'
) }}
