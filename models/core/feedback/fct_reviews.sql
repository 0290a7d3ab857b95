-- Grain: review_id.
-- One review before the as-of day.  Its channel is the place it was left in.
select
    reviews.review_id,
    reviews.source_system,
    reviews.created_at,
    {{ local_date('reviews.created_at') }} as created_on,
    clusters.customer_key,
    reviews.product_id,
    {{ known('products.product_group') }} as product_group,
    {{ known('reviews.channel') }} as channel,
    reviews.sentiment,
    reviews.rating
from {{ ref('reviews') }} as reviews
left join {{ ref('int_identity_clusters') }} as clusters on concat('c:', reviews.customer_id) = clusters.record
left join {{ ref('dim_products') }} as products on reviews.product_id = products.product_id
where reviews.created_at < {{ cutoff() }}
