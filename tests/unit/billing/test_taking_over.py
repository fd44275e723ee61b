"""What was changed at Stripe about a renewal, seen against what we told."""

import pytest

from billing.domain.taking_over import MadeThere, Seen, Told, made_there


class TestMadeThere:
    @pytest.mark.parametrize(
        ("told", "seen", "made"),
        [
            (Told(False, False), Seen(False, False), None),
            (Told(True, False), Seen(True, False), None),
            (Told(False, True), Seen(False, True), None),
            (Told(False, False), Seen(True, False), MadeThere.CANCELED),
            (Told(True, False), Seen(False, False), MadeThere.REACTIVATED),
            (Told(False, True), Seen(False, False), MadeThere.RELEASED),
            # Canceling lets go of the schedule; the end is what was wanted.
            (Told(False, True), Seen(True, False), MadeThere.CANCELED),
            # A schedule of somebody else is the comparison's to report.
            (Told(False, False), Seen(False, True), None),
        ],
    )
    def test_is_what_differs_from_what_was_told(
        self, told: Told, seen: Seen, made: MadeThere | None
    ) -> None:
        assert made_there(told, seen) is made

    @pytest.mark.parametrize("ends", [True, False])
    @pytest.mark.parametrize("is_scheduled", [True, False])
    def test_is_nothing_while_something_is_being_told(self, ends: bool, is_scheduled: bool) -> None:
        assert made_there(Told(None, True), Seen(ends, is_scheduled)) is None
