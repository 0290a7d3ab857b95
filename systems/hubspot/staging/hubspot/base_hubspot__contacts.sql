-- Grain: _raw_file, _raw_row; of accepted rows contact_id.
-- One raw row of hubspot/contacts, with its row status.
{{ validated_rows(
    source('hubspot', 'contacts'),
    columns={
        'contact_id': ['id', 'code', 'required'],
        'first_name': ['firstname', 'text'],
        'last_name': ['lastname', 'text'],
        'email': ['email', 'text'],
        'phone': ['phone', 'ref'],
        'created_at': ['createdate', 'timestamp'],
        'updated_at': ['updatedAt', 'timestamp'],
        'company_id': ['company_id', 'ref'],
        'employee_id': ['hubspot_owner_id', 'ref'],
        'lifecycle_stage': ['lifecyclestage', 'code'],
        'lead_status': ['hs_lead_status', 'code'],
        'source_name': ['hs_analytics_source', 'page'],
        'landing_page': ['hs_analytics_first_url', 'text'],
        'google_click_id': ['hs_google_click_id', 'text'],
        'city': ['city', 'text'],
        'country': ['country', 'text'],
        'region': [var('hubspot_property_region'), 'text'],
        'segment': [var('hubspot_property_segment'), 'text'],
        'merged_ids': ['hs_merged_object_ids', 'text']
    },
    own=['hubspot', 'customers'],
    key=['contact_id'],
    born=['created_at', 'phone', 'email'],
    version='updated_at'
) }}
