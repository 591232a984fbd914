import numpy as np

from holdfast.texts.topics import topics_of

# slow and app in 8 of 10; price by itself; langsam as often as slow
TOGETHER = np.array(
    [
        [10, 8, 0, 10],
        [8, 10, 1, 8],
        [0, 1, 5, 0],
        [10, 8, 0, 10],
    ]
)


def test_near_terms_of_one_language_are_a_topic():
    assert topics_of(TOGETHER, ["en", "en", "en", "de"]) == [(0, 1)]
    assert topics_of(TOGETHER, ["en"] * 4) == [(0, 1, 3)]


def test_fewer_than_two_terms_are_no_topic():
    assert topics_of(TOGETHER[:1, :1], ["en"]) == []
