import numpy as np
import pytest

from holdfast.counts import (
    control_limits,
    poisson_interval,
    rate_ratio,
    share_ratio,
)


def test_the_poisson_interval_is_that_of_garwoods_table():
    lower, upper = poisson_interval([0, 1, 10])
    # Garwood (1936), table 1
    assert lower == pytest.approx([0, 0.0253, 4.795], abs=0.001)
    assert upper == pytest.approx([3.689, 5.572, 18.39], abs=0.005)
    with pytest.raises(ValueError, match="not negative"):
        poisson_interval([-1])


def test_the_chance_of_a_ratio_is_binomial():
    found = rate_ratio([5], [1], [0], [1])
    # five heads of five, twice
    assert found.p_value == pytest.approx([2 / 32])
    assert np.isnan(found.ratio).all()
    assert np.isnan(found.upper).all()
    both = rate_ratio([4, 8], [2, 2], [2, 4], [4, 4])
    assert both.ratio == pytest.approx([4.0, 4.0])
    assert both.lower[0] < both.lower[1] < 4 < both.upper[1] < both.upper[0]
    assert np.isnan(rate_ratio([0], [1], [0], [1]).p_value).all()


def test_a_ratio_of_shares_has_the_interval_of_its_shares():
    ratio, lower, upper = share_ratio((0.4, 0.3, 0.5), (0.2, 0.15, 0.25))
    assert ratio == pytest.approx(2.0)
    assert 1 < lower < 2 < upper
    assert all(np.isnan(share_ratio((0.4, 0.3, 0.5), (0.0, 0.0, 0.1))))
    # The upper end of the second may be more than twice it.
    assert share_ratio((0.01, 0.005, 0.02), (0.005, 0.003, 0.011))[1] > 0


def test_few_counts_have_no_limits():
    assert control_limits([4]).mean == 4
    assert np.isnan(control_limits([4]).upper)
    assert np.isnan(control_limits([]).mean)
    assert control_limits([1, 3], 2, "sd")[:2] == pytest.approx((2, 2**0.5))
