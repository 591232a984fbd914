"""Models of purchases without a contract, and of contracts, fitted by likelihood.

BG/NBD tells how often customers buy and when they stop; Gamma-Gamma what they spend;
the shifted beta-geometric how contracts end. Everything is computed from groups of
alike customers with their number, in any unit of time. On numpy and scipy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

Floats = NDArray[np.float64]

# Beyond these a parameter says that the model has run away, not what customers do.
_MOST = 1e6
# Slopes of the mean log-likelihood below this are the top of the hill.
_FLAT = 1e-4
# Chances to stop after a purchase below this are none.
_NEVER = 1e-6
# Steps in logarithms by which slopes are told.
_STEP = 1e-3


class NotFittedError(ValueError):
    """A model does not fit the data: the likelihood has no maximum that is inside."""


@dataclass(frozen=True, eq=False)
class Histories:
    """Groups of customers with one purchase history.

    Attributes:
        frequency: Purchases after the first one.
        recency: From the first to the last purchase.
        age: From the first purchase to the end of what was observed.
        customers: How many have this history.
    """

    frequency: Floats
    recency: Floats
    age: Floats
    customers: Floats


class BuyingModel(NamedTuple):
    """A fitted BG/NBD: rates of buying are gamma (r, alpha), of stopping beta (a, b).

    Attributes:
        r: Shape of the rate of buying.
        alpha: Its scale, in the unit of time of the histories.
        a: First parameter of the chance to stop after a purchase.
        b: Second one.
        log_likelihood: Its maximum.
        covariance: Of the logarithms of the four, as the curvature there says.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    covariance: Floats


class SpendingModel(NamedTuple):
    """A fitted Gamma-Gamma: spending of a purchase varies around a customer's mean.

    Attributes:
        p: Shape of a customer's spending.
        q: Shape of its scale among customers.
        gamma: Scale of that, in money.
        log_likelihood: Its maximum.
    """

    p: float
    q: float
    gamma: float
    log_likelihood: float


class ContractModel(NamedTuple):
    """A fitted shifted beta-geometric: the chance to leave in a period is beta.

    Attributes:
        alpha: First parameter.
        beta: Second one.
        log_likelihood: Its maximum.
    """

    alpha: float
    beta: float
    log_likelihood: float


