"""What only shows on other days: regions, saved views, totals only, events put aside, a check.

Everything goes through the services, and a repeat changes nothing.
"""

from datetime import datetime, timedelta
from typing import Final

from accounts.models import Membership, Organization
from accounts.services.history import Actor
from accounts.services.people import change_person
from accounts.tenancy import organization_context
from demo.dataset.names import choose
from seats.domain.privacy import Visibility
from seats.services.privacy import choose_visibility
from seats.services.rebuild import check_drift
from seats.services.rollup import roll_up_usage
from seats.services.saved_views import ViewExists, save_view
from seats.services.usage import write_events
from seats.services.usage_events import EventRow

REGIONS: Final = {
    "citus": ("Hamburg", "Leipzig", "Zürich"),
    "wagtail": ("New York", "Austin", "London", "Singapore"),
}
TOTALS_ONLY: Final = "healthchecks"
POISONED: Final = "wagtail"
_VIEWS: Final = (
    ("Could give up their seat", "show=idle&sort=last_active", True),
    ("Inactive for two months", "inactive=60&sort=last_active", True),
    ("Waiting in Marketing", "show=waiting&q=Marketing", False),
)
# Two of these on a day are more than the sum of a day can hold: one is put aside.
_TOO_MUCH: Final = 9_000_000_000_000_000_000
_SAMPLE: Final = 12
# Each change is a write of its own; the others stay without a region, as it is in life.
_MOST_IN_REGIONS: Final = 60


def put_people_in_regions(organization: Organization, *, admin: Actor, now: datetime) -> None:
    """Give people a region, the first ones more often."""
    places = REGIONS[organization.external_id]
    weighted = [place for n, place in enumerate(places) for _each in range(len(places) - n)]
    with organization_context(organization.pk):
        people = list(
            Membership.objects.exclude(state=Membership.State.DEACTIVATED)
            .select_related("department")
            .order_by("pk")[:_MOST_IN_REGIONS]
        )
        for person in people:
            change_person(
                organization_id=organization.pk,
                membership_id=person.pk,
                name=person.name,
                title=person.title,
                department=person.department.name if person.department else "",
                region=choose(weighted, person.external_id, "region"),
                actor=admin,
                now=now,
            )


def save_views(organization: Organization, *, admin: Actor, now: datetime) -> None:
    """Keep three views of the list of people, two of them shared."""
    for name, query, is_shared in _VIEWS:
        try:
            save_view(
                organization_id=organization.pk,
                name=name,
                query=query,
                is_shared=is_shared,
                actor=admin,
                now=now,
            )
        except ViewExists:
            continue


def show_totals_only(organization: Organization, *, admin: Actor, now: datetime) -> None:
    """Let an organization show totals of usage only."""
    choose_visibility(
        organization_id=organization.pk, visibility=Visibility.TOTALS, actor=admin, now=now
    )


def put_an_event_aside(organization: Organization, *, now: datetime) -> None:
    """Report amounts that no sum can hold; the counter puts them aside and goes on."""
    with organization_context(organization.pk):
        person = Membership.objects.exclude(external_id="").order_by("external_id").first()
    if person is None:
        return
    write_events(
        [
            EventRow(
                organization_id=organization.pk,
                event_id=f"demo-too-much-{number}",
                at=now - timedelta(days=1, minutes=number),
                member=person.external_id,
                kind="feature",
                feature="Documents",
                quantity=_TOO_MUCH,
            )
            for number in range(3)
        ]
    )
    roll_up_usage(now=now)


def check_the_counts(*, now: datetime) -> None:
    """Count a sample of days again, as happens every night."""
    check_drift(now=now, seed=7, sample=_SAMPLE)


def show_the_rest(
    organizations: dict[str, Organization], admins: dict[str, Actor], *, now: datetime
) -> None:
    """Do all of this for the organizations of the data set, by their external ids."""
    for external_id in REGIONS:
        put_people_in_regions(organizations[external_id], admin=admins[external_id], now=now)
        save_views(organizations[external_id], admin=admins[external_id], now=now)
    show_totals_only(organizations[TOTALS_ONLY], admin=admins[TOTALS_ONLY], now=now)
    put_an_event_aside(organizations[POISONED], now=now)
    check_the_counts(now=now)
