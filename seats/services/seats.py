"""Gives, takes and queues seats. Whatever changes an organization's seats locks its pool first.

Buying seats is billing's; it calls `change_purchased_seats` inside the same lock.
"""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import Membership
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from seats.models import SeatAssignment, SeatPool, WaitingListEntry


class SeatLimitReached(DomainError):
    """Every purchased seat is assigned and the limit allows no more."""

    code: ClassVar[str] = "seat_limit_reached"
    field: ClassVar[str] = "membership"


class SeatsAreHeld(DomainError):
    """A payment is long overdue: people keep their seats, and no more are assigned."""

    code: ClassVar[str] = "seats_are_held"


class SeatAlreadyAssigned(DomainError):
    """The person has a seat."""

    code: ClassVar[str] = "seat_already_assigned"
    field: ClassVar[str] = "membership"


class NoSeatToRelease(DomainError):
    """The person has no seat."""

    code: ClassVar[str] = "no_seat_to_release"
    field: ClassVar[str] = "membership"


class PersonCannotHaveASeat(DomainError):
    """The person is deactivated."""

    code: ClassVar[str] = "person_cannot_have_a_seat"
    field: ClassVar[str] = "membership"


def lock_seat_pool(*, organization_id: int) -> SeatPool:
    """Return the organization's pool, locked until the transaction ends; make it when missing.

    Runs inside the organization's tenancy context.
    """
    SeatPool.objects.get_or_create(organization_id=organization_id)
    return SeatPool.objects.select_for_update().get(organization_id=organization_id)


def _capacity(pool: SeatPool) -> int:
    if pool.limit == SeatPool.Limit.SOFT:
        return pool.purchased_seats + pool.allowance_seats
    return pool.purchased_seats


def _live_seat(membership_id: int) -> SeatAssignment | None:
    return SeatAssignment.objects.filter(
        membership_id=membership_id, during__endswith__isnull=True
    ).first()


def _seat(*, pool: SeatPool, membership: Membership, actor: Actor, now: datetime) -> SeatAssignment:
    assignment = SeatAssignment.objects.create(
        organization_id=pool.organization_id,
        membership=membership,
        during=DateTimeTZRange(now, None),
        assigned_by_id=actor.user_id,
    )
    WaitingListEntry.objects.filter(
        membership=membership, seated_at__isnull=True, withdrawn_at__isnull=True
    ).update(seated_at=now)
    pool.assigned_seats += 1
    if pool.assigned_seats > pool.purchased_seats and pool.overage_since is None:
        pool.overage_since = now
    pool.save(update_fields=["assigned_seats", "overage_since"])
    record(
        actor=actor,
        verb="seat_assigned",
        subject=membership,
        organization_id=pool.organization_id,
        now=now,
    )
    return assignment


def assign_seat(
    *, organization_id: int, membership_id: int, actor: Actor, now: datetime
) -> SeatAssignment:
    """Give a person a seat, from `now` on.

    Raises SeatLimitReached, SeatsAreHeld, SeatAlreadyAssigned, PersonCannotHaveASeat,
    Membership.DoesNotExist (also for another organization's person).
    """
    with organization_context(organization_id, user_id=actor.user_id):
        pool = lock_seat_pool(organization_id=organization_id)
        membership = Membership.objects.get(pk=membership_id, organization_id=organization_id)
        if membership.state == Membership.State.DEACTIVATED:
            raise PersonCannotHaveASeat(
                _("%(name)s is deactivated. Reactivate the person first.")
                % {"name": membership.display_name}
            )
        if _live_seat(membership_id):
            raise SeatAlreadyAssigned(
                _("%(name)s has a seat already.") % {"name": membership.display_name}
            )
        if pool.held_since is not None:
            raise SeatsAreHeld(
                _(
                    "A payment is overdue, so no seat can be assigned for now. Everybody who has "
                    "one keeps it. Pay the open invoice under Seats and billing."
                )
            )
        if pool.assigned_seats >= _capacity(pool):
            raise SeatLimitReached(
                _(
                    "All %(purchased)s seats are assigned. Add a seat, or release one that is "
                    "not used."
                )
                % {"purchased": pool.purchased_seats},
                purchased=pool.purchased_seats,
                assigned=pool.assigned_seats,
            )
        return _seat(pool=pool, membership=membership, actor=actor, now=now)


