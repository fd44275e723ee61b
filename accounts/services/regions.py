"""Writes the regions of an organization: made as people are put into them."""

from datetime import datetime

from accounts.models import Region
from accounts.services.history import Actor, record


def region_named(*, organization_id: int, name: str, actor: Actor, now: datetime) -> Region | None:
    """Return the region of that name, made when it is new; None for an empty name.

    Runs inside the organization's context.
    """
    name = " ".join(name.split())
    if not name:
        return None
    found = Region.objects.filter(organization_id=organization_id, name__iexact=name).first()
    if found is not None:
        return found
    region = Region.objects.create(organization_id=organization_id, name=name)
    record(
        actor=actor,
        verb="region_created",
        subject=region,
        organization_id=organization_id,
        now=now,
    )
    return region
