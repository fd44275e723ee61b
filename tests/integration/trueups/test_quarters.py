"""Quarters from their beginning to their snapshot, counted in the database."""

from datetime import UTC, datetime

import pytest

from accounts.tenancy import organization_context
from billing.domain.ledger import Cause
from tests.integration.trueups.conftest import DAY, Acme
from trueups.domain.terms import Policy, ShareRule
from trueups.models import TrueUp
from trueups.services.review import end_reviews

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

QUARTERS = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 4, 7, 10)]
YEAR_END = datetime(2027, 1, 1, tzinfo=UTC)


def settle(acme: Acme, reference: str, at: datetime) -> int:
    """Grant what a true-up proposes, as its settlement does; return its total."""
    true_up = acme.true_up(reference)
    with organization_context(acme.id):
        delta = sum(line.seats_delta for line in true_up.lines.filter(takes_effect="now"))
        if delta:
            acme.book(delta, at, Cause.TRUE_UP_OVERAGE)
        TrueUp.objects.filter(pk=true_up.pk).update(state="settled", signed_at=at, settled_at=at)
    return true_up.total_minor


class TestPublicRule:
    def test_a_year_of_quarterly_maxima_costs_what_the_public_example_says(
        self, acme: Acme
    ) -> None:
        # 100 seats at 100 a year; maxima 110, 105, 120, 120; remaining quarters 3, 2, 1, 0 of 4:
        # 10 x 100 x 3/4 = 750; 110 were paid, so 0; 10 x 100 x 1/4 = 250; 120 were paid, so 0.
        acme.agree(policy=Policy.STRICT, share_rule=ShareRule.REMAINING_QUARTERS)
        people = acme.hire(120)
        totals = []
        now_seated = 0
        for start, end, most in zip(
            QUARTERS, [*QUARTERS[1:], YEAR_END], (110, 105, 120, 120), strict=True
        ):
            acme.beat(start)
            if most > now_seated:
                acme.seat(*people[now_seated:most], at=start + 10 * DAY)
            else:
                # Before the quarter, so that its own maximum is the smaller one.
                pass
            now_seated = max(most, now_seated)
            acme.beat(end)
            reference = f"2026-Q{QUARTERS.index(start) + 1}"
            totals.append(settle(acme, reference, end + DAY))
            end_reviews(now=end)
            if most == 110:
                acme.release(*people[105:110], at=start.replace(month=3, day=31))
                now_seated = 105
        assert totals == [75_000, 0, 25_000, 0]
