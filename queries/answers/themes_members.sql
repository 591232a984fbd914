-- themes_members: Comments in the words of those who wrote them.
-- grain: one row per remark_no
-- params:
--   by_segment (BOOLEAN): groups are the segments; else the groups of the score
--   of_term (INTEGER): only with this term; null means any
--   of_group (INTEGER): only of this group; null means everyone
--   of_language (VARCHAR): only of this language; null means any
--   of_month (DATE): first day of the month of writing; null means any
--   of_words (VARCHAR[]): only where all of these are in the text, in small letters
--   most (BIGINT): so many rows at most; null means all
-- returns:
--   remark_no (INTEGER): number of the comment
--   id (VARCHAR): id as in the exports; null = written by somebody unknown
--   written_on (DATE): local day; null = not known
--   comment (VARCHAR): the words as they were written
--   score (DOUBLE): the score given; null = none
--   band_no (INTEGER): group of the score, the lowest is 0; null = none
--   language (VARCHAR): the language, or unknown
--   of_found (BIGINT): how many comments there are in all
-- source: docs/definitions.md, Themes of comments; the same relation as themes
with wanted as (
    select unnest($of_words::varchar[]) as word
),

matching as (
    select remarks_seen.text_no
    from remarks_seen
    inner join wanted
        on contains(lower(nfc_normalize(remarks_seen.comment)), wanted.word)
    group by remarks_seen.text_no
    having count(distinct wanted.word) = len($of_words::varchar[])
),

found as (
    select
        remarks_seen.remark_no,
        remarks_seen.customer_no,
        remarks_seen.written_on,
        remarks_seen.comment,
        remarks_seen.score,
        remarks_seen.band_no,
        remarks_seen.language
    from remarks_seen
    where
        ($of_language is null or remarks_seen.language = $of_language)
        and (
            $of_group is null
            or $of_group = case
                when $by_segment then remarks_seen.segment_no
                else remarks_seen.band_no
            end
        )
        and (
            $of_month::date is null
            or date_trunc('month', remarks_seen.written_on)::date = $of_month::date
        )
        and (
            $of_words is null
            or remarks_seen.text_no in (select matching.text_no from matching)
        )
        and (
            $of_term is null
            or remarks_seen.text_no in (
                select text_terms.text_no
                from text_terms
                where text_terms.term_no = $of_term
            )
        )
),

final as (
    select
        found.remark_no,
        customers.customer_id as id,
        found.written_on,
        found.comment,
        found.score,
        found.band_no::integer as band_no,
        found.language,
        count(*) over () as of_found
    from found
    left join customers
        on found.customer_no = customers.customer_no
)

select * from final
order by
    written_on desc nulls last,
    remark_no asc
limit $most
