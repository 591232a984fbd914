-- mrr: What customers pay a month, and by which movements it changed.
-- grain: one row per segment and period
-- params:
--   first_period (INTEGER): first period shown
--   last_period (INTEGER): last period shown
--   as_of_period (INTEGER): period in which the observed time ends
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
--   counts_reactivation (BOOLEAN): reactivation is growth in the quick ratio
--   calendar (VARCHAR): day, week, month, quarter or year
--   week_shift (INTEGER): days from the first day of a week to 1970-01-01
--   min_n (INTEGER): under this many customers a figure is small
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   period (DATE): first day of the interval
--   mrr_start (DOUBLE): monthly revenue at the end of the interval before
--   mrr_new (DOUBLE): of those who never paid before
--   mrr_reactivation (DOUBLE): of those who paid before, but not at the start
--   mrr_expansion (DOUBLE): what those who stayed pay more
--   mrr_contraction (DOUBLE): what those who stayed pay less, not negative
--   mrr_churn (DOUBLE): what those paid who pay no more, not negative
--   mrr_end (DOUBLE): monthly revenue at the end, of a running one so far
--   customers_at_start (BIGINT): who paid at the start
--   new_customers (BIGINT): who began to pay
--   reactivated_customers (BIGINT): who came back
--   expanded_customers (BIGINT): who stayed and pay more
--   contracted_customers (BIGINT): who stayed and pay less
--   churned_customers (BIGINT): who paid at the start and pay no more
--   paying_customers (BIGINT): who pay at the end
--   gross_churn (DOUBLE): (contraction + churn) / start; null where start is 0
--   net_churn (DOUBLE): (contraction + churn - expansion - reactivation) / start
--   grr (DOUBLE): 1 - gross churn
--   nrr (DOUBLE): monthly revenue of those who paid at the start, now / then
--   grr_error (DOUBLE): standard error of grr; null where nobody differs
--   nrr_error (DOUBLE): standard error of nrr
--   quick_ratio (DOUBLE): growth / (contraction + churn); null where nothing was lost
--   arpa (DOUBLE): end / customers at the end
--   arpa_new (DOUBLE): new / new customers
--   arr (DOUBLE): 12 times the end
--   is_complete (BOOLEAN): the interval was over before as_of
--   is_small (BOOLEAN): fewer customers at the start than min_n
-- source: docs/definitions.md, Monthly revenue; standard errors of ratios by the
--   linearised variance (Cochran 1977, Sampling Techniques, 6.4)
with changed as (
    select
        revenue_changes.segment_no::integer as segment_no,
        revenue_changes.period,
        revenue_changes.movement,
        count(*) as customers,
        sum(revenue_changes.mrr_after) - sum(revenue_changes.mrr_before) as change,
        -- by how much the squares, and before times after, exceed before squared
        sum(
            (revenue_changes.mrr_after::double - revenue_changes.mrr_before::double)
            * (revenue_changes.mrr_after::double + revenue_changes.mrr_before::double)
        ) as squared,
        sum(
            (revenue_changes.mrr_after::double - revenue_changes.mrr_before::double)
            * revenue_changes.mrr_before::double
        ) as product
    from revenue_changes
    where revenue_changes.period <= $last_period
    group by all
),

with_total as (
    select
        changed.segment_no,
        -- what came before the first interval shown is its start
        greatest(changed.period, $first_period - 1)::integer as period,
        changed.movement,
        changed.customers,
        changed.change,
        changed.squared,
        changed.product
    from changed
    union all
    select
        -1 as segment_no,
        greatest(changed.period, $first_period - 1)::integer as period,
        changed.movement,
        changed.customers,
        changed.change,
        changed.squared,
        changed.product
    from changed
    where $has_segments
),

labels as (
    select distinct
        segments.segment_no::integer as segment_no,
        segments.segment
    from segments
    union all
    select
        -1 as segment_no,
        'All' as segment
    where $has_segments
),

-- intervals in which nothing moved are rows too
every_period as (
    select
        labels.segment_no,
        labels.segment,
        unnest(range($first_period - 1, $last_period + 1))::integer as period
    from labels
),

moved as (
    select
        every_period.segment_no,
        every_period.segment,
        every_period.period,
        with_total.movement,
        coalesce(with_total.customers, 0) as customers,
        coalesce(with_total.change, 0) as change,
        coalesce(with_total.squared, 0) as squared,
        coalesce(with_total.product, 0) as product,
        -- of those who paid at the start, who pays less
        with_total.movement in ('contraction', 'churn') as is_loss,
        with_total.movement in ('expansion', 'contraction', 'churn') as is_kept
    from every_period
    left join with_total
        on
            every_period.segment_no = with_total.segment_no
            and every_period.period = with_total.period
),

