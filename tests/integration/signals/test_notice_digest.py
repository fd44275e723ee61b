"""The mail that collects: at the person's hour, once, through crashes and two workers."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connections

from accounts.models import User
from accounts.tenancy import organization_context
from signals.models import ExpansionTask, NoticeChoice, NoticeDigest, NoticeTiming, Notification
from signals.services.delivery import deliver_notifications
from signals.services.digests import send_digests
from signals.services.outbox import notify_about_task
from tests.integration.signals.world import World, day

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])
# Tuesday 3 November 2026, 08:00 in Berlin.
TUESDAY_AT_EIGHT = datetime(2026, 11, 3, 7, tzinfo=UTC)


class Killed(BaseException):
    """A worker that ends at once, without a chance to tidy up."""


def tell(world: World, name: str, *, kind: str = "task_opened", worth: int = 0) -> None:
    """Write a message about a task of the organization at noon of Monday 2 November 2026."""
    with organization_context(world.id):
        task = ExpansionTask.objects.filter(organization_id=world.id).first()
        if task is None:
            task = ExpansionTask.objects.create(
                organization=world.organization,
                play="add_seats",
                owner=world.max,
                created_at=day(0),
                reminder_at=day(1),
                due_at=day(2),
                currency="EUR",
            )
        notify_about_task(
            task=task,
            recipients=[User.objects.get(pk=world.max.pk)],
            kind=Notification.Kind(kind),
            change=name,
            facts={
                "evidence": [],
                "due_at": day(1).isoformat(),
                "expected_minor": worth,
                "seats": 1,
                "arr_minor": 0,
                "currency": "EUR",
            },
            at=day(0),
        )


def states(*worlds: World) -> list[str]:
    found: list[str] = []
    for world in worlds:
        with organization_context(world.id):
            found += Notification.objects.order_by("pk").values_list("state", flat=True)
    return found


@pytest.fixture
def worlds() -> tuple[World, World]:
    """Two accounts of Max, who wants new tasks in one mail at eight, Berlin time, in German."""
    lago, nova = World("lago"), World("nova")
    User.objects.filter(pk=lago.max.pk).update(time_zone="Europe/Berlin", language="de")
    NoticeChoice.objects.create(user=lago.max, kind="task_opened", channel="digest")
    return lago, nova


class TestTheDigest:
    def test_is_one_mail_over_all_organizations_at_the_person_s_hour(
        self, worlds: tuple[World, World]
    ) -> None:
        lago, nova = worlds
        tell(lago, "a")
        tell(nova, "b")
        tell(lago, "small", kind="task_digest", worth=100)
        tell(nova, "large", kind="task_digest", worth=900)
        assert send_digests(now=TUESDAY_AT_EIGHT - timedelta(seconds=1)).sent == 0
        assert deliver_notifications(now=TUESDAY_AT_EIGHT).sent == 0
        assert send_digests(now=TUESDAY_AT_EIGHT).sent == 1
        (message,) = mail.outbox
        body = str(message.body)
        assert message.to == ["max@example.com"]
        assert "/vendor/notifications/" in body
        # What waits for room stands last, the more valuable first.
        titles = [line[2:].split(":")[0] for line in body.splitlines() if line[:2] == "- "]
        assert titles == ["Lago", "Nova", "Nova", "Lago"]
        assert states(lago, nova) == ["sent"] * 4
        assert send_digests(now=TUESDAY_AT_EIGHT + timedelta(days=1)).sent == 0

    def test_waits_for_the_chosen_days(self, worlds: tuple[World, World]) -> None:
        NoticeTiming.objects.create(user=worlds[0].max, digest_hour=17, digest_days=[2])
        tell(worlds[0], "a")
        # Wednesday 4 November, 17:00 in Berlin is 16:00 UTC.
        wednesday = datetime(2026, 11, 4, 16, tzinfo=UTC)
        assert send_digests(now=wednesday - timedelta(minutes=1)).sent == 0
        assert send_digests(now=wednesday).sent == 1

    def test_leaves_out_what_was_ended_meanwhile(self, worlds: tuple[World, World]) -> None:
        tell(worlds[0], "a")
        NoticeChoice.objects.update(channel="list")
        assert send_digests(now=TUESDAY_AT_EIGHT).sent == 0
        assert states(worlds[0]) == ["kept"]
        assert not NoticeDigest.objects.exists()


class TestTwice:
    def test_does_not_come_from_two_workers(self, worlds: tuple[World, World]) -> None:
        for world in worlds:
            tell(world, "a")
        start = threading.Barrier(2)

        def work() -> None:
            try:
                start.wait()
                send_digests(now=TUESDAY_AT_EIGHT)
            finally:
                connections.close_all()

        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert len(mail.outbox) == 1
        assert states(*worlds) == ["sent", "sent"]

    def test_does_not_come_after_a_worker_died_while_sending(
        self, worlds: tuple[World, World], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tell(worlds[0], "a")

        def die(self: EmailBackend, messages: Any) -> int:
            raise Killed

        with monkeypatch.context() as dying:
            dying.setattr(EmailBackend, "send_messages", die)
            with pytest.raises(Killed):
                send_digests(now=TUESDAY_AT_EIGHT)
        assert states(worlds[0]) == ["claimed"]
        assert send_digests(now=TUESDAY_AT_EIGHT + timedelta(minutes=14)).uncertain == 0
        assert send_digests(now=TUESDAY_AT_EIGHT + timedelta(minutes=16)).uncertain == 1
        assert states(worlds[0]) == ["uncertain"]
        send_digests(now=TUESDAY_AT_EIGHT + timedelta(days=1))
        assert mail.outbox == []

    def test_does_not_come_after_the_mail_server_refused(
        self, worlds: tuple[World, World], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tell(worlds[0], "a")

        def refuse(self: EmailBackend, messages: Any) -> int:
            raise ConnectionRefusedError("no mail server")

        with monkeypatch.context() as broken:
            broken.setattr(EmailBackend, "send_messages", refuse)
            assert send_digests(now=TUESDAY_AT_EIGHT).postponed == 1
        assert send_digests(now=TUESDAY_AT_EIGHT + timedelta(seconds=59)).sent == 0
        assert send_digests(now=TUESDAY_AT_EIGHT + timedelta(seconds=60)).sent == 1
        assert send_digests(now=TUESDAY_AT_EIGHT + timedelta(days=1)).sent == 0
        assert len(mail.outbox) == 1
