-- Grain: _raw_file, _raw_row; of accepted rows type, engagement_id.
-- One raw row of hubspot/engagements, with its row status: a call, a meeting, an e-mail, a task or another message.
{% set rows_with_phone -%}
(
    select
        *,
        case when hs_call_direction = 'INBOUND' then hs_call_from_number else hs_call_to_number end as phone
    from {{ source('hubspot', 'engagements') }}
) as rows_with_phone
{%- endset %}
{{ validated_rows(
    rows_with_phone,
    columns={
        'type': ['type', 'enum', 'required'],
        'engagement_id': ['id', 'code', 'required'],
        'created_at': ['hs_createdate', 'timestamp', 'required'],
        'updated_at': ['updatedAt', 'timestamp'],
        'happened_at': ['hs_timestamp', 'timestamp'],
        'employee_id': ['hubspot_owner_id', 'ref'],
        'deal_id': ['deal_id', 'ref'],
        'contact_id': ['contact_id', 'ref'],
        'company_id': ['company_id', 'ref'],
        'call_direction': ['hs_call_direction', 'code'],
        'call_milliseconds': ['hs_call_duration', 'number'],
        'call_outcome': ['hs_call_disposition', 'code'],
        'call_status': ['hs_call_status', 'code'],
        'phone': ['phone', 'ref'],
        'starts_at': ['hs_meeting_start_time', 'timestamp', 'lenient'],
        'ends_at': ['hs_meeting_end_time', 'timestamp', 'lenient'],
        'meeting_outcome': ['hs_meeting_outcome', 'code'],
        'email_direction': ['hs_email_direction', 'code'],
        'email_status': ['hs_email_status', 'code'],
        'task_type': ['hs_task_type', 'code'],
        'task_status': ['hs_task_status', 'code'],
        'completed_at': ['hs_task_completion_date', 'timestamp', 'lenient'],
        'message_channel': ['hs_communication_channel_type', 'code']
    },
    key=['type', 'engagement_id'],
    born=['created_at', 'deal_id', 'contact_id'],
    version='updated_at',
    rules={'hs_call_duration: negative': 'call_milliseconds < 0'}
) }}
