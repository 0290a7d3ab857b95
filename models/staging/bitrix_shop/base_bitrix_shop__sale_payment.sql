-- Grain: _raw_file, _raw_row; of accepted rows payment_id.
-- One raw row of bitrix_shop/sale_payment, with its row status.  Payments carry no stamp of change: the last one loaded counts.
-- P is a return as well: through the pay system.
{% set mark = adapter.quote('isReturn') -%}
{%- set payments -%}
(
    select *, case when upper({{ mark }}) = 'P' then 'Y' else {{ mark }} end as is_return
    from {{ source('bitrix_shop', 'sale_payment') }}
) as payments
{%- endset %}
{{ validated_rows(
    payments,
    columns={
        'payment_id': ['id', 'ref', 'required'],
        'order_id': ['orderId', 'ref', 'required'],
        'is_paid': ['paid', 'boolean'],
        'paid_at': ['datePaid', 'timestamp', 'event'],
        'amount': ['sum', 'money', 'required'],
        'currency': ['currency', 'code'],
        'is_returned': ['is_return', 'boolean'],
        'returned_on': ['payReturnDate', 'date', 'event']
    },
    key=['payment_id'],
    rules={
        'payReturnDate: a returned payment without its day': 'is_returned and returned_on is null',
        'sum: negative': 'amount < 0'
    }
) }}
