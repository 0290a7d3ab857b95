-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, contract_id, year_no.
-- One raw row of files/contract_schedule, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'contract_schedule'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'contract_id': ['contract_id', 'code', 'required'],
        'year_no': ['year_no', 'integer', 'required'],
        'amount': ['amount', 'money', 'required']
    },
    key=['source_system', 'source_account', 'contract_id', 'year_no'],
    rules={
        'year_no: outside 1 to 100': 'year_no not between 1 and 100',
        'amount: negative': 'amount < 0'
    },
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
