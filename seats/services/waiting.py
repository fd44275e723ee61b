"""Who waits for a seat: asked for, put in order, withdrawn, declined with a reason.

Seating them is `seats`' own, in the transaction that makes room.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import Membership
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from seats.models import SeatAssignment, WaitingListEntry
from seats.services.request_mails import send_declined, send_request, send_waiting
from seats.services.seats import (
    PersonCannotHaveASeat,
    SeatAlreadyAssigned,
    lock_seat_pool,
)


class NotWaiting(DomainError):
    """The person does not wait for a seat, or was answered in the meantime."""

    code: ClassVar[str] = "not_waiting"


class ReasonMissing(DomainError):
    """Who waits is owed a reason."""

    code: ClassVar[str] = "reason_missing"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "reason"


def request_seat(
    *,
    organization_id: int,
    membership_id: int,
    actor: Actor,
    now: datetime,
    note: str = "",
    origin: str = WaitingListEntry.Origin.ASKED,
    tells: bool = True,
) -> WaitingListEntry:
    """Put a person on the waiting list; asking twice keeps the first place.

    Who can give seats is told once by mail, unless an admin did it or `tells` is false. Raises
    SeatAlreadyAssigned, PersonCannotHaveASeat, Membership.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        membership = Membership.objects.select_related("organization").get(
            pk=membership_id, organization_id=organization_id
        )
        if membership.state == Membership.State.DEACTIVATED:
            raise PersonCannotHaveASeat(
                _("%(name)s is deactivated. Reactivate the person first.")
                % {"name": membership.display_name}
            )
        if SeatAssignment.objects.filter(
            membership_id=membership_id, during__endswith__isnull=True
        ).exists():
            raise SeatAlreadyAssigned(
                _("%(name)s has a seat already.") % {"name": membership.display_name}
            )
        entry, created = WaitingListEntry.objects.get_or_create(
            organization_id=organization_id,
            membership=membership,
            seated_at=None,
            withdrawn_at=None,
            defaults={"requested_at": now, "note": note[:300], "origin": origin},
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
            if tells and origin != WaitingListEntry.Origin.ADMIN:
                send_request(entry=entry)
            if tells and origin == WaitingListEntry.Origin.JOINED:
                send_waiting(entry=entry)
        return entry


def put_on_waiting_list(
    *, organization_id: int, membership_ids: Sequence[int], actor: Actor, now: datetime
) -> list[int]:
    """Have people wait for seats that are being ordered for them; return their entries in order.

    Raises what `request_seat` raises: nobody is ordered for who has a seat by now.
    """
    if not membership_ids:
        return []
    with organization_context(organization_id, user_id=actor.user_id):
        return [
            request_seat(
                organization_id=organization_id,
                membership_id=membership_id,
                actor=actor,
                now=now,
                origin=WaitingListEntry.Origin.ADMIN,
            ).pk
            for membership_id in membership_ids
        ]


def withdraw_seat_request(
    *, organization_id: int, membership_id: int, actor: Actor, now: datetime
) -> None:
    """Take a person off the waiting list; without an open entry nothing happens."""
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        membership = Membership.objects.get(pk=membership_id, organization_id=organization_id)
        withdrawn = WaitingListEntry.objects.filter(
            membership=membership, seated_at__isnull=True, withdrawn_at__isnull=True
        ).update(withdrawn_at=now, answered_by_label=actor.label[:200])
        if withdrawn:
            record(
                actor=actor,
                verb="seat_request_withdrawn",
                subject=membership,
                organization_id=organization_id,
                now=now,
            )


def decline_seat_request(
    *, organization_id: int, membership_id: int, reason: str, actor: Actor, now: datetime
) -> WaitingListEntry:
    """Answer who waits with a no and its reason; they are told by mail, once.

    Raises NotWaiting, ReasonMissing.
    """
    reason = " ".join(reason.split())[:300]
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        entry = _waiting(organization_id, membership_id)
        if not reason:
            raise ReasonMissing(_("Say why in a sentence; the person reads it."))
        entry.declined_at = entry.withdrawn_at = now
        entry.decline_reason = reason
        entry.answered_by_label = actor.label[:200]
        entry.save(
            update_fields=["declined_at", "withdrawn_at", "decline_reason", "answered_by_label"]
        )
        record(
            actor=actor,
            verb="seat_request_declined",
            subject=entry.membership,
            organization_id=organization_id,
            now=now,
            changes={"reason": reason},
        )
        send_declined(entry=entry)
        return entry


def move_on_waiting_list(
    *,
    organization_id: int,
    membership_id: int,
    place: int,
    reason: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Put somebody who waits at `place`, counted from 1; return the place they have now.

    Raises NotWaiting, ReasonMissing.
    """
    reason = " ".join(reason.split())[:300]
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        entry = _waiting(organization_id, membership_id)
        if not reason:
            raise ReasonMissing(_("Say why in a sentence; it stands in the history."))
        others = list(
            WaitingListEntry.objects.filter(
                organization_id=organization_id, seated_at__isnull=True, withdrawn_at__isnull=True
            )
            .exclude(pk=entry.pk)
            .order_by("place", "requested_at", "pk")
        )
        index = min(max(place, 1), len(others) + 1) - 1
        ordered = [*others[:index], entry, *others[index:]]
        for number, one in enumerate(ordered, start=1):
            one.place = number
        WaitingListEntry.objects.bulk_update(ordered, ["place"], batch_size=500)
        changes: dict[str, Any] = {"reason": reason, "place": index + 1}
        record(
            actor=actor,
            verb="waiting_list_moved",
            subject=entry.membership,
            organization_id=organization_id,
            now=now,
            changes=changes,
        )
        return index + 1


def choose_seating(*, organization_id: int, seats_next: bool, actor: Actor, now: datetime) -> None:
    """Choose whether a released seat goes to the first who waits, from the next release on."""
    with organization_context(organization_id, user_id=actor.user_id):
        pool = lock_seat_pool(organization_id=organization_id)
        if pool.seats_next == seats_next:
            return
        pool.seats_next = seats_next
        pool.save(update_fields=["seats_next"])
        record(
            actor=actor,
            verb="seats_next_chosen" if seats_next else "seats_next_given_up",
            subject=pool.organization,
            organization_id=organization_id,
            now=now,
        )


def _waiting(organization_id: int, membership_id: int) -> WaitingListEntry:
    entry = (
        WaitingListEntry.objects.filter(
            organization_id=organization_id,
            membership_id=membership_id,
            seated_at__isnull=True,
            withdrawn_at__isnull=True,
        )
        .select_related("membership__user", "membership__organization")
        .first()
    )
    if entry is None:
        raise NotWaiting(_("The person does not wait for a seat any more."))
    return entry
