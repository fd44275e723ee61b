"""Opens and closes incidents: something does not agree, and a person has to look at it."""

from datetime import datetime
from typing import Any

from accounts.services.history import SYSTEM, Actor, record
from accounts.tenancy import organization_context
from billing.models import Incident, Purchase


def open_incident(
    *,
    organization_id: int,
    kind: Incident.Kind,
    purchase: Purchase | None,
    ours: dict[str, Any],
    theirs: dict[str, Any],
    now: datetime,
    subject: str = "",
) -> Incident:
    """Write an incident; the same one about the same purchase or subject is written once.

    `subject` is the id at Stripe of what it is about, where that is not a purchase.
    """
    with organization_context(organization_id):
        incident, created = Incident.objects.get_or_create(
            organization_id=organization_id,
            kind=kind,
            purchase=purchase,
            subject=subject,
            defaults={"ours": ours, "theirs": theirs, "opened_at": now},
        )
        if created:
            record(
                actor=SYSTEM,
                verb="incident_opened",
                subject=incident,
                organization_id=organization_id,
                now=now,
                changes={"ours": ours, "theirs": theirs},
            )
        return incident


def close_incident(
    *, organization_id: int, incident_id: int, note: str, actor: Actor, now: datetime
) -> Incident:
    """Close an incident with what was found; closing it again changes nothing."""
    with organization_context(organization_id, user_id=actor.user_id):
        incident = Incident.objects.select_for_update().get(pk=incident_id)
        if incident.closed_at is None:
            incident.closed_at = now
            incident.closed_by_id = actor.user_id
            incident.note = note[:500]
            incident.save(update_fields=["closed_at", "closed_by", "note"])
            record(
                actor=actor,
                verb="incident_closed",
                subject=incident,
                organization_id=organization_id,
                now=now,
                changes={"note": incident.note},
            )
        return incident


def close_incidents_about(
    *, organization_id: int, subject: str, note: str, actor: Actor, now: datetime
) -> None:
    """Close what is open about one subject, with one note."""
    with organization_context(organization_id, user_id=actor.user_id):
        open_ones = Incident.objects.filter(subject=subject, closed_at__isnull=True)
        for incident in open_ones:
            close_incident(
                organization_id=organization_id,
                incident_id=incident.pk,
                note=note,
                actor=actor,
                now=now,
            )
