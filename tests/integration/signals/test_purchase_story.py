"""The main job with real billing: full, offered, bought through the sandbox, won."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.domain.roles import StaffScope
from accounts.models import Membership, Organization
from accounts.services.history import SYSTEM, Actor
from accounts.tenancy import organization_context, staff_context
from billing.services.purchases import purchase_seats
from billing.services.quotes import quote_seats
from seats.models import ActivityDay, MemberActivity
from seats.services.seats import assign_seat
from seats.services.waiting import request_seat
from signals.models import ExpansionTask, Signal, SignalEvaluation
from signals.services.delivery import deliver_notifications
from signals.services.scan import scan
from tests.integration.billing.conftest import World, make_world
from tests.support.people import make_membership, make_user
from tests.support.stripe import Sandbox, sandbox, sandbox_process

__all__ = ["sandbox", "sandbox_process"]

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


@pytest.fixture
def acme(sandbox: Sandbox) -> World:
    """Twelve seats, twelve people who use them, three more who wait; max looks after it."""
    world = make_world(sandbox, seats=12)
    manager = make_user("max", vendor_role="account_manager")
    with staff_context(user_id=0, scope=StaffScope.ALL):
        Organization.objects.filter(pk=world.id).update(account_manager=manager)
    now = timezone.now()
    for n in range(15):
        person = make_membership(world.organization, external_id=f"m{n}", name=f"Person {n}")
        use(world, person)
        if n < 12:
            assign_seat(organization_id=world.id, membership_id=person.pk, actor=SYSTEM, now=now)
        else:
            request_seat(organization_id=world.id, membership_id=person.pk, actor=SYSTEM, now=now)
    return world


def use(world: World, person: Membership) -> None:
    now = timezone.now()
    with organization_context(world.id):
        ActivityDay.objects.create(
            organization_id=world.id, membership_id=person.pk, day=now.date(), actions=1
        )
        MemberActivity.objects.create(
            organization_id=world.id,
            membership_id=person.pk,
            first_active_at=now,
            last_active_at=now,
        )


class TestTheStory:
    def test_from_the_alert_to_the_credit(self, acme: World) -> None:
        scan(now=timezone.now())
        with organization_context(acme.id):
            task = ExpansionTask.objects.get()
        # 15 active / 0.75 = 20 seats, 8 more, each 8.00 a month: 8 x 800 x 12.
        assert (task.seats_suggested, task.value_minor) == (8, 76_800)
        now = timezone.now()
        quote = quote_seats(organization_id=acme.id, quantity=20, actor=acme.actor, now=now)
        purchase_seats(
            organization_id=acme.id,
            quote_id=quote.pk,
            total_minor=quote.total_now_minor,
            idempotency_key="story",
            actor=acme.actor,
            now=now,
        )
        scan(now=timezone.now())
        with organization_context(acme.id):
            task.refresh_from_db()
            signal = Signal.objects.get(kind="utilization")
        assert task.is_won
        assert (task.seats_credited, task.arr_credited_minor) == (8, 76_800)
        assert (signal.status, signal.resolution) == ("resolved", "seats_bought")
        deliver_notifications(now=timezone.now() + timedelta(seconds=1))
        told = [m for m in mail.outbox if "asks for a seat" not in m.subject]
        assert sorted((m.to[0], m.subject) for m in told) == [
            ("ada@example.com", "All 12 seats are assigned"),
            ("max@example.com", "Acme: a new task"),
            ("max@example.com", "Acme: won"),
        ]

    def test_waits_while_a_quote_is_open(self, acme: World) -> None:
        now = timezone.now()
        quote_seats(organization_id=acme.id, quantity=20, actor=Actor.of(acme.ada), now=now)
        scan(now=timezone.now())
        with organization_context(acme.id):
            (evaluation,) = SignalEvaluation.objects.filter(kind="utilization")
            assert evaluation.holdbacks == ["open_quote"]
            assert not ExpansionTask.objects.exists()