by_period as (
    select
        moved.segment_no,
        moved.segment,
        moved.period,
        sum(moved.change) as change,
        coalesce(sum(moved.change) filter (where moved.movement = 'new'), 0) as new,
        coalesce(sum(moved.change) filter (where moved.movement = 'reactivation'), 0)
            as reactivation,
        coalesce(sum(moved.change) filter (where moved.movement = 'expansion'), 0)
            as expansion,
        coalesce(-sum(moved.change) filter (where moved.movement = 'contraction'), 0)
            as contraction,
        coalesce(-sum(moved.change) filter (where moved.movement = 'churn'), 0)
            as churn,
        coalesce(sum(moved.customers) filter (where moved.movement = 'new'), 0)::bigint
            as new_customers,
        coalesce(
            sum(moved.customers) filter (where moved.movement = 'reactivation'), 0
        )::bigint as reactivated_customers,
        coalesce(
            sum(moved.customers) filter (where moved.movement = 'expansion'), 0
        )::bigint as expanded_customers,
        coalesce(
            sum(moved.customers) filter (where moved.movement = 'contraction'), 0
        )::bigint as contracted_customers,
        coalesce(
            sum(moved.customers) filter (where moved.movement = 'churn'), 0
        )::bigint as churned_customers,
        sum(moved.squared) as squared,
        coalesce(sum(moved.squared) filter (where moved.is_kept), 0) as kept_squared,
        coalesce(sum(moved.product) filter (where moved.is_kept), 0) as kept_product,
        coalesce(sum(moved.squared) filter (where moved.is_loss), 0) as lost_squared,
        coalesce(sum(moved.product) filter (where moved.is_loss), 0) as lost_product
    from moved
    group by all
),

standing as (
    select
        by_period.*,
        sum(by_period.change) over so_far as mrr_end,
        (
            sum(
                by_period.new_customers
                + by_period.reactivated_customers
                - by_period.churned_customers
            ) over so_far
        )::bigint as paying_customers,
        -- sums of squares are never negative, but their rounding may be
        greatest(
            sum(by_period.squared) over so_far - by_period.squared, 0
        ) as start_squared
    from by_period
    window
        so_far as (
            partition by by_period.segment_no
            order by by_period.period
            rows between unbounded preceding and current row
        )
),

final as (
    select
        standing.*,
        standing.mrr_end - standing.change as mrr_start,
        (
            standing.paying_customers
            - standing.new_customers
            - standing.reactivated_customers
            + standing.churned_customers
        ) as customers_at_start,
        nullif((standing.mrr_end - standing.change)::double, 0) as base,
        nullif(
            standing.paying_customers
            - standing.new_customers
            - standing.reactivated_customers
            + standing.churned_customers,
            0
        ) as payers,
        (standing.contraction + standing.churn)::double as lost,
        1 - (standing.contraction + standing.churn)::double
        / nullif((standing.mrr_end - standing.change)::double, 0) as grr,
        1 + (standing.expansion - standing.contraction - standing.churn)::double
        / nullif((standing.mrr_end - standing.change)::double, 0) as nrr
    from standing
    where standing.period >= $first_period
)

select
    final.segment,
    case $calendar
        when 'day' then date '1970-01-01' + final.period
        when 'week' then date '1970-01-01' + (final.period * 7 - $week_shift)
        when 'quarter' then make_date(final.period // 4, final.period % 4 * 3 + 1, 1)
        when 'year' then make_date(final.period, 1, 1)
        else make_date(final.period // 12, final.period % 12 + 1, 1)
    end as period,
    final.mrr_start::double as mrr_start,
    final.new::double as mrr_new,
    final.reactivation::double as mrr_reactivation,
    final.expansion::double as mrr_expansion,
    final.contraction::double as mrr_contraction,
    final.churn::double as mrr_churn,
    final.mrr_end::double as mrr_end,
    final.customers_at_start,
    final.new_customers,
    final.reactivated_customers,
    final.expanded_customers,
    final.contracted_customers,
    final.churned_customers,
    final.paying_customers,
    final.lost / final.base as gross_churn,
    (final.lost - final.expansion::double - final.reactivation::double)
    / final.base as net_churn,
    final.grr,
    final.nrr,
    nullif(
        sqrt(
            final.payers / nullif(final.payers - 1, 0) * greatest(
                final.start_squared * (1 - final.grr) ** 2
                + final.lost_squared
                - 2 * final.grr * final.lost_product,
                0
            )
        ),
        0
    ) / final.base as grr_error,
    nullif(
        sqrt(
            final.payers / nullif(final.payers - 1, 0) * greatest(
                final.start_squared * (1 - final.nrr) ** 2
                + final.kept_squared
                - 2 * final.nrr * final.kept_product,
                0
            )
        ),
        0
    ) / final.base as nrr_error,
    (
        final.new::double
        + final.expansion::double
        + case when $counts_reactivation then final.reactivation::double else 0 end
    ) / nullif(final.lost, 0) as quick_ratio,
    final.mrr_end::double / nullif(final.paying_customers, 0) as arpa,
    final.new::double / nullif(final.new_customers, 0) as arpa_new,
    12 * final.mrr_end::double as arr,
    final.period < $as_of_period as is_complete,
    final.customers_at_start < $min_n as is_small
from final
order by
    final.segment_no,
    final.period
