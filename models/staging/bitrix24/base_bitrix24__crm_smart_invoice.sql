-- Grain: _raw_file, _raw_row; of accepted rows invoice_id.
-- One raw row of bitrix24/crm_smart_invoice, with its row status.
{{ validated_rows(
    source('bitrix24', 'crm_smart_invoice'),
    columns={
        'invoice_id': ['id', 'code', 'required'],
        'title': ['title', 'text'],
        'created_at': ['createdTime', 'timestamp', 'required'],
        'modified_at': ['updatedTime', 'timestamp'],
        'moved_at': ['movedTime', 'timestamp', 'event'],
        'begin_date': ['begindate', 'date', 'event'],
        'due_date': ['closedate', 'date'],
        'pipeline_id': ['categoryId', 'code'],
        'stage_id': ['stageId', 'text'],
        'amount': ['opportunity', 'money'],
        'currency': ['currencyId', 'ref'],
        'deal_id': ['parentId2', 'ref'],
        'company_id': ['companyId', 'ref'],
        'contact_id': ['contactId', 'ref'],
        'contact_ids': ['contactIds', 'text'],
        'employee_id': ['assignedById', 'ref']
    },
    key=['invoice_id'],
    born=['created_at', 'deal_id', 'company_id', 'contact_id'],
    version='modified_at',
    rules={
        'title: a test record': matches('lower(title)', var('test_record_title')),
        'opportunity: negative': 'amount < 0'
    }
) }}
