"""When a rule is for review, and when it tells nobody any more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.domain.quality import Verdict, judge


class TestTheVerdict:
    @pytest.mark.parametrize(
        ("ended", "false_ended", "verdict"),
        [
            (0, 0, Verdict.UNKNOWN),
            (19, 19, Verdict.UNKNOWN),
            (20, 6, Verdict.GOOD),  # 30 % is not over 30 %
            (20, 7, Verdict.REVIEW),  # 35 %
            (20, 10, Verdict.REVIEW),  # 50 % is not over 50 %
            (20, 11, Verdict.MUTE),  # 55 %
            (1000, 301, Verdict.REVIEW),  # 30.1 %
            (1000, 501, Verdict.MUTE),  # 50.1 %
        ],
    )
    def test_follows_the_share_that_was_false(
        self, ended: int, false_ended: int, verdict: Verdict
    ) -> None:
        assert judge(ended=ended, false_ended=false_ended) is verdict

    def test_is_refused_for_more_false_than_ended(self) -> None:
        with pytest.raises(ValueError, match="at most all"):
            judge(ended=3, false_ended=4)

    @given(st.integers(20, 500), st.data())
    def test_never_gets_better_with_one_more_false(self, ended: int, data: st.DataObject) -> None:
        order = (Verdict.GOOD, Verdict.REVIEW, Verdict.MUTE)
        false_ended = data.draw(st.integers(0, ended - 1))
        before = judge(ended=ended, false_ended=false_ended)
        after = judge(ended=ended, false_ended=false_ended + 1)
        assert order.index(after) >= order.index(before)
