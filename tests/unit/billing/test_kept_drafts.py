"""No period is given away and none is charged twice, after nothing was collected for a while."""

from datetime import UTC, datetime

import pytest

from billing.domain.kept_drafts import Fate, fate_of
from billing.domain.period import Period


def month(number: int) -> Period:
    return Period(
        datetime(2027, number, 10, tzinfo=UTC), datetime(2027, number + 1, 10, tzinfo=UTC)
    )


class TestFate:
    @pytest.mark.parametrize(
        ("charged", "ended_at", "fate"),
        [
            ((), None, Fate.FINALIZE),
            # Its neighbours touch it and do not overlap.
            ((month(2), month(4)), None, Fate.FINALIZE),
            ((month(3),), None, Fate.VOID),
            (
                (Period(datetime(2027, 4, 9, tzinfo=UTC), datetime(2027, 5, 9, tzinfo=UTC)),),
                None,
                Fate.VOID,
            ),
            # It ended in the middle of the period: until then the seats were there.
            ((), datetime(2027, 3, 20, tzinfo=UTC), Fate.FINALIZE),
            ((), datetime(2027, 3, 10, tzinfo=UTC), Fate.VOID),
            ((), datetime(2027, 2, 20, tzinfo=UTC), Fate.VOID),
        ],
    )
    def test_follows_from_what_is_charged_and_when_it_ended(
        self, charged: tuple[Period, ...], ended_at: datetime | None, fate: Fate
    ) -> None:
        assert fate_of(month(3), charged=charged, ended_at=ended_at) is fate
