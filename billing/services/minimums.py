"""Waives a plan's minimum for one organization; notes who left because of it."""

from datetime import datetime
from typing import ClassVar

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import Organization
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from billing.models import MinimumAbandoned, MinimumWaiver, Plan, Price


class WaiverNotPossible(DomainError):
    """The minimum cannot be waived like that; `details["about"]` names the field."""

    code: ClassVar[str] = "waiver_not_possible"
    status: ClassVar[int] = 422


def waive_minimum(
    *,
    organization_id: int,
    plan: Plan,
    minimum_seats: int,
    ends_at: datetime,
    reason: str,
    actor: Actor,
    now: datetime,
) -> MinimumWaiver:
    """Let one organization have fewer seats of a plan until `ends_at`; replaces a running waiver.

    Raises WaiverNotPossible.
    """
    reason = " ".join(reason.split())[:300]
    if minimum_seats < 1:
        raise WaiverNotPossible(_("Sell one seat at least."), about="minimum_seats")
    if ends_at <= now:
        raise WaiverNotPossible(_("Choose a day that is not over."), about="ends_on")
    if not reason:
        raise WaiverNotPossible(_("Say why, for the history."), about="reason")
    with organization_context(organization_id, user_id=actor.user_id):
        # Two at once: the second waits here, and replaces the first.
        Organization.objects.select_for_update(no_key=True).get(pk=organization_id)
        MinimumWaiver.objects.filter(
            organization_id=organization_id, plan=plan, ended_at__isnull=True
        ).update(ended_at=now)
        waiver = MinimumWaiver.objects.create(
            organization_id=organization_id,
            plan=plan,
            minimum_seats=minimum_seats,
            reason=reason,
            granted_at=now,
            ends_at=ends_at,
            granted_by_id=actor.user_id,
            granted_by_label=actor.label[:200],
        )
        MinimumAbandoned.objects.filter(organization_id=organization_id, plan=plan).delete()
        record(
            actor=actor,
            verb="minimum_waived",
            subject=waiver,
            organization_id=organization_id,
            now=now,
            changes={"reason": reason},
        )
        return waiver


def end_waiver(*, organization_id: int, waiver_id: int, actor: Actor, now: datetime) -> None:
    """Let a plan's own minimum hold again; seats that are there stay. Twice is once.

    Raises MinimumWaiver.DoesNotExist.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        waiver = (
            MinimumWaiver.objects.select_for_update(of=("self",))
            .select_related("plan")
            .get(pk=waiver_id, organization_id=organization_id)
        )
        if waiver.ended_at is not None:
            return
        waiver.ended_at = now
        waiver.save(update_fields=["ended_at"])
        record(
            actor=actor,
            verb="minimum_waiver_ended",
            subject=waiver,
            organization_id=organization_id,
            now=now,
        )


def note_abandoned_minimum(
    *, organization_id: int, price: Price, wanted_seats: int, actor: Actor, now: datetime
) -> MinimumAbandoned | None:
    """Note that somebody wants fewer seats than a plan's minimum; None if they need not leave."""
    minimum = price.minimum_seats
    if not 0 < wanted_seats < minimum:
        return None
    with organization_context(organization_id, user_id=actor.user_id):
        left, _is_new = MinimumAbandoned.objects.update_or_create(
            organization_id=organization_id,
            plan=price.plan,
            defaults={
                "wanted_seats": wanted_seats,
                "minimum_seats": minimum,
                "at": now,
                "actor_id": actor.user_id,
                "actor_label": actor.label[:200],
            },
        )
        record(
            actor=actor,
            verb="minimum_abandoned",
            subject=left,
            organization_id=organization_id,
            now=now,
            changes={"seats": wanted_seats, "to": minimum},
        )
        return left
