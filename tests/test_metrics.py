"""Counts, intervals and comparisons against laws and against scipy and scikit-learn."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as sklearn_metrics

from tutorials_lib.metrics import (
    Comparison,
    Proportion,
    Undecided,
    adjusted_p_values,
    confusion_matrix,
    mean_over_seeds,
    paired_comparison,
    rank,
)


@st.composite
def proportions(draw, most=5000):
    total = draw(st.integers(1, most))
    return Proportion(draw(st.integers(0, total)), total)


answers = st.lists(st.booleans(), min_size=1, max_size=200)


@given(answers, st.integers(1, 40))
def test_sum_over_batches_with_a_short_last_one_equals_the_whole(right, size):
    correct = torch.tensor(right)
    total = sum((Proportion.of(batch) for batch in correct.split(size)), Proportion(0, 0))
    assert total == Proportion(sum(right), len(right))


def test_mean_of_batch_accuracies_is_another_number():
    batches = [Proportion(20, 32), Proportion(5, 32), Proportion(0, 11)]
    mean = sum(batch.value for batch in batches) / len(batches)
    assert f"{mean:.2%}" == "26.04%"
    assert f"{sum(batches, Proportion(0, 0)).value:.2%}" == "33.33%"


@given(proportions(), st.floats(0.5, 0.999))
def test_wilson_interval_matches_scipy(proportion, level):
    low, high = proportion.interval(level)
    expected = stats.binomtest(proportion.right, proportion.total).proportion_ci(level, method="wilson")
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-12)


@given(proportions())
def test_interval_holds_the_estimate_and_stays_in_the_unit_interval(proportion):
    assert 0 <= proportion.low <= proportion.value <= proportion.high <= 1


@given(proportions(most=500))
def test_interval_of_wrong_answers_mirrors_that_of_right_ones(proportion):
    low, high = proportion.interval()
    wrong = Proportion(proportion.total - proportion.right, proportion.total)
    assert wrong.interval() == pytest.approx((1 - high, 1 - low))


@given(proportions(most=500))
def test_ten_times_the_data_narrows_the_interval(proportion):
    more = Proportion(10 * proportion.right, 10 * proportion.total)
    assert more.high - more.low < proportion.high - proportion.low


@pytest.mark.parametrize("n", [10, 75, 450])
def test_interval_covers_the_truth_as_often_as_it_promises_on_average(n):
    """Exact coverage, not a simulation: averaged over p it lies within one point of the level."""
    right = np.arange(n + 1)
    bounds = np.array([Proportion(int(k), n).interval(0.95) for k in right])
    coverage = [
        stats.binom.pmf(right, n, p)[(bounds[:, 0] <= p) & (p <= bounds[:, 1])].sum()
        for p in np.linspace(0.02, 0.98, 193)
    ]
    assert np.mean(coverage) == pytest.approx(0.95, abs=0.01)
    assert min(coverage) > 0.83  # the interval that is symmetric about right/n falls below 0.2


@pytest.mark.parametrize(("right", "total"), [(-1, 3), (4, 3)])
def test_impossible_counts_are_refused(right, total):
    with pytest.raises(ValueError, match="expected 0 ≤ right ≤ total"):
        Proportion(right, total)


def test_nothing_counted_has_no_value():
    with pytest.raises(ValueError, match="at least one"):
        _ = Proportion(0, 0).value


@given(
    st.lists(st.floats(-100, 100), min_size=2, max_size=30).filter(lambda values: np.ptp(values) > 1e-3),
    st.floats(0.5, 0.999),
)
def test_mean_over_seeds_matches_scipy(results, level):
    mean = mean_over_seeds(results, level)
    expected = stats.ttest_1samp(results, 0).confidence_interval(level)
    assert mean.value == pytest.approx(np.mean(results), abs=1e-9)
    assert (mean.low, mean.high) == pytest.approx((expected.low, expected.high), rel=1e-6, abs=1e-6)


def test_the_interval_over_seeds_holds_the_truth_as_often_as_it_promises():
    draws = np.random.default_rng(0).normal(0.9, 0.01, size=(4000, 3))
    held = [mean.low <= 0.9 <= mean.high for mean in map(mean_over_seeds, draws.tolist())]
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)


def test_equal_results_leave_no_interval_and_a_single_one_no_mean():
    assert mean_over_seeds([0.5, 0.5]).low == mean_over_seeds([0.5, 0.5]).high == 0.5
    with pytest.raises(ValueError, match="at least two seeds"):
        mean_over_seeds([0.5])


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_matches_the_exact_binomial_test(only_first, only_second):
    comparison = Comparison(only_first, only_second, both=5, neither=5)
    differ = only_first + only_second
    expected = stats.binomtest(only_first, differ).pvalue if differ else 1.0
    assert comparison.p_value == pytest.approx(expected, rel=1e-9)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=100))
def test_paired_comparison_counts_every_example_once(pairs):
    first, second = torch.tensor(pairs).T
    comparison = paired_comparison(first, second)
    assert comparison.total == len(pairs)
    assert comparison.only_first + comparison.both == int(first.sum())
    assert comparison.only_second + comparison.both == int(second.sum())
    swapped = paired_comparison(second, first)
    assert (swapped.only_first, swapped.only_second) == (comparison.only_second, comparison.only_first)
    assert swapped.p_value == comparison.p_value


def test_paired_comparison_refuses_different_test_sets():
    with pytest.raises(ValueError, match="same test set"):
        paired_comparison(torch.ones(3, dtype=torch.bool), torch.ones(4, dtype=torch.bool))


def answers_of(right: int, total: int = 75) -> torch.Tensor:
    return torch.arange(total) < right


def test_rank_orders_models_that_the_data_separate():
    correct = {"low": answers_of(20), "high": answers_of(70), "middle": answers_of(45)}
    assert rank(correct) == ("high", "middle", "low")


def test_rank_refuses_models_that_the_data_do_not_separate():
    with pytest.raises(Undecided, match=r"one 68/75, other 66/75: p = 0\.5; expected p < 0\.05"):
        rank({"one": answers_of(68), "other": answers_of(66)})


def test_rank_needs_more_evidence_when_more_models_are_compared():
    correct = {"a": answers_of(40), "b": answers_of(46)}  # 6 differ, all for b: p = 0.03
    assert rank(correct) == ("b", "a")
    with pytest.raises(Undecided):
        rank(correct | {"c": answers_of(6), "d": answers_of(0)})  # c and d differ by 6 as well


@given(st.lists(st.lists(st.booleans(), min_size=30, max_size=30), min_size=2, max_size=5))
def test_adjusted_p_values_follow_holm(rows):
    correct = {str(index): torch.tensor(row) for index, row in enumerate(rows)}
    adjusted = adjusted_p_values(correct)
    raw = {(a, b): paired_comparison(correct[a], correct[b]).p_value for a, b in adjusted}
    order = sorted(raw, key=raw.get)
    steps = np.array([raw[pair] for pair in order]) * np.arange(len(order), 0, -1)
    expected = np.minimum(1, np.maximum.accumulate(steps))
    assert [adjusted[pair] for pair in order] == pytest.approx(list(expected))


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=100))
def test_confusion_matrix_matches_scikit_learn(pairs):
    predicted, labels = torch.tensor(pairs).T
    ours = confusion_matrix(predicted, labels, classes=5)
    theirs = sklearn_metrics.confusion_matrix(labels, predicted, labels=range(5))
    assert ours.tolist() == theirs.tolist()
    assert int(ours.diagonal().sum()) == int((predicted == labels).sum())


def test_confusion_matrix_refuses_an_unknown_class():
    with pytest.raises(ValueError, match="labels holds classes outside 0 … 1"):
        confusion_matrix(torch.tensor([0]), torch.tensor([2]), classes=2)
