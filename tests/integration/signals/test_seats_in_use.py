"""How many seats are in use is one number in the same words, whoever reads it and wherever."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.tenancy import organization_context
from seats.api.serializers import UtilizationSerializer
from seats.selectors.usage import seat_figures
from seats.selectors.weekly import sentences, weekly_figures
from signals.models import Notification, Signal
from signals.selectors.notice_words import words_of
from signals.selectors.sentences import phrases
from signals.services.scan import scan
from tests.integration.signals.world import World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

NOW = timezone.now()


def page(user: User, url: str) -> str:
    client = Client()
    client.force_login(user)
    return client.get(url).text


def test_seven_with_a_seat_and_one_without_are_eight_of_ten_everywhere() -> None:
    lago = World(seats=10, people=7)
    lago.add_people(1, seated=False)
    lago.use(lago.people, NOW - timedelta(days=4))
    for days_ago in (2, 1, 0):
        scan(now=NOW - timedelta(days=days_ago))
    # 7 + 1 of 10 are 80 %: the alert counts the person without a seat, and so does everybody.
    with organization_context(lago.id):
        signal = Signal.objects.get(kind="utilization")
        mail = words_of(lago.organization, Notification.objects.get(kind="signal_raised"))
        weekly = sentences(weekly_figures(organization_id=lago.id, now=NOW))
        api = UtilizationSerializer(seat_figures(organization_id=lago.id, now=NOW)).data
    assert signal.band == "eighty"
    assert phrases(signal.evidence)[:2] == ["8 of 10 seats in use", "1 active person has no seat"]
    assert (mail.subject, mail.lines[0]) == ("8 of 10 seats in use", "1 active person has no seat")
    said = ["8 of 10 seats in use.", "1 active person has no seat."]
    assert weekly[:3] == [*said, "Utilization: 80%."]
    assert (api["active_people"], api["active_without_seat"], api["utilization"]) == (8, 1, 0.8)
    overview = page(lago.ada, f"/o/{lago.organization.slug}/")
    account = page(lago.max, f"/vendor/accounts/{lago.organization.slug}/")
    for text in (overview, account):
        assert all(sentence in text for sentence in said)
        assert "7 of 10 seats in use" not in text
