"""Messages: once to each side, in their language, through retries, crashes and two workers."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from accounts.tenancy import organization_context
from signals.models import Notification
from signals.services.delivery import deliver_notifications
from signals.services.scan import scan
from signals.tasks import deliver_notifications as deliver_task
from signals.tasks import scan_organizations
from tests.integration.signals.world import World, day

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


@pytest.fixture
def lago() -> World:
    """Ten seats, eight in use for three days: one message waits for each side."""
    world = World(people=8)
    world.add_people(4, seated=False, department="Marketing")
    world.use(world.people[:8], day(-3))
    for person in world.people[8:]:
        world.ask(person, day(-1))
    assert len(mail.outbox) == 4
    mail.outbox.clear()
    for n in range(3):
        scan(now=day(n))
    return world


def notifications(world: World) -> list[Notification]:
    with organization_context(world.id):
        return list(Notification.objects.order_by("pk"))


class TestTheMessages:
    def test_go_to_the_account_manager_and_the_admins(self, lago: World) -> None:
        deliver_notifications(now=day(2))
        assert sorted(m.to[0] for m in mail.outbox) == ["ada-lago@example.com", "max@example.com"]

    def test_say_to_the_customer_what_is_in_use(self, lago: World) -> None:
        deliver_notifications(now=day(2))
        message = next(m for m in mail.outbox if m.to == ["ada-lago@example.com"])
        assert message.subject == "8 of 10 seats in use"
        assert "4 people wait in Marketing" in message.body
        assert "/o/lago/" in message.body
        assert "likely" not in message.body
        assert "a chance of" not in message.body

    def test_say_to_the_account_manager_why_and_where(self, lago: World) -> None:
        deliver_notifications(now=day(2))
        message = next(m for m in mail.outbox if m.to == ["max@example.com"])
        assert message.subject == "Lago: a new task"
        assert "Above 80% for 3 days; 4 people wait in Marketing." in message.body
        assert "/vendor/tasks/1/" in message.body

    def test_have_a_text_and_an_html_part(self, lago: World) -> None:
        deliver_notifications(now=day(2))
        for message in mail.outbox:
            assert isinstance(message, EmailMultiAlternatives)
            ((content, kind),) = message.alternatives
            assert kind == "text/html"
            assert str(message.subject) in str(content)

    def test_come_in_the_reader_s_language(self, lago: World) -> None:
        lago.max.language = "de"
        lago.max.save()
        deliver_notifications(now=day(2))
        message = next(m for m in mail.outbox if m.to == ["max@example.com"])
        assert isinstance(message, EmailMultiAlternatives)
        html = str(message.alternatives[0][0])
        assert '<html lang="de">' in html
        # German writes the percent sign after a no-break space, in any catalog.
        assert "80\xa0%" in message.body


class TestDelivery:
    def test_sends_nothing_twice(self, lago: World) -> None:
        deliver_notifications(now=day(2))
        deliver_notifications(now=day(2) + timedelta(hours=1))
        scan(now=day(2) + timedelta(hours=2))
        deliver_notifications(now=day(2) + timedelta(hours=3))
        assert len(mail.outbox) == 2
        assert {n.state for n in notifications(lago)} == {"sent"}

    def test_tries_again_after_the_mail_server_refused(
        self, lago: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(self: EmailBackend, messages: Any) -> int:
            raise ConnectionRefusedError("no mail server")

        with monkeypatch.context() as broken:
            broken.setattr(EmailBackend, "send_messages", refuse)
            assert deliver_notifications(now=day(2)).postponed == 2
        assert deliver_notifications(now=day(2) + timedelta(seconds=59)).sent == 0
        assert deliver_notifications(now=day(2) + timedelta(seconds=60)).sent == 2
        assert [n.attempts for n in notifications(lago)] == [2, 2]

    def test_gives_up_after_eight_refusals(
        self, lago: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(self: EmailBackend, messages: Any) -> int:
            raise ConnectionRefusedError("no mail server")

        monkeypatch.setattr(EmailBackend, "send_messages", refuse)
        for n in range(10):
            deliver_notifications(now=day(3 + n))
        assert [(n.state, n.attempts) for n in notifications(lago)] == [("refused", 8)] * 2

    def test_never_resends_what_a_dead_worker_may_have_sent(self, lago: World) -> None:
        first = notifications(lago)[0]
        with organization_context(lago.id):
            Notification.objects.filter(pk=first.pk).update(state="claimed", claimed_at=day(2))
        assert deliver_notifications(now=day(2) + timedelta(minutes=14)).uncertain == 0
        assert deliver_notifications(now=day(2) + timedelta(minutes=16)).uncertain == 1
        deliver_notifications(now=day(3))
        assert len(mail.outbox) == 1
        assert notifications(lago)[0].state == "uncertain"


class TestTheTasks:
    def test_scan_and_send(self) -> None:
        world = World(people=10)
        world.use(world.people, timezone.now() - timedelta(days=1))
        assert scan_organizations()["opened"] == 1
        deliver_task()
        assert len(mail.outbox) == 2
