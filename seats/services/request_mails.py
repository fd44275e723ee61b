"""What is mailed about a request for a seat: to who decides, and to who asked."""

from collections.abc import Callable
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.domain.roles import Permission
from accounts.models import Membership
from seats.models import WaitingListEntry
from seats.services.mails import Words, reader_of, readers_who_may, send


def send_request(*, entry: WaitingListEntry) -> None:
    """Queue a mail to everybody who may give seats; its one action leads to the decision."""
    membership = entry.membership
    organization = membership.organization
    facts = {"name": membership.display_name, "organization": organization.name}

    has_joined = entry.origin == WaitingListEntry.Origin.JOINED

    def words() -> Words:
        return Words(
            subject=_("%(name)s waits for a seat") % facts
            if has_joined
            else _("%(name)s asks for a seat") % facts,
            intro=_("%(name)s joined %(organization)s while no seat was left.") % facts
            if has_joined
            else _("%(name)s asks for a seat in %(organization)s.") % facts,
            lines=[_("What for: %(note)s") % {"note": entry.note}] if entry.note else [],
            action=_("Give a seat, or say no"),
            path=reverse("seat_for", args=[organization.slug, membership.pk]),
            reason=_("You get this mail because you give out seats in %(organization)s.") % facts,
        )

    send(
        [
            reader
            for reader in readers_who_may(organization, Permission.SEATS_ASSIGN)
            if reader.email != membership.email
        ],
        key=f"seat-request-{entry.pk}",
        words=words,
    )


def send_waiting(*, entry: WaitingListEntry) -> None:
    """Queue a mail to somebody who joined while no seat was left."""
    organization = entry.membership.organization
    facts = {"organization": organization.name}
    _send_to(
        entry.membership,
        key=f"seat-waiting-{entry.pk}",
        words=lambda: Words(
            subject=_("You wait for a seat in %(organization)s") % facts,
            intro=_("You are in %(organization)s, and every seat is taken for now.") % facts,
            lines=[_("You get the next one in the order of the list; nothing is left to do.")],
            action=_("See where you stand"),
            path=reverse("ask_for_seat", args=[organization.slug]),
            reason=_("You get this mail because you joined %(organization)s.") % facts,
        ),
    )


def send_seat_given(*, membership: Membership, now: datetime) -> None:
    """Queue a mail to somebody who waited and has a seat now."""
    organization = membership.organization
    facts = {"organization": organization.name}
    _send_to(
        membership,
        key=f"seat-given-{membership.pk}-{int(now.timestamp())}",
        words=lambda: Words(
            subject=_("You have a seat now"),
            intro=_("You waited for a seat in %(organization)s, and it is yours from now on.")
            % facts,
            action=_("See my usage"),
            path=reverse("my_usage", args=[organization.slug]),
            reason=_("You get this mail because you asked for a seat in %(organization)s.") % facts,
        ),
    )


def send_declined(*, entry: WaitingListEntry) -> None:
    """Queue a mail to somebody whose request was declined, with the reason."""
    organization = entry.membership.organization
    facts = {"organization": organization.name, "name": entry.answered_by_label}
    _send_to(
        entry.membership,
        key=f"seat-declined-{entry.pk}",
        words=lambda: Words(
            subject=_("Your request for a seat was declined"),
            intro=_("%(name)s decided that there is no seat for you for now.") % facts,
            lines=[_("Why: %(reason)s") % {"reason": entry.decline_reason}],
            action=_("Ask again"),
            path=reverse("ask_for_seat", args=[organization.slug]),
            reason=_("You get this mail because you asked for a seat in %(organization)s.") % facts,
        ),
    )


def _send_to(membership: Membership, *, key: str, words: Callable[[], Words]) -> None:
    # Without an account there is nowhere the mail's one action could lead.
    if membership.user_id is None:
        return
    reader = reader_of(membership, membership.organization)
    if reader is not None:
        send([reader], key=key, words=words)
