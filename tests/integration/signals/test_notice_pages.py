"""The list behind the bell, the choices, and the link that ends a kind of mail."""

import re

import pytest
from django.core import mail
from django.test import Client

from accounts.tenancy import organization_context
from signals.models import NoticeChoice, NoticeTiming, Notification, RuleMute
from signals.services.delivery import deliver_notifications
from tests.integration.signals.test_notice_digest import tell
from tests.integration.signals.world import World, day

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


@pytest.fixture
def lago() -> World:
    return World("lago")


@pytest.fixture
def desk(lago: World) -> Client:
    client = Client()
    client.force_login(lago.max)
    return client


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def states(world: World) -> list[str]:
    with organization_context(world.id):
        return list(Notification.objects.order_by("pk").values_list("state", flat=True))


class TestTheList:
    def test_counts_what_is_unread_until_it_is_opened(self, lago: World, desk: Client) -> None:
        tell(lago, "a")
        tell(lago, "late", kind="task_overdue")
        shown = page(desk, "/vendor/notifications/")
        assert "2 messages are new" in shown
        assert 'aria-label="Notifications, 2 unread"' in shown
        assert "Lago: a task is overdue" in shown
        (first, _second) = re.findall(r"/notifications/open/\?id=(\d+)", shown)
        answer = desk.get(f"/notifications/open/?id={first}")
        assert answer.headers["Location"].startswith("/vendor/tasks/")
        assert "1 message is new" in page(desk, "/vendor/notifications/")
        desk.post("/notifications/read/", {"id": first, "mark": "unread"})
        assert "2 messages are new" in page(desk, "/vendor/notifications/?show=task_overdue")
        desk.post("/notifications/read/")
        assert "Nothing new" in page(desk, "/vendor/notifications/")

    def test_shows_and_marks_nobody_else_s(self, lago: World, desk: Client) -> None:
        tell(lago, "a")
        stranger = Client()
        stranger.force_login(World("nova").ada)
        assert "No message yet" in page(stranger, "/o/nova/notifications/")
        with organization_context(lago.id):
            message = Notification.objects.get()
        stranger.post("/notifications/read/", {"id": message.pk})
        assert stranger.get(f"/notifications/open/?id={message.pk}").headers["Location"] == "/"
        assert "1 message is new" in page(desk, "/vendor/notifications/")

    def test_holds_no_message_twice_and_none_that_is_not_wanted(self, lago: World) -> None:
        tell(lago, "a")
        tell(lago, "a")
        NoticeChoice.objects.create(user=lago.max, kind="task_won", channel="off")
        NoticeChoice.objects.create(user=lago.max, kind="task_overdue", channel="list")
        tell(lago, "b", kind="task_won")
        tell(lago, "c", kind="task_overdue")
        assert states(lago) == ["pending", "kept"]

    def test_gets_nothing_of_a_muted_rule(self, lago: World) -> None:
        tell(lago, "a")
        with organization_context(lago.id):
            Notification.objects.all().delete()
            task = lago.organization.expansion_tasks.get()
            task.signals.create(
                organization=lago.organization,
                kind="utilization",
                opened_on=day(0),
                raised_at=day(0),
                evaluated_on=day(0),
            )
        RuleMute.objects.create(
            kind="utilization", is_muted=True, cause="person", actor_label="Olga", at=day(0)
        )
        tell(lago, "b", kind="task_reminder")
        assert states(lago) == []


class TestTheChoices:
    def test_are_kept_and_followed(self, lago: World, desk: Client) -> None:
        tell(lago, "a")
        shown = page(desk, "/preferences/notifications/")
        kinds = re.findall(r'name="(kind_\w+)"', shown)
        assert len(set(kinds)) == len(Notification.Kind) - 1
        data = dict.fromkeys(kinds, "mail") | {
            "digest_hour": "9",
            "digest_days": ["0", "3"],
            "quiet_from": "20",
            "quiet_until": "7",
        }
        assert desk.post("/preferences/notifications/", data).status_code == 302
        timing = NoticeTiming.objects.get()
        assert (timing.digest_days, timing.quiet_from, timing.quiet_until) == ([0, 3], 20, 7)
        # Monday 23:00 UTC lies in the quiet hours of the organization's zone, noon does not.
        assert deliver_notifications(now=day(0).replace(hour=23)).sent == 0
        assert deliver_notifications(now=day(1)).sent == 1

    def test_say_what_is_missing_beside_it(self, lago: World, desk: Client) -> None:
        kinds = re.findall(r'name="(kind_\w+)"', page(desk, "/preferences/notifications/"))
        data = dict.fromkeys(kinds, "digest") | {"digest_hour": "9", "quiet_from": "20"}
        answer = desk.post("/preferences/notifications/", data)
        assert answer.status_code == 422
        assert "Choose both hours" in answer.content.decode()
        answer = desk.post("/preferences/notifications/", data | {"quiet_from": ""})
        assert answer.status_code == 422
        assert "at least one day" in answer.content.decode()
        assert not NoticeTiming.objects.exists()


class TestTheEnd:
    def test_takes_one_press_of_a_mail_program_without_signing_in(self, lago: World) -> None:
        tell(lago, "a")
        tell(lago, "late", kind="task_overdue")
        with organization_context(lago.id):
            first = Notification.objects.order_by("pk")[0]
            Notification.objects.filter(pk=first.pk).update(next_attempt_at=day(0))
            Notification.objects.exclude(pk=first.pk).update(next_attempt_at=day(5))
        deliver_notifications(now=day(0))
        headers = mail.outbox[0].extra_headers
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        address = headers["List-Unsubscribe"].strip("<>").removeprefix("http://127.0.0.1:8000")
        anybody = Client(enforce_csrf_checks=True)
        assert "Stop these mails: a new task?" in page(anybody, address)
        assert not NoticeChoice.objects.exists()
        for _ in range(2):
            answer = anybody.post(address, {"List-Unsubscribe": "One-Click"})
            assert "No such mail comes any more" in answer.content.decode()
        tell(lago, "b")
        assert deliver_notifications(now=day(5)).sent == 1
        assert states(lago) == ["sent", "sent", "kept"]

    def test_is_refused_to_a_changed_link(self, lago: World) -> None:
        assert Client().get("/notifications/stop/WzEsInRhc2siXQ:1:x/").status_code == 404
