"""Telling other systems: signed, once a change and endpoint, again after a failure."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.domain.roles import StaffScope
from accounts.models import Organization
from accounts.services.history import Actor
from accounts.tenancy import organization_context, staff_context
from integrations.models import Delivery, Endpoint
from integrations.services import sending
from integrations.services.endpoints import add_endpoint, renew_secret
from integrations.services.sending import send_deliveries
from tests.integration.signals.test_notice_digest import Killed, tell
from tests.integration.signals.world import World, day
from tests.support.people import make_user
from tests.support.receiver import Receiver, receiver

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])
OLGA = Actor("Olga")
KINDS = ["task.opened", "task.won"]


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as kept:
        yield kept


def listen(server: Receiver, format: str = "standard") -> tuple[Endpoint, str]:
    """Add an endpoint of the vendor that has proved its address."""
    with staff_context(user_id=0, scope=StaffScope.ALL):
        endpoint, secret = add_endpoint(
            name=format,
            url=server.url + "/hook",
            format=Endpoint.Format(format),
            kinds=KINDS,
            actor=OLGA,
            now=day(0),
        )
        Endpoint.objects.filter(pk=endpoint.pk).update(verified_at=day(0))
        Delivery.objects.filter(endpoint=endpoint).delete()
        return endpoint, secret


def log() -> list[tuple[str, int]]:
    with staff_context(user_id=0, scope=StaffScope.ALL):
        return list(Delivery.objects.order_by("pk").values_list("state", "attempts"))


def is_signed(headers: dict[str, str], body: bytes, secret: str) -> bool:
    """Check a message as a receiver does, by the specification alone."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return f"v1,{expected}" in headers["webhook-signature"].split(" ")


class TestAMessage:
    def test_reaches_each_endpoint_that_wants_it_once_signed(self, server: Receiver) -> None:
        _endpoint, secret = listen(server)
        lago = World("lago")
        tell(lago, "a")
        tell(lago, "a")
        tell(lago, "unwanted", kind="task_overdue")
        assert send_deliveries(now=day(0)).delivered == 1
        assert send_deliveries(now=day(0)).delivered == 0
        ((path, headers, body),) = server.seen
        message = json.loads(body)
        assert path == "/hook"
        assert is_signed(headers, body, secret)
        assert not is_signed(headers, body + b" ", secret)
        assert message["type"] == "task.opened"
        assert message["data"]["organization"] == "lago"
        assert message["data"]["title"] == "Lago: a new task"
        assert "/vendor/tasks/" in message["data"]["url"]

    def test_stands_in_slack_with_a_button_and_without_commands(self, server: Receiver) -> None:
        listen(server, "slack")
        lago = World("lago")
        with organization_context(lago.id):
            Organization.objects.update(name="<!channel> & Co")
        tell(lago, "a")
        send_deliveries(now=day(0))
        message = json.loads(server.seen[0][2])
        assert "webhook-signature" not in server.seen[0][1]
        section, actions = message["blocks"]
        assert section["text"]["text"].startswith("*&lt;!channel&gt; &amp; Co: a new task*")
        assert actions["elements"][0]["url"].startswith("http")
        assert "<" not in message["text"]

    def test_carries_both_signatures_for_a_day_after_a_renewal(self, server: Receiver) -> None:
        endpoint, old = listen(server)
        with staff_context(user_id=0, scope=StaffScope.ALL):
            _endpoint, new = renew_secret(endpoint_id=endpoint.pk, actor=OLGA, now=day(0))
        lago = World("lago")
        for name, at in (("a", day(0)), ("b", day(2))):
            tell(lago, name)
            send_deliveries(now=at)
        first, second = ((headers, body) for _path, headers, body in server.seen)
        assert is_signed(*first, old)
        assert is_signed(*first, new)
        assert not is_signed(*second, old)
        assert is_signed(*second, new)


