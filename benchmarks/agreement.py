"""How well two sets of numbers agree, with intervals that take speakers, not sounds, as drawn at random."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

RESAMPLES = 1000
_QUANTILES = (0.025, 0.975)
_LEAST_VARIANCE = 1e-12

Statistic = Callable[[np.ndarray], np.ndarray]
"""Weights of the speakers, shape (draws, speakers), in; one value a draw, not a number where undefined, out."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its 95 % bootstrap interval; None where it is undefined."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """Figures over speakers who are drawn again and again with replacement.

    In all methods `who`, shape (n,), holds the index of the speaker each of n observations comes from. What a figure
    needs is summed up once a speaker, so that a draw costs the same whatever n is.

    Parameters
    ----------
    speakers : int
        How many there are.
    seed : int
        Of the drawing.
    """

    speakers: int
    seed: int = 0

    def ratio(self, numerator: np.ndarray, denominator: np.ndarray, who: np.ndarray) -> Figure:
        """Sum of `numerator` over sum of `denominator`, both of shape (n,)."""
        sums = self._sums(np.column_stack([numerator, denominator]).astype(float), who)

        def statistic(weights: np.ndarray) -> np.ndarray:
            above, below = (weights @ sums).T
            return above / below

        return self._figure(statistic)

    def mean(self, values: np.ndarray, who: np.ndarray) -> Figure:
        """Mean of `values`, shape (n,)."""
        return self.ratio(values, np.ones(len(values)), who)

    def correlation(self, one: np.ndarray, other: np.ndarray, who: np.ndarray) -> Figure:
        """Pearson correlation of two arrays of shape (n,)."""
        x, y = (values - values.mean() if len(values) else values for values in (one, other))
        sums = self._sums(np.column_stack([np.ones(len(x)), x, y, x * x, y * y, x * y]), who)

        def statistic(weights: np.ndarray) -> np.ndarray:
            totals = (weights @ sums).T
            mean_x, mean_y, mean_xx, mean_yy, mean_xy = totals[1:] / totals[0]
            variance_x, variance_y = mean_xx - mean_x**2, mean_yy - mean_y**2
            varies = (variance_x > _LEAST_VARIANCE) & (variance_y > _LEAST_VARIANCE)
            return np.where(varies, (mean_xy - mean_x * mean_y) / np.sqrt(variance_x * variance_y), np.nan)

        return self._figure(statistic)

    def area(self, is_positive: np.ndarray, ranking: np.ndarray, who: np.ndarray) -> Figure:
        """Area under the ROC curve: how often a positive ranks above a negative, ties counting half."""
        positive, negative = is_positive, ~is_positive
        wins = np.empty((self.speakers, self.speakers))  # of positives of one speaker over negatives of another
        for other in range(self.speakers):
            rivals = np.sort(ranking[negative & (who == other)])
            below = np.searchsorted(rivals, ranking[positive], "left") + np.searchsorted(
                rivals, ranking[positive], "right"
            )
            wins[:, other] = np.bincount(who[positive], below / 2, minlength=self.speakers)
        counts = self._sums(np.column_stack([positive, negative]).astype(float), who)

        def statistic(weights: np.ndarray) -> np.ndarray:
            positives, negatives = (weights @ counts).T
            return ((weights @ wins) * weights).sum(axis=1) / (positives * negatives)

        return self._figure(statistic)

    def _sums(self, rows: np.ndarray, who: np.ndarray) -> np.ndarray:
        sums = np.zeros((self.speakers, rows.shape[1]))
        np.add.at(sums, who, rows)
        return sums

    def _figure(self, statistic: Statistic) -> Figure:
        if self.speakers == 0:
            return Figure(None, None, None)
        chances = np.full(self.speakers, 1 / self.speakers)
        weights = np.random.default_rng(self.seed).multinomial(self.speakers, chances, size=RESAMPLES).astype(float)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = float(statistic(np.ones((1, self.speakers)))[0])
            drawn = statistic(weights)
        if not np.isfinite(value):
            return Figure(None, None, None)
        low, high = np.quantile(drawn[np.isfinite(drawn)], _QUANTILES)
        return Figure(value, float(low), float(high))


def best_threshold(is_error: np.ndarray, probabilities: np.ndarray) -> float:
    """Threshold from which on `probabilities` are taken as errors, so that F1 is highest; 1 where there is no error.

    Parameters
    ----------
    is_error : bool array, shape (n,)
        What people heard.
    probabilities : float array, shape (n,)
        What the product takes for the chance of an error.
    """
    if not is_error.any():
        return 1.0
    order = np.argsort(-probabilities, kind="stable")
    ranked = probabilities[order]
    hits = np.cumsum(is_error[order])
    f1 = 2 * hits / (np.arange(1, len(ranked) + 1) + hits[-1])
    f1[:-1][ranked[:-1] == ranked[1:]] = 0.0  # a threshold cannot part equals
    return float(ranked[f1.argmax()])
