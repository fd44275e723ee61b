"""Which findings an Overview shows, and which feature one department lives on."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from signals.domain.insights import HEAVY_SHARE, Heavy, InsightKind, Use, heaviest, to_look_for

K = InsightKind


class TestTheOrder:
    def test_is_by_weight_without_what_was_put_away(self) -> None:
        assert to_look_for([]) == list(InsightKind)
        assert to_look_for([K.IDLE, K.HEAVY])[-2:] == [K.UNSEATED, K.BUDDY]

    def test_never_loses_a_limit_that_is_passed(self) -> None:
        assert to_look_for(list(InsightKind)) == [K.OVER]


class TestAHeavyFeature:
    def test_is_the_widest_gap_between_one_department_and_the_others(self) -> None:
        reports = [Use(9, 10), Use(2, 20)]  # 90 % and 10 %: a gap of 80 points
        exports = [Use(3, 10), Use(14, 20)]  # 70 % and 30 %: 40 points
        assert heaviest([exports, reports]) == Heavy(1, 0, Use(9, 10), Use(2, 20))
        assert heaviest([exports]) == Heavy(0, 1, Use(14, 20), Use(3, 10))

    def test_needs_three_people_others_and_half_their_share_at_most(self) -> None:
        assert heaviest([[Use(2, 2), Use(0, 10)]]) is None
        assert heaviest([[Use(9, 10)]]) is None
        assert heaviest([[Use(9, 10), Use(5, 10)]]) is None
        assert heaviest([[Use(5, 10), Use(0, 10)]]) is None
        assert heaviest([]) is None

    @given(
        st.lists(
            st.lists(
                st.integers(0, 30).flatmap(lambda n: st.builds(Use, st.integers(0, n), st.just(n))),
                min_size=1,
                max_size=4,
            ),
            max_size=5,
        )
    )
    def test_holds_what_it_promises(self, features: list[list[Use]]) -> None:
        found = heaviest(features)
        if found is not None:
            assert found.here == features[found.feature][found.group]
            assert found.here.share >= HEAVY_SHARE
            assert Fraction(2) * found.elsewhere.share <= found.here.share
