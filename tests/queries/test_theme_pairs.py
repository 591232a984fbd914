from holdfast.filters import Filters
from holdfast.population import population
from holdfast.questions import asking
from holdfast.remarks import remark_relations
from holdfast.theme_rules import read_theme_rules
from tests.worlds import table


def test_pairs_count_comments_with_both(talkers):
    found = population(talkers, Filters())
    rules = read_theme_rules("Failed: failed; Card: card; Great: great")
    relations = remark_relations(talkers, "nps", rules, found)
    numbers = [1_000_000_000 + place for place in range(3)]
    rows = asking.run(
        talkers,
        "theme_pairs",
        found,
        relations,
        {"of_language": None, "term_nos": numbers},
        None,
    )
    names = dict(zip(numbers, ("Failed", "Card", "Great"), strict=True))
    named = rows.assign(
        one=rows["term_no"].map(names), other=rows["other_no"].map(names)
    )
    # great stands with neither of the others
    assert table(named, "one", "other", "comments") == [
        ("Failed", "Failed", 4),
        ("Failed", "Card", 1),
        ("Card", "Card", 1),
        ("Great", "Great", 3),
    ]
