"""People who were removed and come back: inside the lock-out the charge comes back with them.

A return is noted in the transaction that assigns the seat, whoever assigns it. It is then due:
one seat more at exactly the credit that was given. Settling it is billing's.
"""

from datetime import datetime, timedelta

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.services.history import SYSTEM, Actor, record
from accounts.tenancy import organization_context
from seats.hooks import ReturnCharge, SeatAssigned
from seats.models import SeatAssignment
from seats.services.seats import lock_seat_pool
from seats.services.waiting import request_seat
from trueups.models import LockOut
from trueups.services.errors import ReactivationNotPossible

SETTLED_AFTER = timedelta(minutes=5)
"""A return can be undone that long before it is charged."""


def note_return(assigned: SeatAssigned) -> None:
    """Note that a removed person has a seat again, in the transaction that assigned it."""
    lock_out = _open_lock_out(assigned.organization_id, assigned.membership_id, assigned.at)
    if lock_out is not None:
        _come_back(lock_out, assigned.actor, assigned.at, is_seated=True)


def _open_lock_out(organization_id: int, membership_id: int, now: datetime) -> LockOut | None:
    return (
        LockOut.objects.select_for_update(of=("self",))
        .filter(
            organization_id=organization_id,
            membership_id=membership_id,
            reactivated_at__isnull=True,
            removed_at__lte=now,
            until__gt=now,
        )
        .order_by("removed_at")
        .last()
    )


def _come_back(lock_out: LockOut, actor: Actor, now: datetime, *, is_seated: bool) -> None:
    lock_out.reactivated_at = now
    lock_out.reactivated_by_label = actor.label[:200]
    lock_out.is_seated = is_seated
    if not lock_out.seats:
        # Nothing was credited for this person, so nothing comes back.
        lock_out.settled_at = now
    lock_out.save()
    record(
        actor=actor,
        verb="person_came_back",
        subject=lock_out,
        organization_id=lock_out.organization_id,
        now=now,
        changes={"total_minor": lock_out.credit_minor, "currency": lock_out.currency},
    )


def bring_back(*, organization_id: int, membership_id: int, actor: Actor, now: datetime) -> LockOut:
    """Have a removed person back where no seat is free: they wait for the one that is charged.

    With a free seat, assign it; the charge is the same. Raises ReactivationNotPossible, and what
    `request_seat` raises.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        lock_out = _open_lock_out(organization_id, membership_id, now)
        if lock_out is None or not lock_out.seats:
            raise ReactivationNotPossible(
                _("Nothing was credited for this person. Assign a seat as usual.")
            )
        request_seat(
            organization_id=organization_id, membership_id=membership_id, actor=actor, now=now
        )
        _come_back(lock_out, actor, now, is_seated=False)
        return lock_out


def charge_of_return(
    *, organization_id: int, membership_id: int, now: datetime
) -> ReturnCharge | None:
    """Return what a seat for this person would bring back, to be shown before it is assigned.

    None where nothing is charged: never removed, back already, or the lock-out is over.
    """
    lock_out = (
        LockOut.objects.filter(
            organization_id=organization_id,
            membership_id=membership_id,
            reactivated_at__isnull=True,
            until__gt=now,
            seats__gt=0,
        )
        .select_related("organization")
        .order_by("removed_at")
        .last()
    )
    if lock_out is None:
        return None
    return ReturnCharge(
        membership_id,
        lock_out.credit_minor,
        lock_out.currency,
        lock_out.until,
        reverse("removed_return", args=[lock_out.organization.slug, lock_out.pk]),
    )


def due_reactivations(*, now: datetime, limit: int = 500) -> list[tuple[int, int]]:
    """Return (organization, lock-out) of every return that waits to be charged."""
    found = LockOut.objects.using("pipeline").filter(
        reactivated_at__lte=now - SETTLED_AFTER, settled_at__isnull=True
    )
    return list(found.order_by("reactivated_at").values_list("organization_id", "pk")[:limit])


def confirm_return(*, organization_id: int, lock_out_id: int, now: datetime) -> LockOut | None:
    """Return the lock-out whose return is to be charged; None when it was undone meanwhile.

    Call it under the lock of the seat pool before anything is reserved: an assignment that was
    taken back at once is no return, and the lock-out runs on.
    """
    with organization_context(organization_id):
        lock_seat_pool(organization_id=organization_id)
        lock_out = LockOut.objects.select_for_update(of=("self",)).get(pk=lock_out_id)
        if lock_out.settled_at is not None or lock_out.reactivated_at is None:
            return None
        if lock_out.is_seated and not _was_seated(lock_out):
            lock_out.reactivated_at = None
            lock_out.reactivated_by_label = ""
            lock_out.is_seated = False
            lock_out.save()
            return None
        return lock_out


def _was_seated(lock_out: LockOut) -> bool:
    """Tell whether the seat of a return lasted: it is live, or outlasted an undo."""
    seats = SeatAssignment.objects.filter(
        organization_id=lock_out.organization_id, membership_id=lock_out.membership_id
    )
    if seats.filter(during__endswith__isnull=True).exists():
        return True
    return seats.filter(
        during__startswith__gte=lock_out.reactivated_at,
        during__endswith__gt=F("during__startswith") + SETTLED_AFTER,
    ).exists()


def mark_reactivation_settled(*, organization_id: int, lock_out_id: int, now: datetime) -> LockOut:
    """Write that a return is charged and its seat granted; doing it again changes nothing."""
    with organization_context(organization_id):
        lock_seat_pool(organization_id=organization_id)
        lock_out = LockOut.objects.select_for_update(of=("self",)).get(pk=lock_out_id)
        if lock_out.settled_at is None:
            lock_out.settled_at = now
            lock_out.save(update_fields=["settled_at"])
            record(
                actor=SYSTEM,
                verb="return_settled",
                subject=lock_out,
                organization_id=organization_id,
                now=now,
                changes={"total_minor": lock_out.credit_minor, "currency": lock_out.currency},
            )
        return lock_out


def name_of(lock_out: LockOut) -> str:
    """Return the person's name, for the line of an invoice."""
    return Membership.objects.get(pk=lock_out.membership_id).display_name
