-- No two rows of a model of the folder quality share its key.
{{ repeated_keys([
    ref('findings'),
    ref('int_id_findings'),
    ref('int_member_findings'),
    ref('int_money_findings'),
    ref('int_rate_findings'),
    ref('int_record_findings'),
    ref('int_row_statuses'),
    ref('int_target_findings'),
    ref('int_time_findings'),
    ref('int_word_findings'),
    ref('kpi_restatement_records'),
    ref('kpi_restatements'),
    ref('rejected_rows'),
    ref('source_freshness'),
    ref('source_tie_out'),
    ref('source_totals')
]) }}
