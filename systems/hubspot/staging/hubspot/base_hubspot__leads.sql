-- Grain: _raw_file, _raw_row; of accepted rows record_id.
-- One raw row of hubspot/leads, records of the object Leads, with its row status.
{{ validated_rows(
    source('hubspot', 'leads'),
    columns={
        'record_id': ['id', 'code', 'required'],
        'title': ['hs_lead_name', 'text'],
        'created_at': ['hs_createdate', 'timestamp', 'required'],
        'updated_at': ['updatedAt', 'timestamp'],
        'pipeline_id': ['hs_pipeline', 'code'],
        'stage_id': ['hs_pipeline_stage', 'code'],
        'reject_reason': ['hs_lead_disqualification_reason', 'text'],
        'source_name': ['hs_lead_source', 'page'],
        'employee_id': ['hubspot_owner_id', 'ref'],
        'contact_id': ['contact_id', 'ref'],
        'company_id': ['company_id', 'ref'],
        'deal_id': ['deal_id', 'ref']
    },
    key=['record_id'],
    born=['created_at', 'contact_id', 'company_id'],
    version='updated_at',
    rules={'title: a test record': matches('lower(title)', var('test_record_title'))}
) }}
