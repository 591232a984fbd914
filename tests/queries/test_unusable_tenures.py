from holdfast.questions import ask
from holdfast.questions.survival import Survival
from tests.queries.test_survival import COUNTS
from tests.worlds import dataset_of, table


def test_tenures_that_are_none_are_left_out_and_told(tmp_path, monkeypatch):
    # Loading refuses such tenures; older datasets have them.
    dataset = dataset_of(
        tmp_path,
        customers=[
            {"customer_id": f"c{tenure}", "tenure_months": tenure, "has_churned": "yes"}
            for tenure in (1, 2, 4)
        ],
    )
    frame = dataset.frame
    column = "customers.tenure_months"
    odd = f"(case {column} when 1 then -1 when 2 then 'inf'::double else {column} end)"

    def older(text, *values):
        return frame(text.replace(column, odd), *values)

    monkeypatch.setattr(dataset, "frame", older)
    answer = ask(dataset, Survival())
    assert table(answer.frame, *COUNTS) == [
        ("All", 0.0, 1, 0, 0, 1.0),
        ("All", 4.0, 1, 1, 0, 0.0),
    ]
    (left_out,) = [c.text for c in answer.caveats if c.code == "unusable_tenure"]
    assert left_out.startswith("2 customers with a tenure below zero")
