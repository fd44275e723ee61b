"""The evaluation itself: metrics against figures by hand, and a small world end to end."""

import pytest

from tests.sharing.climates import World
from tests.sharing.fit import fit, weighted
from tests.sharing.measure import cases_of, pr_auc, shared_weight
from tests.sharing.worlds import population

SMALL = World("small", organizations=4, shared=0.3)


class TestPrAuc:
    def test_is_the_mean_precision_at_each_find(self) -> None:
        ranked = [(0.9, True), (0.8, False), (0.7, True)]
        # 1/2 x 1 + 1/2 x 2/3
        assert pr_auc(ranked, 1.0) == pytest.approx(5 / 6)
        # A find that weighs half: the second has precision 1 / (1 + 1).
        assert pr_auc(ranked, 0.5) == pytest.approx(1 / 2 + 1 / 2 * 1 / 2)

    def test_counts_ties_together(self) -> None:
        assert pr_auc([(1, True), (1, False), (1, False), (1, False)], 1.0) == 0.25


class TestFit:
    def test_finds_the_odds_of_a_single_feature(self) -> None:
        # Half of those with the feature are shared and a tenth of the others, at equal weights:
        # intercept ln(1/9) = -2.1972, weight ln(1) + ln(9) = 2.1972.
        data = [((1.0,), i < 50) for i in range(100)] + [((0.0,), i < 10) for i in range(100)]
        intercept, (weight,) = fit(weighted(data, 60 / 200), ridge=0.0)
        assert (intercept, weight) == pytest.approx((-2.1972, 2.1972), abs=1e-3)

    def test_never_gives_a_negative_weight(self) -> None:
        data = [((1.0,), i < 10) for i in range(100)] + [((0.0,), i < 50) for i in range(100)]
        _, (weight,) = fit(weighted(data, 60 / 200))
        assert weight == 0


class TestWorlds:
    def test_equal_seeds_draw_equal_worlds(self) -> None:
        one, other = population(SMALL, 5), population(SMALL, 5)
        assert one.truth == other.truth
        assert one.organizations == other.organizations

    def test_the_detector_ranks_better_than_each_naive_rule(self) -> None:
        cases = cases_of(population(SMALL, 5))
        weight = shared_weight(cases, 0.03)
        own = pr_auc([(case.probability(), case.truth.shared) for case in cases], weight)
        for i in range(3):
            naive = pr_auc([(case.naive[i], case.truth.shared) for case in cases], weight)
            assert own > 1.5 * naive