class TestAFailure:
    def test_is_tried_again_under_the_same_id(self, server: Receiver) -> None:
        listen(server)
        tell(World("lago"), "a")
        server.status, server.headers = 503, {"Retry-After": "120"}
        assert send_deliveries(now=day(0)).postponed == 1
        assert send_deliveries(now=day(0) + timedelta(seconds=119)).postponed == 0
        server.status = 204
        assert send_deliveries(now=day(0) + timedelta(seconds=121)).delivered == 1
        assert len({headers["webhook-id"] for _path, headers, _body in server.seen}) == 1
        assert log() == [("delivered", 2)]

    def test_stops_an_endpoint_that_is_gone_or_takes_nothing_for_days(
        self, server: Receiver
    ) -> None:
        gone, _secret = listen(server)
        tell(World("lago"), "a")
        server.status = 410
        assert send_deliveries(now=day(0)).given_up == 1
        with staff_context(user_id=0, scope=StaffScope.ALL):
            gone.refresh_from_db()
        assert (gone.is_active, gone.stopped_because) == (False, "It said that it is gone (410).")

    def test_of_a_worker_sends_again_what_can_be_recognized_and_leaves_slack(
        self, server: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        listen(server)
        listen(server, "slack")
        tell(World("lago"), "a")

        def die(*args: object, **kwargs: object) -> None:
            raise Killed

        with monkeypatch.context() as dying:
            dying.setattr(sending, "_finish", die)
            for _ in range(2):
                with pytest.raises(Killed):
                    send_deliveries(now=day(0))
        assert len(server.seen) == 2
        assert send_deliveries(now=day(0) + timedelta(minutes=6)).uncertain == 1
        assert sorted(log()) == [("delivered", 2), ("uncertain", 1)]
        ids = [headers.get("webhook-id") for _path, headers, _body in server.seen]
        first, again = (each for each in ids if each is not None)
        assert first == again

    def test_of_two_workers_at_once_sends_nothing_twice(self, server: Receiver) -> None:
        listen(server)
        lago = World("lago")
        for n in range(6):
            tell(lago, str(n))
        start = threading.Barrier(2)

        def work() -> None:
            try:
                start.wait()
                send_deliveries(now=day(0))
            finally:
                connections.close_all()

        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        ids = [headers["webhook-id"] for _path, headers, _body in server.seen]
        assert len(ids) == len(set(ids)) == 6


class TestThePages:
    def test_add_test_read_and_replay(self, server: Receiver) -> None:
        client = Client()
        client.force_login(make_user("olga", vendor_role="vendor_admin"))
        form = {"name": "Ops", "url": "ftp://x", "format": "standard", "event_types": KINDS}
        form["language"] = "en"
        refused = client.post("/vendor/integrations/new/", form)
        assert refused.status_code == 422
        assert "must begin with https" in refused.content.decode()
        added = client.post(
            "/vendor/integrations/new/", form | {"url": server.url}
        ).content.decode()
        assert "whsec_" in added
        server.echoes = True
        assert send_deliveries(now=timezone.now()).delivered == 1
        with staff_context(user_id=0, scope=StaffScope.ALL):
            endpoint = Endpoint.objects.get()
        page = f"/vendor/integrations/{endpoint.pk}/"
        assert "whsec_" not in client.get(page).content.decode()
        client.post(page + "test/")
        send_deliveries(now=day(60))
        with staff_context(user_id=0, scope=StaffScope.ALL):
            delivery = Delivery.objects.get(type="test.ping")
        detail = f"/vendor/integrations/deliveries/{delivery.pk}/"
        assert "A test from" in client.get(detail).content.decode()
        client.post(detail)
        send_deliveries(now=day(60))
        ids = [headers["webhook-id"] for _path, headers, _body in server.seen]
        assert ids[1:] == [delivery.message_id] * 2
        assert "Ops" in client.get("/vendor/integrations/").content.decode()
        client.post(page + "remove/")
        assert log() == []
