"""The end of a review stands in the organization's calendar while there is something to decide."""

from datetime import UTC, datetime, timedelta

import pytest

from procurement.domain.ics import Event
from signals.selectors.true_up_days import true_up_deadlines
from tests.integration.trueups.conftest import DAY, Acme
from tests.integration.trueups.test_review import UNTIL, under_review
from trueups.services import finance, review

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def days(acme: Acme, now: datetime, *, may: bool = True) -> list[Event]:
    with acme.context():
        return true_up_deadlines(organization=acme.organization, may=lambda _asked: may, now=now)


class TestTheEndOfAReview:
    def test_is_there_until_it_is_over_and_moves_when_it_is_returned(self, acme: Acme) -> None:
        true_up = under_review(acme)
        [event] = days(acme, UNTIL - DAY)
        assert event.at == UNTIL
        assert days(acme, UNTIL - DAY, may=False) == []
        review.end_reviews(now=UNTIL)
        assert days(acme, UNTIL) == []
        finance.return_to_customer(
            organization_id=acme.id,
            true_up_id=true_up.pk,
            reason="Please look at the three once more.",
            days=5,
            actor=acme.finance,
            now=UNTIL + DAY,
        )
        [again] = days(acme, UNTIL + DAY + timedelta(hours=1))
        assert again.at == datetime(2026, 4, 23, tzinfo=UTC)
        assert again.uid == event.uid
        assert again.sequence > event.sequence
