import numpy as np
import pytest

from holdfast.means import mean_interval, ratio_interval


def test_a_mean_has_the_normal_interval_of_its_customers():
    values = np.array([1.0, 2.0, 3.0, 6.0])
    found = mean_interval([values.sum()], [(values**2).sum()], [4])
    error = 1.959964 * values.std(ddof=1) / 2
    assert found.value == pytest.approx([3.0])
    assert found.lower == pytest.approx([3 - error], abs=1e-5)
    assert found.upper == pytest.approx([3 + error], abs=1e-5)


def test_a_ratio_of_customers_who_are_alike_has_no_width():
    # three customers with 2 orders of 10 each
    found = ratio_interval([60], [6], [1200], [12], [120], [3])
    assert [float(each[0]) for each in found] == [10.0, 10.0, 10.0]


def test_of_nobody_there_is_no_mean_and_of_one_no_interval():
    found = mean_interval([0, 5], [0, 25], [0, 1])
    assert np.isnan(found.value).tolist() == [True, False]
    assert np.isnan(found.lower).all()
    assert np.isnan(found.upper).all()