def fit_buying(histories: Histories) -> BuyingModel:
    """Fit the BG/NBD.

    Where nobody is seen to stop, the likelihood is highest as the chance to stop goes
    to nought, and what is left is the NBD of Ehrenberg (1959): a is next to nought
    then, and b has no meaning.

    Source: Fader, Hardie and Lee (2005), Marketing Science 24, 275-284.

    Raises:
        NotFittedError: Nobody bought twice, or the likelihood has no maximum inside.
    """
    x, recency, age, weight = _columns(histories)
    if not (weight[x > 0] > 0).any():
        raise NotFittedError("Nobody bought more than once.")
    total = float(weight.sum())
    scale = float(np.average(age, weights=weight)) or 1.0
    recency, age = recency / scale, age / scale
    counts, place = np.unique(x, return_inverse=True)
    again = np.maximum(counts, 1) - 1
    each = np.bincount(place, weights=weight)

    def loss(logs: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = np.exp(logs)
        late, early = np.log(alpha + age), np.log(alpha + recency)
        gone = np.where(counts > 0, np.log(a) - np.log(b + again), -np.inf)[place]
        alive = -(r + x) * late
        likely = np.logaddexp(alive, gone - (r + x) * early)
        is_alive = weight * np.exp(alive - likely)
        is_gone = weight - is_alive
        by_count = (
            special.gammaln(r + counts)
            - special.gammaln(r)
            + r * np.log(alpha)
            + special.betaln(a, b + counts)
            - special.betaln(a, b)
        )
        gone_each = np.bincount(place, weights=is_gone)
        all_of = special.digamma(a + b) - special.digamma(a + b + counts)
        slopes = np.array(
            [
                each @ (special.digamma(r + counts) - special.digamma(r))
                + total * np.log(alpha)
                - is_alive @ late
                - is_gone @ early,
                total * r / alpha
                - is_alive @ ((r + x) / (alpha + age))
                - is_gone @ ((r + x) / (alpha + recency)),
                each @ all_of + gone_each.sum() / a,
                each @ (special.digamma(b + counts) - special.digamma(b) + all_of)
                - gone_each[counts > 0] @ (1 / (b + again[counts > 0])),
            ]
        )
        value = float(each @ by_count + weight @ likely)
        return -value / total, -slopes * np.exp(logs) / total

    logs, least = _minimum(loss, np.zeros(4), is_inside=_is_inside_or_never_stops)
    r, alpha, a, b = (float(value) for value in np.exp(logs))
    if a / (a + b) < _NEVER:
        a, b = _NEVER, 2.0
        logs = np.log([r, alpha, a, b])
    # Time was measured in mean ages; densities of purchases change with the unit.
    likelihood = -least * total - float(weight @ x) * float(np.log(scale))
    spread = _covariance(loss, logs) / total
    return BuyingModel(r, alpha * scale, a, b, likelihood, spread)


def never_stops(model: BuyingModel) -> bool:
    """Tell whether the model has nobody stop: that of purchases alone is left."""
    return model.a / (model.a + model.b) < 10 * _NEVER


def relative_error(model: BuyingModel, histories: Histories, time: float) -> float:
    """Give the standard error of all expected purchases, as a share of them.

    It comes from the doubt about the four parameters alone (delta method); that the
    model itself may be wrong is not in it.

    Args:
        model: The fitted model.
        histories: Who, up to now.
        time: For how long, in the unit of the histories.
    """

    def total(logs: Floats) -> float:
        moved = model._replace(
            **dict(zip(("r", "alpha", "a", "b"), np.exp(logs), strict=True))
        )
        return float(histories.customers @ expected_purchases(moved, histories, time))

    logs = np.log(model[:4])
    steps = _STEP * np.eye(4)
    slopes = np.array(
        [(total(logs + step) - total(logs - step)) / (2 * _STEP) for step in steps]
    )
    middle = total(logs)
    if middle <= 0:
        return float("nan")
    return float(np.sqrt(slopes @ model.covariance @ slopes)) / middle


def chance_alive(model: BuyingModel, histories: Histories) -> Floats:
    """Give the chance that each group's customers still buy; 1 after one purchase.

    Source: Fader, Hardie and Lee (2008), Computing P(alive) using the BG/NBD model.
    """
    x, recency, age, _ = _columns(histories)
    odds = (
        np.log(model.a)
        - np.log(model.b + np.maximum(x, 1) - 1)
        + (model.r + x) * np.log((model.alpha + age) / (model.alpha + recency))
    )
    return np.where(x > 0, special.expit(-odds), 1.0)


def expected_purchases(model: BuyingModel, histories: Histories, time: float) -> Floats:
    """Give how many purchases each group's customers are expected to make from now on.

    Args:
        model: The fitted model.
        histories: Who, up to now.
        time: For how long, in the unit of the histories.

    Source: Fader, Hardie and Lee (2005), equation 10.
    """
    x, _, age, _ = _columns(histories)
    r, alpha, a, b = model[:4]
    if time <= 0:
        return np.zeros_like(x)
    # The formula has a pole at a = 1, around which it is smooth.
    a = a + 1e-6 if abs(a - 1) < 1e-6 else a
    with np.errstate(over="ignore", invalid="ignore"):
        curve = special.hyp2f1(r + x, b + x, a + b + x - 1, time / (alpha + age + time))
        share = np.exp((r + x) * np.log((alpha + age) / (alpha + age + time)))
        purchases = (a + b + x - 1) / (a - 1) * (1 - share * curve)
    return np.asarray(purchases * chance_alive(model, histories), dtype=np.float64)


def discounted_purchases(
    model: BuyingModel,
    histories: Histories,
    periods: int,
    period: float,
    discount: float,
) -> Floats:
    """Give expected purchases of so many periods, each discounted to now.

    Args:
        model: The fitted model.
        histories: Who, up to now.
        periods: How many, such as 12 months.
        period: Length of one, in the unit of the histories.
        discount: Per period, such as 0.01; a purchase counts as made at its end.
    """
    total = np.zeros(len(histories.frequency))
    before = total
    for number in range(1, periods + 1):
        until = expected_purchases(model, histories, number * period)
        total = total + (until - before) / (1 + discount) ** number
        before = until
    return total


def fit_spending(
    purchases: ArrayLike, mean_value: ArrayLike, customers: ArrayLike
) -> SpendingModel:
    """Fit the Gamma-Gamma to those who bought again.

    Args:
        purchases: Purchases after the first one, above 0.
        mean_value: Their mean amount, above 0.
        customers: How many have these two.

    Source: Fader and Hardie (2013), The Gamma-Gamma model of monetary value.

    Raises:
        NotFittedError: Nobody is left, or the likelihood has no maximum inside.
    """
    x, m, weight = (
        np.asarray(each, dtype=np.float64)
        for each in (purchases, mean_value, customers)
    )
    if not len(x):
        raise NotFittedError("Nobody bought again for an amount above 0.")
    scale = float(np.average(m, weights=weight))
    m = m / scale

    log_m, log_x = np.log(m), np.log(x)
    total = float(weight.sum())

    def loss(logs: Floats) -> tuple[float, Floats]:
        p, q, gamma = np.exp(logs)
        log_all = np.log(gamma + m * x)
        likely = (
            -special.betaln(p * x, q)
            + q * np.log(gamma)
            + (p * x - 1) * log_m
            + p * x * log_x
            - (p * x + q) * log_all
        )
        both = special.digamma(p * x + q)
        slopes = np.array(
            [
                weight
                @ (x * (both - special.digamma(p * x) + log_m + log_x - log_all)),
                weight @ (both - special.digamma(q) + np.log(gamma) - log_all),
                weight @ (q / gamma - (p * x + q) / (gamma + m * x)),
            ]
        )
        return -float(weight @ likely) / total, -slopes * np.exp(logs) / total

    logs, least = _minimum(loss, np.log([2.0, 3.0, 1.0]))
    p, q, gamma = (float(each) for each in np.exp(logs))
    likelihood = -total * (least + float(np.log(scale)))
    return SpendingModel(p, q, gamma * scale, likelihood)


def expected_spending(
    model: SpendingModel, frequency: ArrayLike, mean_value: ArrayLike
) -> Floats:
    """Give what a purchase of each is expected to be worth.

    It is linear in the mean value, so that of a group's mean is the group's mean.
    Whoever has not bought again gets the mean of all.

    Source: Fader and Hardie (2013), equation 5.

    Raises:
        NotFittedError: The spending has no mean in this model.
    """
    p, q, gamma = model[:3]
    if q <= 1:
        raise NotFittedError("The amounts differ so much that they have no mean.")
    x = np.asarray(frequency, dtype=np.float64)
    m = np.where(x > 0, np.asarray(mean_value, dtype=np.float64), 0.0)
    own = p * x / (p * x + q - 1)
    return np.asarray((1 - own) * p * gamma / (q - 1) + own * m, dtype=np.float64)


def fit_contract(
    period: ArrayLike, ended: ArrayLike, censored: ArrayLike
) -> ContractModel:
    """Fit the shifted beta-geometric to lives counted in whole periods.

    Args:
        period: The period, from 1 for who leaves in the first; also the number of
            periods that those still there have completed, from 0.
        ended: How many left in it.
        censored: How many were last seen, still there, after so many.

    Source: Fader and Hardie (2007), Journal of Interactive Marketing 21, 76-90.

    Raises:
        NotFittedError: Nobody left, or the likelihood has no maximum inside.
    """
    t, left, there = (
        np.asarray(each, dtype=np.float64) for each in (period, ended, censored)
    )
    if not left.sum() > 0 or (left[t < 1] > 0).any():
        raise NotFittedError("Nobody has left.")
    total = float(left.sum() + there.sum())

    def loss(logs: Floats) -> tuple[float, Floats]:
        a, b = np.exp(logs)
        base = special.betaln(a, b)
        before = np.maximum(t, 1) - 1
        ends = special.betaln(a + 1, b + before) - base
        stays = special.betaln(a, b + t) - base
        of_all = special.digamma(a + b)
        after_end = of_all - special.digamma(a + b + 1 + before)
        after_stay = of_all - special.digamma(a + b + t)
        slopes = np.array(
            [
                left @ (after_end + 1 / a) + there @ after_stay,
                left @ (after_end + special.digamma(b + before) - special.digamma(b))
                + there @ (after_stay + special.digamma(b + t) - special.digamma(b)),
            ]
        )
        return (
            -float(left @ ends + there @ stays) / total,
            -slopes * np.exp(logs) / total,
        )

    logs, least = _minimum(loss, np.zeros(2))
    a, b = (float(each) for each in np.exp(logs))
    return ContractModel(a, b, -least * total)


def contract_hazard(model: ContractModel, period: ArrayLike) -> Floats:
    """Give the chance to leave in each period, from 1, of those still there."""
    t = np.asarray(period, dtype=np.float64)
    return np.asarray(model.alpha / (model.alpha + model.beta + t - 1))


def contract_survival(model: ContractModel, periods: ArrayLike) -> Floats:
    """Give the share still there after so many whole periods."""
    t = np.asarray(periods, dtype=np.float64)
    base = special.betaln(model.alpha, model.beta)
    return np.asarray(np.exp(special.betaln(model.alpha, model.beta + t) - base))


def _columns(histories: Histories) -> tuple[Floats, Floats, Floats, Floats]:
    return (
        np.asarray(histories.frequency, dtype=np.float64),
        np.asarray(histories.recency, dtype=np.float64),
        np.asarray(histories.age, dtype=np.float64),
        np.asarray(histories.customers, dtype=np.float64),
    )


def _covariance(loss: Callable[[Floats], tuple[float, Floats]], logs: Floats) -> Floats:
    """Invert how the slopes of a loss change; flat directions get no doubt at all."""
    steps = _STEP * np.eye(len(logs))
    change = np.array(
        [(loss(logs + step)[1] - loss(logs - step)[1]) / (2 * _STEP) for step in steps]
    )
    return np.asarray(np.linalg.pinv((change + change.T) / 2, hermitian=True))


def _is_inside(logs: Floats) -> bool:
    return bool((np.abs(logs) < np.log(_MOST) - 1).all())


def _is_inside_or_never_stops(logs: Floats) -> bool:
    return _is_inside(logs) or (
        _is_inside(logs[:2]) and bool(logs[2] - logs[3] < np.log(_NEVER))
    )


def _minimum(
    loss: Callable[[Floats], tuple[float, Floats]],
    start: Floats,
    is_inside: Callable[[Floats], bool] = _is_inside,
) -> tuple[Floats, float]:
    """Find the least loss over logarithms of parameters, given with its slopes.

    Raises:
        NotFittedError: It was not found, or only where a parameter runs away.
    """
    edge = float(np.log(_MOST))
    with np.errstate(all="ignore"):
        found = optimize.minimize(
            loss,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=[(-edge, edge)] * len(start),
            options={"ftol": 1e-15, "gtol": 1e-8, "maxiter": 1_000},
        )
    logs = np.asarray(found.x)
    is_flat = np.isfinite(found.jac).all() and (np.abs(found.jac) < _FLAT).all()
    if not (is_flat and np.isfinite(found.fun)):
        raise NotFittedError("The search for the best parameters found none.")
    if not is_inside(logs):
        raise NotFittedError(
            "The parameters run away: the customers differ too little, or too much, for"
            " the model to tell them apart."
        )
    return logs, float(found.fun)
