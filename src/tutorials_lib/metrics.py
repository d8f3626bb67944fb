"""Counting right answers honestly: a proportion with its interval, seeds, paired comparisons, confusion.

A `Proportion` keeps the two counts, never only their quotient, so proportions of several batches add up
without error and every one of them knows how uncertain it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, sqrt
from statistics import NormalDist, fmean, stdev

import torch
from jaxtyping import Bool, Int
from torch import Tensor

LEVEL = 0.95  # how often an interval must hold the truth when nothing else is asked for


@dataclass(frozen=True)
class Proportion:
    """`right` answers out of `total`. Raises `ValueError` unless 0 ≤ right ≤ total.

    >>> batches = [Proportion(20, 32), Proportion(5, 32), Proportion(0, 11)]
    >>> sum(batches, Proportion(0, 0))
    Proportion(right=25, total=75)
    >>> print(Proportion(25, 75))
    25/75
    """

    right: int
    total: int

    def __post_init__(self) -> None:
        if not 0 <= self.right <= self.total:
            raise ValueError(f"{self.right} right out of {self.total}; expected 0 ≤ right ≤ total")

    @classmethod
    def of(cls, correct: Bool[Tensor, "*shape"]) -> Proportion:
        """Count a tensor of answers: `True` is right."""
        return cls(int(correct.sum()), correct.numel())

    def __add__(self, other: Proportion) -> Proportion:
        return Proportion(self.right + other.right, self.total + other.total)

    def __str__(self) -> str:
        return f"{self.right}/{self.total}"

    @property
    def value(self) -> float:
        """right / total. Raises `ValueError` when nothing was counted."""
        if self.total == 0:
            raise ValueError("0 answers have no proportion; expected at least one")
        return self.right / self.total

    def interval(self, level: float = LEVEL) -> tuple[float, float]:
        """Bounds that hold the true proportion in about `level` of all samples of this size.

        The score interval of E. B. Wilson, *Probable inference, the law of succession, and statistical
        inference*, JASA 22 (1927), https://doi.org/10.1080/01621459.1927.10502953.

        >>> low, high = Proportion(68, 75).interval()
        >>> f"{low:.3f} {high:.3f}"
        '0.820 0.954'
        """
        if not 0 < level < 1:
            raise ValueError(f"level {level}; expected a number between 0 and 1")
        z = NormalDist().inv_cdf((1 + level) / 2)
        p, n = self.value, self.total
        shrink = 1 + z**2 / n
        center = (p + z**2 / (2 * n)) / shrink
        margin = z / shrink * sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
        # the bounds are exact at the ends; rounding may leave them by 1e-17
        return (0.0 if self.right == 0 else center - margin, 1.0 if self.right == n else center + margin)

    @property
    def low(self) -> float:
        """Lower bound of the 95 % interval."""
        return self.interval()[0]

    @property
    def high(self) -> float:
        """Upper bound of the 95 % interval."""
        return self.interval()[1]


@dataclass(frozen=True)
class SeedMean:
    """The mean of a result over several seeds, and bounds for the mean over all seeds there are.

    It says how much is owed to the luck of the seed. The luck of the sample is another matter, since all
    seeds sit the same exam: for that see `Proportion.interval`. To compare two recipes, take the mean of
    their differences seed by seed: an interval without 0 tells them apart on these examples.
    """

    value: float
    low: float
    high: float


def mean_over_seeds(results: Sequence[float], level: float = LEVEL) -> SeedMean:
    """Mean of one result per seed with its interval. Raises `ValueError` for fewer than two seeds.

    The interval of Student, *The probable error of a mean*, Biometrika 6 (1908),
    https://doi.org/10.1093/biomet/6.1.1, which presumes results spread about normally.

    >>> mean = mean_over_seeds([0.90, 0.92, 0.94])
    >>> f"{mean.value:.3f} {mean.low:.3f} {mean.high:.3f}"
    '0.920 0.870 0.970'
    """
    from scipy.special import stdtrit  # 0.1 s to import: only who needs it pays

    n = len(results)
    if n < 2:
        raise ValueError(f"{n} results have no spread; expected at least two seeds")
    if not 0 < level < 1:
        raise ValueError(f"level {level}; expected a number between 0 and 1")
    margin = float(stdtrit(n - 1, (1 + level) / 2)) * stdev(results) / sqrt(n)
    return SeedMean(fmean(results), fmean(results) - margin, fmean(results) + margin)


@dataclass(frozen=True)
class Comparison:
    """Two models on the same examples. Only the examples on which they differ say which one is better."""

    only_first: int  # right with the first model, wrong with the second
    only_second: int
    both: int
    neither: int

    @property
    def differ(self) -> int:
        return self.only_first + self.only_second

    @property
    def total(self) -> int:
        return self.differ + self.both + self.neither

    @property
    def p_value(self) -> float:
        """How often a fair coin splits `differ` tosses at least this unevenly (two-sided, exact).

        This is McNemar's test in its exact form, the sign test on the discordant pairs: Q. McNemar,
        Psychometrika 12 (1947), https://doi.org/10.1007/BF02295996.

        >>> Comparison(only_first=6, only_second=0, both=60, neither=9).p_value
        0.03125
        """
        fewer = min(self.only_first, self.only_second)
        tail = sum(comb(self.differ, k) for k in range(fewer + 1))
        return min(1.0, 2 * tail / 2**self.differ)


def paired_comparison(first: Bool[Tensor, " n"], second: Bool[Tensor, " m"]) -> Comparison:
    """Compare two models by which examples each got right; position i is the same example in both.

    Raises `ValueError` when the tensors do not have the same shape.

    >>> first, second = torch.tensor([1, 1, 0, 1]).bool(), torch.tensor([1, 0, 1, 0]).bool()
    >>> paired_comparison(first, second)
    Comparison(only_first=2, only_second=1, both=1, neither=0)
    """
    if first.shape != second.shape:
        raise ValueError(
            f"{tuple(first.shape)} against {tuple(second.shape)} answers; expected the same test set"
        )
    return Comparison(
        only_first=int((first & ~second).sum()),
        only_second=int((~first & second).sum()),
        both=int((first & second).sum()),
        neither=int((~first & ~second).sum()),
    )


class Undecided(Exception):  # noqa: N818 — a finding about the data, not an error
    """The data do not say which of two models is better."""


def adjusted_p_values(correct: Mapping[str, Bool[Tensor, " n"]]) -> dict[tuple[str, str], float]:
    """p-value of every pair of models, corrected for having looked at every pair.

    Holm's step-down correction: S. Holm, Scandinavian Journal of Statistics 6 (1979),
    https://www.jstor.org/stable/4615733. The chance that *any* pair of equal models gets a value below
    α stays below α. Pairs keep the order of `correct`.
    """
    pairs = {
        (one, other): paired_comparison(correct[one], correct[other]).p_value
        for one, other in combinations(correct, 2)
    }
    adjusted, worst = {}, 0.0
    for place, (pair, p_value) in enumerate(sorted(pairs.items(), key=lambda item: item[1])):
        worst = max(worst, min(1.0, p_value * (len(pairs) - place)))
        adjusted[pair] = worst
    return {pair: adjusted[pair] for pair in pairs}


def rank(correct: Mapping[str, Bool[Tensor, " n"]], level: float = LEVEL) -> tuple[str, ...]:
    """Names of the models from best to worst, or `Undecided` where two of them cannot be told apart.

    `correct` holds, for every model, which examples of one common test set it got right.

    >>> sharp = torch.ones(20, dtype=torch.bool)
    >>> blunt = torch.arange(20) < 10
    >>> rank({"blunt": blunt, "sharp": sharp})
    ('sharp', 'blunt')
    >>> rank({"sharp": sharp, "same": sharp})
    Traceback (most recent call last):
        ...
    tutorials_lib.metrics.Undecided: sharp 20/20, same 20/20: p = 1; expected p < 0.05
    """
    doubtful = {pair: p for pair, p in adjusted_p_values(correct).items() if p >= 1 - level}
    if doubtful:
        raise Undecided(
            "; ".join(
                f"{one} {Proportion.of(correct[one])}, {other} {Proportion.of(correct[other])}: p = {p:.2g}"
                for (one, other), p in doubtful.items()
            )
            + f"; expected p < {1 - level:.2g}"
        )
    return tuple(sorted(correct, key=lambda name: int(correct[name].sum()), reverse=True))


def confusion_matrix(
    predicted: Int[Tensor, " n"], labels: Int[Tensor, " n"], classes: int
) -> Int[Tensor, "classes classes"]:
    """Counts of every pair (true class, predicted class): row = truth, column = prediction.

    Raises `ValueError` for a class outside 0 … classes − 1.

    >>> confusion_matrix(torch.tensor([0, 1, 1]), torch.tensor([0, 1, 0]), classes=2)
    tensor([[1, 1],
            [0, 1]])
    """
    for name, values in (("predicted", predicted), ("labels", labels)):
        if bool(((values < 0) | (values >= classes)).any()):
            raise ValueError(f"{name} holds classes outside 0 … {classes - 1}")
    return torch.bincount(labels * classes + predicted, minlength=classes**2).reshape(classes, classes)
