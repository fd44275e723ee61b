"""What people do from messages: pressed in Slack, or by a link that works once."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from accounts.domain.roles import StaffScope
from accounts.models import User
from accounts.services.history import Actor
from accounts.tenancy import organization_context, staff_context
from integrations.domain.slack import is_from_slack, signature_of
from integrations.models import Delivery, Endpoint, SlackLink
from integrations.services.endpoints import add_endpoint
from integrations.services.sending import send_deliveries
from signals.models import ExpansionTask
from tests.integration.signals.test_notice_digest import tell
from tests.integration.signals.world import World, day
from tests.support.people import make_user
from tests.support.receiver import Receiver, receiver

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as kept:
        yield kept


@pytest.fixture
def lago() -> World:
    return World("lago")


def message(server: Receiver, world: World, *, has_buttons: bool) -> list[dict[str, str]]:
    """Tell a channel of a new task; return the buttons below it."""
    with staff_context(user_id=0, scope=StaffScope.ALL):
        endpoint, _secret = add_endpoint(
            name="Channel",
            url=server.url,
            format=Endpoint.Format.SLACK,
            kinds=["task.opened"],
            has_buttons=has_buttons,
            actor=Actor("Olga"),
            now=day(0),
        )
    send_deliveries(now=day(0))
    tell(world, "a")
    send_deliveries(now=day(0))
    with staff_context(user_id=0, scope=StaffScope.ALL):
        endpoint.refresh_from_db()
        assert endpoint.verified_at is not None
        assert Delivery.objects.filter(state="delivered").count() == 2
    elements: list[dict[str, str]] = json.loads(server.seen[-1][2])["blocks"][1]["elements"]
    return elements


def the_task(world: World) -> ExpansionTask:
    with organization_context(world.id):
        return ExpansionTask.objects.select_related("owner").get()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


class TestTheSignature:
    def test_is_that_of_slacks_documentation(self) -> None:
        # The example of https://docs.slack.dev/authentication/verifying-requests-from-slack.
        body = (
            b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
            b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
            b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
            b"%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
            b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
        )
        assert (
            signature_of("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body)
            == "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
        )

    @pytest.mark.parametrize(
        ("secret", "timestamp", "seconds"),
        [("", "now", 0), (SECRET, "now", 301), (SECRET, "now", -301), (SECRET, "x", 0)],
        ids=["no secret", "old", "ahead", "no time"],
    )
    def test_is_refused(self, secret: str, timestamp: str, seconds: int) -> None:
        sent = str(int(day(0).timestamp())) if timestamp == "now" else timestamp
        assert not is_from_slack(
            secret=secret,
            timestamp=sent,
            signature=signature_of(secret, sent, b"x"),
            body=b"x",
            now=day(0) + timedelta(seconds=seconds),
        )


class TestALink:
    def test_asks_then_does_it_once(self, server: Receiver, lago: World) -> None:
        lead, take, snooze, done = message(server, lago, has_buttons=False)
        assert lead["url"].endswith(f"/vendor/tasks/{the_task(lago).pk}/")
        assert all("value" not in each for each in (take, snooze, done))
        client = signed_in(lago.max)
        address = snooze["url"].removeprefix("http://127.0.0.1:8000")
        asked = client.get(address)
        assert "sleep for a week" in asked.content.decode()
        assert the_task(lago).snoozed_until is None
        assert "sleeps until" in client.post(address).content.decode()
        assert the_task(lago).snoozed_until is not None
        assert client.post(address).status_code == 410
        assert the_task(lago).snoozes == 1

    def test_does_nothing_for_who_may_not(self, server: Receiver, lago: World) -> None:
        *_others, done = message(server, lago, has_buttons=False)
        address = done["url"].removeprefix("http://127.0.0.1:8000")
        stranger = make_user("nora", vendor_role="account_manager")
        assert "add seats" not in signed_in(stranger).get(address).content.decode().lower()
        for user in (stranger, lago.ada):
            signed_in(user).post(address)
        assert the_task(lago).state == "open"
        assert Client().get(address).status_code == 302


class TestAPress:
    @pytest.fixture(autouse=True)
    def app(self, settings: Any) -> None:
        settings.SLACK_SIGNING_SECRET = SECRET

    def press(self, server: Receiver, button: dict[str, str], *, secret: str = SECRET) -> int:
        payload = {
            "type": "block_actions",
            "user": {"id": "U2CERLKJA"},
            "team": {"id": "T1DC2JH3J"},
            "response_url": server.url + "/response",
            "actions": [{"action_id": button["action_id"], "value": button.get("value", "")}],
        }
        self.body = urlencode({"payload": json.dumps(payload), "n": len(server.seen)})
        self.timestamp = str(int(timezone.now().timestamp()))
        self.signature = signature_of(secret, self.timestamp, self.body.encode())
        return self.send()

    def send(self) -> int:
        return (
            Client()
            .post(
                "/integrations/slack/actions",
                self.body,
                content_type="application/x-www-form-urlencoded",
                headers={
                    "X-Slack-Request-Timestamp": self.timestamp,
                    "X-Slack-Signature": self.signature,
                },
            )
            .status_code
        )

    def said(self, server: Receiver) -> str:
        path, _headers, body = server.seen[-1]
        assert path == "/response"
        return str(json.loads(body)["text"])

    def test_asks_to_connect_first_then_acts_in_that_persons_name(
        self, server: Receiver, lago: World
    ) -> None:
        lead, take, snooze, done = message(server, lago, has_buttons=True)
        assert "value" in take
        assert "url" not in done
        assert self.press(server, lead) == 200
        assert self.press(server, snooze) == 200
        assert "Connect your account first" in self.said(server)
        assert the_task(lago).snoozed_until is None
        address = self.said(server).split("http://127.0.0.1:8000")[1]
        client = signed_in(lago.max)
        assert "U2CERLKJA" in client.get(address).content.decode()
        client.post(address)
        assert SlackLink.objects.get().user == lago.max
        assert self.press(server, done) == 200
        assert "closed" in self.said(server)
        task = the_task(lago)
        assert (task.state, task.outcome) == ("done", "handled")

    def test_counts_once_and_only_when_slack_signed_it(self, server: Receiver, lago: World) -> None:
        _lead, _take, snooze, _done = message(server, lago, has_buttons=True)
        SlackLink.objects.create(
            user=lago.max, team_id="T1DC2JH3J", slack_user_id="U2CERLKJA", linked_at=day(0)
        )
        assert self.press(server, snooze, secret="another") == 401
        assert the_task(lago).snoozes == 0
        assert self.press(server, snooze) == 200
        assert self.send() == 401
        assert the_task(lago).snoozes == 1
        assert self.press(server, snooze | {"value": snooze["value"] + "x"}) == 200
        assert "too old" in self.said(server)
