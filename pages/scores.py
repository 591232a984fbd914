"""How satisfied are customers, how sure is that, and who stands apart?

Asked by founders and support, of NPS, CSAT and CES.
"""

from holdfast.charts import score_mix
from holdfast.charts import scores as charts
from holdfast.ui import aside, blocks, score_blocks, score_lists
from holdfast.ui.address import write_address
from holdfast.ui.controls import segment_choice
from holdfast.ui.frame import active_filters, current_dataset
from holdfast.ui.score_controls import score_controls

filters = active_filters()
dataset = current_dataset()
blocks.header("NPS, CSAT, CES", "What do customers score, and how sure is it?", filters)
spec = score_controls(dataset)
write_address(filters, spec)

answer = aside.main_answer(dataset, spec, filters)
blocks.finding(answer)
if not answer.n:
    blocks.caveats(answer)
    score_lists.left_out(dataset, answer)
    blocks.nothing_to_show(answer)
frame, kind = answer.frame, score_blocks.kind_of(answer)
score_blocks.headline(answer)
part = blocks.chart(
    "Mix",
    score_mix.group_mix(frame, kind),
    answer,
    key="scores_mix",
    caption="Share of the scores. Click a part to read the answers behind it.",
    measures=("score", "margin"),
    select="part",
    table=frame[frame["period"].isna()],
)
score_lists.of_group(dataset, answer, part)

segment = segment_choice(list(frame["segment"].unique()), "scores_segment")
of_segment = blocks.segment_shown(answer, segment)
shown = frame[frame["segment"] == segment]
if shown["period"].notna().any():
    point = blocks.chart(
        "Trend",
        charts.score_lines(frame, kind, spec.span, segment=segment),
        answer,
        key="scores_trend",
        caption=f"Click a point to read its answers.{of_segment}",
        measures=("score", "margin"),
        select="point",
        table=shown,
    )
    score_lists.of_period(dataset, answer, segment, point)
spread = answer.extras["distribution"]
bar = blocks.chart(
    "Scores given",
    score_mix.score_bars(spread, kind, segment=segment),
    answer,
    key="scores_distribution",
    caption=f"Click a bar to read its answers.{of_segment}",
    measures=("score",),
    select="bar",
    table=spread[spread["segment"] == segment],
)
score_lists.of_score(dataset, answer, segment, bar)
if frame["segment"].nunique() > 1:
    dot = blocks.chart(
        "Segments",
        charts.segment_scores(frame, kind),
        answer,
        key="scores_dots",
        caption="Over all of the time. Click a dot to read its answers.",
        measures=("rest_score", "margin"),
        select="dot",
        table=frame[frame["period"].isna()],
    )
    score_lists.of_segment(dataset, answer, dot)
    score_blocks.segment_table(answer)
score_blocks.question_table(dataset, answer)
score_blocks.change_table(answer)
score_blocks.campaign_table(answer)
score_lists.moves(dataset, answer, segment)
score_lists.left_out(dataset, answer)
blocks.caveats(answer)
