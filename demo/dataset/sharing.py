"""One account of the demo that two people share, found by the real path: events, keys, a score."""

from datetime import datetime, time, timedelta
from typing import Final

from accounts.models import Membership, Organization
from accounts.tenancy import organization_context
from seats.services.rollup import roll_up_usage
from seats.services.usage import write_events
from seats.services.usage_events import EventRow
from signals.services.sharing_fill import fill_sharing
from signals.services.sharing_scoring import score_due

_DAYS: Final = 28
_SATURDAY: Final = 5
_WINDOWS: Final = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/149.0 Safari/537.36"
_MAC: Final = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/19.0 Safari/605.1.15"
_PHONE: Final = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/605.1"
_HAMBURG: Final = ("198.51.100.20", 53.55, 9.99, 64500)
_MUNICH: Final = ("203.0.113.40", 48.14, 11.58, 64501)
# Who works when: device, agent, home, first and last hour, on even or odd days or on all.
_HABITS: Final = (
    ("demo-windows", _WINDOWS, _HAMBURG, 8, 15, (0, 1)),
    ("demo-mac", _MAC, _MUNICH, 9, 16, (0, 1)),
    ("demo-phone", _PHONE, _MUNICH, 19, 20, (0,)),
)


def share_an_account(organization: Organization, *, now: datetime) -> None:
    """Have one member's account used from two homes for four weeks, and look for it."""
    with organization_context(organization.pk):
        person = (
            Membership.objects.filter(state=Membership.State.ACTIVE)
            .exclude(external_id="")
            .order_by("external_id")
            .first()
        )
    if person is None:
        return
    rows = []
    for back in range(1, _DAYS + 1):
        day = (now - timedelta(days=back)).date()
        if day.weekday() >= _SATURDAY:
            continue
        for device, agent, home, first, last, parity in _HABITS:
            if back % 2 in parity:
                rows += [
                    _event(organization, person, device, agent, home, day_at(now, back, hour))
                    for hour in range(first, last)
                ]
    write_events(rows)
    roll_up_usage(now=now)
    fill_sharing(now=now)
    score_due(now=now, whatever=True)


def day_at(now: datetime, back: int, hour: int) -> datetime:
    """Return an hour of a day before today, in UTC."""
    return datetime.combine((now - timedelta(days=back)).date(), time(hour, 12), now.tzinfo)


def _event(
    organization: Organization,
    person: Membership,
    device: str,
    agent: str,
    home: tuple[str, float, float, int],
    at: datetime,
) -> EventRow:
    address, latitude, longitude, network = home
    return EventRow(
        organization_id=organization.pk,
        event_id=f"{device}-{at:%Y%m%d%H}",
        at=at,
        member=person.external_id,
        kind="sign_in",
        device_id=device,
        user_agent=agent,
        ip=address,
        latitude=latitude,
        longitude=longitude,
        asn=network,
        network="residential",
    )
