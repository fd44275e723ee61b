"""A case as the organization's admin reads it: evidence in words, devices by site over days.

Runs inside the organization's tenancy context. No address, no place and no key leaves this module:
devices have numbers and sites letters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from accounts.templatetags.headroom import number
from signals.domain.sharing.evidence import Kind
from signals.domain.sharing.journeys import Surroundings
from signals.domain.sharing.networks import NetworkClass
from signals.domain.sharing.normalize import Picture, picture_of
from signals.domain.sharing.state import WINDOW_DAYS
from signals.domain.sharing.timeline import Stay, timeline_of
from signals.domain.sharing.user_agents import FormFactor
from signals.models import SharingCase
from signals.selectors.sharing import in_words
from signals.selectors.sharing_rows import epoch_of, rows_of_member
from signals.selectors.sharing_words import people_sentence_of

COLUMN: Final = 10
"""Width of a day in the drawing, in its own units."""
TALLEST: Final = 20
_FULL_HOURS: Final = 8 * 60

_FORMS: Final[dict[FormFactor, Promise]] = {
    FormFactor.COMPUTER: gettext_lazy("Computer %(number)s"),
    FormFactor.PHONE: gettext_lazy("Phone %(number)s"),
    FormFactor.TABLET: gettext_lazy("Tablet %(number)s"),
    FormFactor.OTHER: gettext_lazy("Program %(number)s"),
}
_NETWORKS: Final[dict[NetworkClass, Promise]] = {
    NetworkClass.RESIDENTIAL: gettext_lazy("a home"),
    NetworkClass.BUSINESS: gettext_lazy("an office"),
    NetworkClass.MOBILE: gettext_lazy("a mobile network"),
    NetworkClass.HOSTING: gettext_lazy("a data center"),
    NetworkClass.SATELLITE: gettext_lazy("a satellite"),
    NetworkClass.UNKNOWN: gettext_lazy("a network"),
}
_SYSTEMS: Final = {
    "windows": "Windows",
    "macos": "macOS",
    "linux": "Linux",
    "chromeos": "ChromeOS",
    "ios": "iOS",
    "ipados": "iPadOS",
    "android": "Android",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One day in a drawing: where it stands, how tall it is, and what it says."""

    x: int
    y: int
    height: int
    label: str


@dataclass(frozen=True, slots=True)
class Track:
    """One device at one site over the days of the window."""

    device: int
    device_name: str
    system: str
    site: str
    site_kind: str
    days: int
    hours: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class CasePage:
    """What the page of a case shows. `missing` seats would give each person one."""

    case: SharingCase
    sentence: str
    missing: int
    evidence: list[dict[str, Any]]
    tracks: list[Track]
    devices: list[tuple[int, str]]
    first_day: date
    last_day: date
    width: int


def picture_of_case(case: SharingCase) -> Picture:
    """Return the devices and sites of the case's window.

    Without the organization's surroundings: they say which sites to trust, not where one was.
    """
    rows = rows_of_member(
        case.organization_id, case.membership_id, epoch_of(case.last_day), case.last_day
    )
    return picture_of(rows, case.last_day.toordinal(), Surroundings())


def case_page(case: SharingCase) -> CasePage:
    """Return what the page of this case shows."""
    picture = picture_of_case(case)
    stays = timeline_of(picture)
    first = picture.first_day
    tracks = _tracks(stays, first)
    return CasePage(
        case=case,
        sentence=people_sentence_of(case.at_least, case.about),
        missing=max(1, case.at_least - 1),
        evidence=in_words(
            sorted(
                (item for item in case.evidence if item["weight"] > 0),
                # Other sentences speak of "these homes".
                key=lambda item: item["kind"] != Kind.SEPARATE_HOMES,
            )
        ),
        tracks=tracks,
        devices=list(dict.fromkeys((t.device, f"{t.device_name}, {t.system}") for t in tracks)),
        first_day=date.fromordinal(first),
        last_day=date.fromordinal(first + WINDOW_DAYS),
        width=(WINDOW_DAYS + 1) * COLUMN,
    )


def named_people(case: SharingCase) -> str:
    """Return whom an admin named as working with the account, a line each."""
    people = Membership.objects.in_bulk(case.people)
    return "\n".join(
        ", ".join(text for text in (people[pk].name, people[pk].email) if text)
        for pk in case.people
        if pk in people
    )


def _tracks(stays: Sequence[Stay], first: int) -> list[Track]:
    tracks: dict[tuple[int, str], list[Stay]] = {}
    for stay in stays:
        tracks.setdefault((stay.device, stay.site), []).append(stay)
    return [
        Track(
            device=device,
            device_name=str(_FORMS[own[0].form]) % {"number": number(device)},
            system=_SYSTEMS.get(own[0].system, _("another system")),
            site=site,
            site_kind=str(_NETWORKS[own[0].network_class]),
            days=len(own),
            hours=round(sum(stay.minutes for stay in own) / 60, 1),
            bars=tuple(_bar(stay, first) for stay in own),
        )
        for (device, site), own in sorted(
            tracks.items(), key=lambda item: (item[0][0], len(item[0][1]), item[0][1])
        )
    ]


def _bar(stay: Stay, first: int) -> Bar:
    height = max(4, min(TALLEST, round(TALLEST * stay.minutes / _FULL_HOURS)))
    day = date.fromordinal(stay.day)
    return Bar((stay.day - first) * COLUMN, TALLEST - height, height, f"{day:%Y-%m-%d}")
