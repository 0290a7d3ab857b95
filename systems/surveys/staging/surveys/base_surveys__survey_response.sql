-- Grain: _raw_file, _raw_row; of accepted rows survey_id, metric, response_id.
-- One raw row of surveys/survey_response, with its row status; what the scale does not hold, or no scale tells, is rejected.
{{ validated_rows(
    source('surveys', 'survey_response'),
    columns={
        'response_id': ['response_id', 'code', 'required'],
        'survey_id': ['survey_id', 'code'],
        'metric': ['metric', 'enum', 'required'],
        'score': ['score', 'number', 'required'],
        'scale_min': ['scale_min', 'number'],
        'scale_max': ['scale_max', 'number'],
        'customer_id': ['customer_external_id', 'ref'],
        'employee_id': ['employee_id', 'ref'],
        'responded_at': ['responded_at', 'timestamp', 'required']
    },
    key=['survey_id', 'metric', 'response_id'],
    born=['responded_at', 'customer_id'],
    version='loaded_at',
    rules={
        'metric: neither nps, csat nor ces': "metric not in ('nps', 'csat', 'ces')",
        'scale: its end is not above its begin': scale_end('scale_max', 1) ~ ' <= ' ~ scale_end('scale_min', 0),
        'scale: that of nps is 0 to 10': "metric = 'nps' and (scale_min <> " ~ scale_end('null', 0) ~ ' or scale_max <> ' ~ scale_end('null', 1) ~ ')',
        'score: outside the scale of its survey': 'score < ' ~ scale_end('scale_min', 0) ~ ' or score > ' ~ scale_end('scale_max', 1)
    }
) }}
