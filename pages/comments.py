"""What do customers write, and who writes what?

Asked by founders and support who cannot read every comment.
"""

import streamlit as st

from holdfast.charts import themes as charts
from holdfast.periods import period_label
from holdfast.ui import aside, blocks, comment_controls, comment_lists
from holdfast.ui.address import write_address
from holdfast.ui.frame import active_filters, current_dataset

filters = active_filters()
dataset = current_dataset()
blocks.header("Comments", "What do customers write, and who writes what?", filters)
spec = comment_controls.comment_controls(dataset, filters)
write_address(filters, spec)

answer = aside.main_answer(dataset, spec, filters)
if answer.frame.empty:
    blocks.nothing_to_show(answer)
blocks.finding(answer)
with st.container(horizontal=True, vertical_alignment="bottom"):
    language = comment_controls.language_choice(answer)
    group = comment_controls.group_choice(answer)

rows = comment_lists.terms_shown(answer, language, group)
term = blocks.chart(
    "What recurs",
    charts.term_bars(rows, group=group),
    answer,
    key="comments_bars",
    caption="Comments with the word or phrase, of the comments of its language and"
    " group, with 95% intervals and the mean score. Of a group those come first that it"
    " says more than the others. Click a bar to read them.",
    measures=("comment_share", "score_mean", "lift"),
    select="term",
    table=rows,
)
comment_lists.of_term(dataset, answer, term, "term", group)
comment_lists.term_table(rows)

grown = comment_lists.growth_shown(answer)
month = comment_lists.growth_month(answer)
if len(grown):
    growth = blocks.chart(
        "What grows",
        charts.growth_bars(grown, period_label(month, "month")),
        answer,
        key="comments_growth",
        caption="Of the comments of the month, against up to six months before (tick),"
        " the surest growth first. Click a bar to read them.",
        measures=("comment_share", "change"),
        select="growth",
        table=grown,
    )
    comment_lists.of_term(dataset, answer, growth, "growth", month=month)
comment_lists.topic_table(answer)
comment_lists.search(dataset, answer)
comment_controls.theme_editor()
blocks.caveats(answer)
