-- Grain: _raw_file, _raw_row; of accepted rows account_id.
-- One raw row of hubspot/account, with its row status.
{{ validated_rows(
    source('hubspot', 'account'),
    columns={
        'account_id': ['id', 'code', 'required'],
        'currency': ['companyCurrency', 'code']
    },
    key=['account_id'],
    version='loaded_at'
) }}