def release_seat(
    *, organization_id: int, membership_id: int, actor: Actor, now: datetime, reason: str = ""
) -> None:
    """Take a person's seat at `now`; the next on the waiting list is not seated by this.

    Raises NoSeatToRelease, Membership.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        pool = lock_seat_pool(organization_id=organization_id)
        membership = Membership.objects.get(pk=membership_id, organization_id=organization_id)
        seat = _live_seat(membership_id)
        if seat is None:
            raise NoSeatToRelease(_("%(name)s has no seat.") % {"name": membership.display_name})
        # A range never ends before it starts, even if two clocks differ by a moment.
        end = max(now, seat.during.lower + timedelta(microseconds=1))
        seat.during = DateTimeTZRange(seat.during.lower, end)
        seat.release_reason = reason[:200]
        seat.save(update_fields=["during", "release_reason"])
        pool.assigned_seats -= 1
        if pool.assigned_seats <= pool.purchased_seats:
            pool.overage_since = None
        pool.save(update_fields=["assigned_seats", "overage_since"])
        record(
            actor=actor,
            verb="seat_released",
            subject=membership,
            organization_id=organization_id,
            now=now,
            changes={"reason": reason} if reason else None,
        )


def request_seat(
    *, organization_id: int, membership_id: int, actor: Actor, now: datetime, note: str = ""
) -> WaitingListEntry:
    """Put a person on the waiting list; asking twice keeps the first place.

    Raises SeatAlreadyAssigned, PersonCannotHaveASeat, Membership.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        membership = Membership.objects.get(pk=membership_id, organization_id=organization_id)
        if membership.state == Membership.State.DEACTIVATED:
            raise PersonCannotHaveASeat(
                _("%(name)s is deactivated. Reactivate the person first.")
                % {"name": membership.display_name}
            )
        if _live_seat(membership_id):
            raise SeatAlreadyAssigned(
                _("%(name)s has a seat already.") % {"name": membership.display_name}
            )
        entry, created = WaitingListEntry.objects.get_or_create(
            organization_id=organization_id,
            membership=membership,
            seated_at=None,
            withdrawn_at=None,
            defaults={"requested_at": now, "note": note[:300]},
        )
        if created:
            record(
                actor=actor,
                verb="seat_requested",
                subject=membership,
                organization_id=organization_id,
                now=now,
                changes={"note": note[:300]} if note else None,
            )
        return entry


def withdraw_seat_request(
    *, organization_id: int, membership_id: int, actor: Actor, now: datetime
) -> None:
    """Take a person off the waiting list; without an open entry nothing happens."""
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        membership = Membership.objects.get(pk=membership_id, organization_id=organization_id)
        withdrawn = WaitingListEntry.objects.filter(
            membership=membership, seated_at__isnull=True, withdrawn_at__isnull=True
        ).update(withdrawn_at=now)
        if withdrawn:
            record(
                actor=actor,
                verb="seat_request_withdrawn",
                subject=membership,
                organization_id=organization_id,
                now=now,
            )


def hold_seats(*, organization_id: int, is_held: bool, actor: Actor, now: datetime) -> None:
    """Stop or allow the assignment of seats; people keep theirs either way.

    Called by billing when a payment is long overdue, and again when it has come.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        pool = lock_seat_pool(organization_id=organization_id)
        if (pool.held_since is not None) is is_held:
            return
        pool.held_since = now if is_held else None
        pool.save(update_fields=["held_since"])
        record(
            actor=actor,
            verb="seats_held" if is_held else "seats_released",
            subject=pool.organization,
            organization_id=organization_id,
            now=now,
        )


def change_purchased_seats(
    *, organization_id: int, seats_after: int, actor: Actor, now: datetime
) -> list[Membership]:
    """Set how many seats are purchased and seat the waiting list in order; return who got a seat.

    Called by billing with the ledger entry it writes, in the same transaction and under the lock.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        pool = lock_seat_pool(organization_id=organization_id)
        pool.purchased_seats = seats_after
        if pool.assigned_seats <= seats_after:
            pool.overage_since = None
        elif pool.overage_since is None:
            pool.overage_since = now
        pool.save(update_fields=["purchased_seats", "overage_since"])
        waiting = (
            WaitingListEntry.objects.filter(seated_at__isnull=True, withdrawn_at__isnull=True)
            .exclude(membership__state=Membership.State.DEACTIVATED)
            .select_related("membership")
            .order_by("requested_at", "pk")[: max(0, seats_after - pool.assigned_seats)]
        )
        seated = []
        for entry in waiting:
            _seat(pool=pool, membership=entry.membership, actor=actor, now=now)
            seated.append(entry.membership)
        return seated


def release_every_seat(*, organization_id: int, actor: Actor, now: datetime, reason: str) -> int:
    """Take every live seat at `now`, because nothing is subscribed any more; return how many.

    Called by billing in the transaction that ends the subscription and under its lock. People
    whose seat ends keep their place in the organization; the waiting list stays as it is.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        pool = lock_seat_pool(organization_id=organization_id)
        live = SeatAssignment.objects.filter(
            organization_id=organization_id, during__endswith__isnull=True
        )
        released = []
        for seat in live.select_related("membership"):
            end = max(now, seat.during.lower + timedelta(microseconds=1))
            seat.during = DateTimeTZRange(seat.during.lower, end)
            seat.release_reason = reason[:200]
            released.append(seat)
            record(
                actor=actor,
                verb="seat_released",
                subject=seat.membership,
                organization_id=organization_id,
                now=now,
                changes={"reason": reason},
            )
        SeatAssignment.objects.bulk_update(released, ["during", "release_reason"], batch_size=500)
        pool.assigned_seats = 0
        pool.overage_since = None
        pool.save(update_fields=["assigned_seats", "overage_since"])
        return len(released)
