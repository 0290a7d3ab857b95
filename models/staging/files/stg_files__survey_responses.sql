-- Grain: _raw_file, _raw_row; of accepted rows source_system, source_account, response_id.
-- One raw row of files/survey_responses, with its row status.  Written from contract/entities.yml by `uv run kpi contract`; edit that.
{{ validated_rows(
    source('files', 'survey_responses'),
    columns={
        'source_system': ['source_system', 'text'],
        'source_account': ['source_account', 'text'],
        'response_id': ['response_id', 'code', 'required'],
        'survey': ['survey', 'enum', 'required'],
        'answered_at': ['answered_at', 'timestamp', 'required'],
        'score': ['score', 'number', 'required'],
        'customer_id': ['customer_id', 'code'],
        'employee_id': ['employee_id', 'code'],
        'product_group': ['product_group', 'text']
    },
    key=['source_system', 'source_account', 'response_id'],
    born=['answered_at', 'customer_id'],
    rules={
        'score: outside the scale of its survey': "(survey = 'nps' and score not between 0 and 10) or (survey = 'csat' and score not between 1 and 5)"
    },
    loaded_at='loaded_at',
    deleted='is_deleted'
) }}
