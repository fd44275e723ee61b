"""Asks for the approval of seats for certain people, as one press on their offer does."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from billing.hooks import ConsentAsked, OrderKind
from procurement.services.request_errors import RequestOpenAlready
from procurement.services.requests import Wanted, make_request
from seats.models import WaitingListEntry


def ask_for_people(
    *,
    organization_id: int,
    quote_id: UUID,
    membership_ids: Sequence[int],
    po_number: str,
    actor: Actor,
    now: datetime,
) -> ConsentAsked:
    """Ask for a quote whose seats certain people wait for; asked twice, it is the same request.

    Raises what `make_request` raises, but for RequestOpenAlready.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        requester = Membership.objects.select_related("organization").get(
            organization_id=organization_id, user=actor.user_id
        )
        reason = _reason(organization_id, membership_ids)
    slug = requester.organization.slug
    try:
        made = make_request(
            organization_id=organization_id,
            requester_id=requester.pk,
            wanted=Wanted(OrderKind.PURCHASE, quote_id=quote_id),
            reason=reason,
            po_number=po_number,
            actor=actor,
            now=now,
            membership_ids=membership_ids,
        )
    except RequestOpenAlready as other:
        url = reverse("purchase_request", args=[slug, other.details["request"]])
        return ConsentAsked(str(other), url)
    sentence = _("%(number)s is sent. You get a mail when it is decided.") % {"number": made}
    return ConsentAsked(sentence, reverse("purchase_request", args=[slug, made.pk]))


def _reason(organization_id: int, membership_ids: Sequence[int]) -> str:
    """Return for whom the seats are, with what they wrote when they asked."""
    people = Membership.objects.filter(organization_id=organization_id).in_bulk(membership_ids)
    notes = dict(
        WaitingListEntry.objects.filter(
            membership_id__in=membership_ids, seated_at__isnull=True, withdrawn_at__isnull=True
        )
        .exclude(note="")
        .values_list("membership_id", "note")
    )
    named = [people[pk] for pk in membership_ids if pk in people]
    lines = [
        ngettext("A seat for %(names)s.", "Seats for %(names)s.", len(named))
        % {"names": ", ".join(person.display_name for person in named)}
    ]
    lines += [
        _("%(name)s: “%(note)s”") % {"name": person.display_name, "note": notes[person.pk]}
        for person in named
        if person.pk in notes
    ]
    return "\n".join(lines)
