"""What is mailed to whom a seat was taken from, or passed on to: by whom, what stays, what now.

Mailed once the undo is over, and only if it still holds: who has their seat back hears nothing.
"""

from functools import partial

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from seats.hooks import SeatMoved, tell_seat_moved
from seats.models import SeatAssignment, WaitingListEntry
from seats.services.mails import Words, reader_of, send


def tell_later(seat: SeatAssignment, *, membership: Membership, actor: Actor) -> None:
    """Have the person told of a seat that began or ended, a minute after the commit.

    Not who did it themselves: they know.
    """
    if actor.user_id is not None and actor.user_id == membership.user_id:
        return
    ended = seat.during.upper
    moved = SeatMoved(seat.organization_id, seat.pk, ended, actor.label)
    transaction.on_commit(partial(tell_seat_moved, moved))


def send_seat_moved(moved: SeatMoved) -> bool:
    """Queue the mail about a seat that ended, or began; return whether there is anybody to tell.

    Nobody is told what holds no more: the seat came back, another one was given, or the person is
    deactivated. Neither are service accounts and people without an address.
    """
    has_ended = moved.ended_at is not None
    with organization_context(moved.organization_id):
        seat = (
            SeatAssignment.objects.filter(pk=moved.seat_id, organization_id=moved.organization_id)
            .select_related("membership__user", "membership__organization")
            .first()
        )
        if seat is None or seat.during.upper != moved.ended_at:
            return False
        person = seat.membership
        if person.state == Membership.State.DEACTIVATED or person.kind == Membership.Kind.SERVICE:
            return False
        if has_ended and _has_seat(person):
            return False
        reader = reader_of(person, person.organization)
        if reader is None:
            return False
        is_waiting = WaitingListEntry.objects.filter(
            membership=person, seated_at__isnull=True, withdrawn_at__isnull=True
        ).exists()

        def words() -> Words:
            if has_ended:
                return _taken(seat, moved.actor_label, is_waiting=is_waiting)
            return _given(seat, moved.actor_label)

        what, moment = ("taken", seat.during.upper) if has_ended else ("given", seat.during.lower)
        send([reader], key=f"seat-{what}-{seat.pk}-{int(moment.timestamp())}", words=words)
        return True


def _has_seat(person: Membership) -> bool:
    return SeatAssignment.objects.filter(membership=person, during__endswith__isnull=True).exists()


def _given(seat: SeatAssignment, actor_label: str) -> Words:
    organization = seat.membership.organization
    has_account = seat.membership.user_id is not None
    facts = {"name": actor_label, "organization": organization.name}
    return Words(
        subject=_("You have a seat now"),
        intro=_("%(name)s gave you a seat in %(organization)s. It is yours from now on.") % facts,
        action=_("See my usage") if has_account else "",
        path=reverse("my_usage", args=[organization.slug]) if has_account else "",
        reason=_("You get this mail because you were given a seat in %(organization)s.") % facts,
    )


def _taken(seat: SeatAssignment, actor_label: str, *, is_waiting: bool) -> Words:
    person = seat.membership
    organization = person.organization
    facts = {"name": actor_label, "organization": organization.name}
    lines = [
        _("You stay in %(organization)s, and your usage until now stays as it is.") % facts,
        _("You cannot come in until you have a seat again."),
    ]
    if is_waiting:
        lines.append(_("You are on the waiting list and get a seat in its order."))
    elif person.user_id is None:
        # Without an account there is nowhere the mail's one action could lead.
        lines.append(
            _("If you need one, tell whoever gives out the seats of %(organization)s.") % facts
        )
    has_account = person.user_id is not None
    ask = _("See where you stand") if is_waiting else _("Ask for a seat again")
    return Words(
        subject=_("You have no seat in %(organization)s any more") % facts,
        intro=_("%(name)s passed your seat in %(organization)s on to somebody else.") % facts
        if seat.release_reason == "reassigned"
        else _("%(name)s released your seat in %(organization)s.") % facts,
        lines=lines,
        action=ask if has_account else "",
        path=reverse("ask_for_seat", args=[organization.slug]) if has_account else "",
        reason=_("You get this mail because you had a seat in %(organization)s.") % facts,
    )
