"""Creates organizations."""

from datetime import datetime
from typing import ClassVar

from django.db import IntegrityError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.domain.roles import StaffScope
from accounts.errors import DomainError
from accounts.models import Organization, User
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context, staff_context

_SLUG_ATTEMPTS = 20


class OrganizationExists(DomainError):
    """The external id belongs to an organization already."""

    code: ClassVar[str] = "organization_exists"
    field: ClassVar[str] = "external_id"


def _free_slug(wanted: str) -> str:
    base = slugify(wanted)[:70] or "organization"
    taken = set(Organization.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return (
        base
        if base not in taken
        else next(slug for n in range(2, len(taken) + 3) if (slug := f"{base}-{n}") not in taken)
    )


def create_organization(
    *,
    external_id: str,
    name: str,
    actor: Actor,
    now: datetime,
    slug: str = "",
    segment: str = Organization.Segment.SELF_SERVICE,
    industry: str = "",
    country: str = "",
    currency: str = "USD",
    time_zone: str = "UTC",
    language: str = "en",
    account_manager: User | None = None,
) -> Organization:
    """Create an organization; its address is made from the name unless `slug` gives one.

    Raises OrganizationExists if `external_id` is taken. Safe when two callers create the same.
    """
    for _attempt in range(_SLUG_ATTEMPTS):
        try:
            with staff_context(user_id=actor.user_id or 0, scope=StaffScope.ALL):
                if Organization.objects.filter(external_id=external_id).exists():
                    break
                organization = Organization.objects.create(
                    external_id=external_id,
                    name=name,
                    slug=_free_slug(slug or name),
                    segment=segment,
                    industry=industry,
                    country=country,
                    currency=currency,
                    time_zone=time_zone,
                    language=language,
                    account_manager=account_manager,
                    created_at=now,
                )
                with organization_context(organization.pk, user_id=actor.user_id):
                    record(
                        actor=actor,
                        verb="organization_created",
                        subject=organization,
                        organization_id=organization.pk,
                        now=now,
                    )
        except IntegrityError:
            # Somebody took the address or the external id between the look and the write.
            continue
        return organization
    raise OrganizationExists(
        _("There is an organization with the external id “%(id)s” already.") % {"id": external_id},
        external_id=external_id,
    )
