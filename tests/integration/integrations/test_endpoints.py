"""Endpoints that prove themselves, keep order, rest, are stopped; an organization's own."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connections

from accounts.domain.roles import OrganizationRole, StaffScope
from accounts.models import HistoryEntry
from accounts.services.history import SYSTEM, Actor
from accounts.services.people import deactivate_person
from accounts.tenancy import organization_context, staff_context
from integrations.domain.retries import STOPS_AFTER
from integrations.models import Delivery, Endpoint
from integrations.services.endpoints import add_endpoint, change_endpoint
from integrations.services.events import emit_event
from integrations.services.replaying import NothingToReplay, replay_many
from integrations.services.sending import send_deliveries
from seats.services.seats import release_seat
from tests.integration.signals.world import World, day
from tests.support.people import make_user
from tests.support.receiver import Receiver, receiver

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])
OLGA = Actor("Olga")


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as kept:
        kept.echoes = True
        yield kept


def own_endpoint(world: World, server: Receiver, *kinds: str, language: str = "en") -> Endpoint:
    """An endpoint of the organization that has proved its address."""
    with organization_context(world.id):
        endpoint, _secret = add_endpoint(
            name="Own",
            url=server.url,
            format=Endpoint.Format.STANDARD,
            kinds=kinds,
            language=language,
            organization_id=world.id,
            actor=OLGA,
            now=day(0),
        )
    send_deliveries(now=day(0))
    server.seen.clear()
    return endpoint


def messages(server: Receiver) -> list[dict[str, object]]:
    return [json.loads(body) for _path, _headers, body in server.seen]


def told(server: Receiver) -> list[tuple[object, object]]:
    found = [(message["type"], message["data"]) for message in messages(server)]
    return [(kind, data["member"]) for kind, data in found if isinstance(data, dict)]


class TestAnAddress:
    def test_hears_nothing_before_it_answered_the_challenge(self, server: Receiver) -> None:
        lago = World("lago", people=1)
        server.echoes = False
        endpoint = own_endpoint(lago, server, "seat.released")
        release(lago, 0)
        assert send_deliveries(now=day(0) + timedelta(seconds=1)).delivered == 0
        server.echoes = True
        assert send_deliveries(now=day(0) + timedelta(minutes=1)).delivered == 1
        (challenge,) = messages(server)
        assert challenge["type"] == "endpoint.verification"
        with organization_context(lago.id):
            endpoint.refresh_from_db()
            verbs = list(HistoryEntry.objects.values_list("verb", flat=True))
        assert endpoint.verified_at is not None
        assert "endpoint_verified" in verbs
        # What happened before is not made up for; what happens now is told.
        lago.seat(lago.people[0], day(1))
        release(lago, 0, at=1)
        send_deliveries(now=day(1))
        assert [message["type"] for message in messages(server)[1:]] == ["seat.released"]

    def test_that_changes_has_to_prove_itself_anew(self, server: Receiver) -> None:
        lago = World("lago", people=1)
        endpoint = own_endpoint(lago, server, "seat.released")
        with organization_context(lago.id):
            changed = change_endpoint(
                endpoint_id=endpoint.pk,
                name="Own",
                url=server.url + "/other",
                kinds=["seat.released"],
                is_active=True,
                actor=OLGA,
                now=day(0),
            )
        assert changed.verified_at is None
        assert changed.challenge != endpoint.challenge


def release(world: World, n: int, *, at: int = 0) -> None:
    release_seat(
        organization_id=world.id,
        membership_id=world.people[n].pk,
        actor=SYSTEM,
        now=day(at),
    )


class TestAnOrganizationsOwn:
    def test_hears_its_own_people_and_no_other_organization(self, server: Receiver) -> None:
        lago, nova = World("lago", people=1), World("nova", people=1)
        own_endpoint(lago, server, "seat.released", "member.left")
        release(nova, 0)
        deactivate_person(
            organization_id=lago.id,
            membership_id=lago.people[0].pk,
            granter=OrganizationRole.OWNER,
            actor=SYSTEM,
            now=day(1),
        )
        send_deliveries(now=day(1))
        # Who leaves loses the seat: both are told, about the one person, in that order.
        assert sorted(told(server)) == [("member.left", "m0"), ("seat.released", "m0")]
        first = messages(server)[0]
        assert first["version"] == 1
        data = first["data"]
        assert isinstance(data, dict)
        assert (data["organization"], data["organization_name"]) == ("lago", "Lago")

    def test_cannot_choose_nor_hear_what_is_the_vendors(self, server: Receiver) -> None:
        lago = World("lago")
        endpoint = own_endpoint(lago, server, "task.opened", "signal.raised")
        assert endpoint.event_types == ["signal.raised"]
        with organization_context(lago.id):
            for kind, is_vendors in (("low_use", True), ("utilization", False)):
                emit_event(
                    organization_id=lago.id,
                    type="signal.raised",
                    dedupe_key=kind,
                    data={"signal": 1, "kind": kind, "band": ""},
                    facts={"evidence": []},
                    is_vendor_only=is_vendors,
                    at=day(0),
                )
        send_deliveries(now=day(0))
        (heard,) = messages(server)
        assert isinstance(heard["data"], dict)
        assert heard["data"]["kind"] == "utilization"

    def test_reads_texts_in_its_language(self, server: Receiver) -> None:
        lago = World("lago")
        own_endpoint(lago, server, "invoice.paid", language="de")
        with organization_context(lago.id):
            emit_event(
                organization_id=lago.id,
                type="invoice.paid",
                dedupe_key="a",
                data={
                    "invoice": "in_1",
                    "number": "HR-1",
                    "total_minor": 123_450,
                    "currency": "EUR",
                },
                at=day(0),
            )
        send_deliveries(now=day(0))
        (heard,) = messages(server)
        assert isinstance(heard["data"], dict)
        # 123,450 cents as German readers write them; for programs they stay what they are.
        assert "1.234,50" in heard["data"]["title"]
        assert heard["data"]["total_minor"] == 123_450


class TestTheOrder:
    def test_of_one_object_holds_when_the_first_message_fails(self, server: Receiver) -> None:
        lago = World("lago", people=2)
        own_endpoint(lago, server, "seat.assigned", "seat.released")
        release(lago, 0)
        lago.seat(lago.people[0], day(1))
        server.status = 500
        send_deliveries(now=day(1))
        assert told(server) == [("seat.released", "m0")]
        server.status = 200
        release(lago, 1, at=1)
        # The other person's message does not wait for the one that is to be tried again.
        send_deliveries(now=day(1) + timedelta(seconds=1))
        assert told(server)[1:] == [("seat.released", "m1")]
        send_deliveries(now=day(2))
        assert told(server)[2:] == [("seat.released", "m0"), ("seat.assigned", "m0")]
        numbers = [m["sequence"] for m in messages(server)[2:]]
        assert numbers == sorted(numbers, key=str)

    def test_of_each_object_holds_between_two_workers(self, server: Receiver) -> None:
        lago = World("lago", people=3)
        own_endpoint(lago, server, "seat.assigned", "seat.released")
        for n in (0, 1, 2):
            for at in (1, 2, 3):
                release(lago, n, at=at)
                lago.seat(lago.people[n], day(at) + timedelta(hours=1))
        start = threading.Barrier(2)

        def work() -> None:
            try:
                start.wait()
                for _n in range(9):
                    send_deliveries(now=day(5))
            finally:
                connections.close_all()

        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        for person in ("m0", "m1", "m2"):
            kinds = [kind for kind, member in told(server) if member == person]
            assert kinds == ["seat.released", "seat.assigned"] * 3


class TestAnEndpointThatFails:
    def test_rests_as_long_as_it_asks_for(self, server: Receiver) -> None:
        lago = World("lago", people=2)
        own_endpoint(lago, server, "seat.released")
        release(lago, 0)
        server.status, server.headers = 429, {"Retry-After": "600"}
        send_deliveries(now=day(0))
        release(lago, 1)
        server.status = 200
        assert send_deliveries(now=day(0) + timedelta(minutes=9)).delivered == 0
        assert send_deliveries(now=day(0) + timedelta(minutes=10)).delivered == 2

    def test_is_stopped_with_a_mail_and_a_line_in_the_history(self, server: Receiver) -> None:
        lago = World("lago", people=2)
        endpoint = own_endpoint(lago, server, "seat.released")
        release(lago, 0)
        server.status = 500
        send_deliveries(now=day(0))
        mail.outbox.clear()
        send_deliveries(now=day(0) + STOPS_AFTER)
        with organization_context(lago.id):
            endpoint.refresh_from_db()
            entry = HistoryEntry.objects.get(verb="endpoint_stopped")
        assert not endpoint.is_active
        assert entry.object_label == "Own"
        (message,) = mail.outbox
        assert message.to == [lago.ada.email]
        assert "takes no messages" in message.subject

    def test_of_the_vendor_tells_the_vendors_admins(self, server: Receiver) -> None:
        make_user("olga", vendor_role="vendor_admin")
        with staff_context(user_id=0, scope=StaffScope.ALL):
            add_endpoint(
                name="Ops",
                url=server.url,
                format=Endpoint.Format.STANDARD,
                kinds=["seat.released"],
                actor=OLGA,
                now=day(0),
            )
        server.status = 410
        send_deliveries(now=day(0))
        with staff_context(user_id=0, scope=StaffScope.ALL):
            assert HistoryEntry.objects.filter(verb="endpoint_stopped").count() == 1
        assert [m.to for m in mail.outbox] == [["olga@example.com"]]

    def test_gets_what_failed_again_in_order_and_on_wish(self, server: Receiver) -> None:
        lago = World("lago", people=1)
        endpoint = own_endpoint(lago, server, "seat.released", "seat.assigned")
        release(lago, 0)
        lago.seat(lago.people[0], day(1))
        send_deliveries(now=day(1))
        server.seen.clear()
        with organization_context(lago.id):
            deliveries = Delivery.objects.all()
            with pytest.raises(NothingToReplay):
                replay_many(
                    endpoint=endpoint,
                    chosen=deliveries.filter(state="failed"),
                    actor=OLGA,
                    now=day(2),
                )
            deliveries.exclude(sequence=0).update(state="failed")
            # The proof of the address is never sent again.
            count = replay_many(endpoint=endpoint, chosen=deliveries, actor=OLGA, now=day(2))
        send_deliveries(now=day(2))
        assert count == 2
        assert told(server) == [("seat.released", "m0"), ("seat.assigned", "m0")]
