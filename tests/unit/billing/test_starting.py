"""The states of the beginning of a subscription."""

import pytest

from billing.domain.starting import UNFINISHED, IllegalStep, StartState, step

S = StartState
ALLOWED = {
    (S.RESERVED, S.ASKED), (S.RESERVED, S.FAILED), (S.RESERVED, S.WITHDRAWN),
    (S.ASKED, S.REQUIRES_ACTION), (S.ASKED, S.DONE), (S.ASKED, S.FAILED),
    (S.REQUIRES_ACTION, S.DONE), (S.REQUIRES_ACTION, S.FAILED),
}  # fmt: skip


class TestStep:
    @pytest.mark.parametrize("before", StartState)
    @pytest.mark.parametrize("after", StartState)
    def test_is_taken_forwards_only(self, before: StartState, after: StartState) -> None:
        if before is after or (before, after) in ALLOWED:
            assert step(before, after) is after
        else:
            with pytest.raises(IllegalStep, match=f"{before.value} cannot become {after.value}"):
                step(before, after)

    def test_waits_in_three_states(self) -> None:
        assert {S.RESERVED, S.ASKED, S.REQUIRES_ACTION} == UNFINISHED
