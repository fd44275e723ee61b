"""What the search finds inside an organization; read inside its tenancy context."""

from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.domain.roles import Permission, Powers
from accounts.models import Membership
from accounts.models.membership import name_to_sort_by
from accounts.navigation import organization_navigation
from accounts.selectors.people_words import people_search

_FURTHER: Final[tuple[tuple[Promise, str, str, Permission], ...]] = (
    (_("Add seats"), "add_seats", "add", Permission.SEATS_BUY),
    (_("Invite people"), "invitation_new", "mail", Permission.PEOPLE_MANAGE),
    (_("Roles"), "settings_roles", "users", Permission.SETTINGS_READ),
    (_("Departments"), "settings_departments", "settings", Permission.PEOPLE_MANAGE),
    (_("Invitations"), "settings_invitations", "mail", Permission.PEOPLE_MANAGE),
    (_("API keys"), "settings_api_keys", "lock", Permission.SETTINGS_MANAGE),
    (_("Shared accounts"), "shared_accounts", "users", Permission.PEOPLE_READ),
    (_("Privacy"), "settings_privacy", "lock", Permission.SETTINGS_READ),
    (_("History"), "settings_history", "clock", Permission.SETTINGS_READ),
    (_("Vendor access"), "settings_vendor_access", "view", Permission.SETTINGS_READ),
)


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page whose name fits."""

    label: str
    url: str
    icon: str


def found_people(*, organization_id: int, search: str, limit: int) -> list[Membership]:
    """Return people whom every word of a search fits."""
    people = (
        Membership.objects.filter(organization_id=organization_id)
        .exclude(state=Membership.State.DEACTIVATED)
        .select_related("department")
    )
    fitting = people_search(organization_id, search).within(people)
    return list(fitting.order_by(name_to_sort_by(), "pk")[:limit])


def found_pages(*, search: str, powers: Powers, slug: str) -> list[FoundPage]:
    """Return the pages of a reader whose name holds the search; all of them for an empty one."""
    entries = [
        (str(entry.label), entry.url_name, entry.icon) for entry in organization_navigation(powers)
    ]
    entries += [
        (str(label), url_name, icon)
        for label, url_name, icon, permission in _FURTHER
        if powers.may(permission)
    ]
    return [
        FoundPage(label=label, url=reverse(url_name, args=[slug]), icon=icon)
        for label, url_name, icon in entries
        if search.lower() in label.lower()
    ]
