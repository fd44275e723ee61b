"""What holds an account: what its people ask for, its champions, and who of it is reachable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from signals.domain.detectors.found import Found
from signals.domain.evidence import EvidenceCode, evidence_of
from signals.domain.rule_settings import RuleSettings, Unit, knob


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentSettings(RuleSettings):
    """For how long a request says that somebody wants to roll out."""

    within_days: int = knob(60, Unit.DAYS, 1, 365)
    cooldown_days: int = knob(0, Unit.DAYS, 0, 365)


@dataclass(frozen=True, slots=True)
class Asked:
    """An open request for something that only larger rollouts need, of one category."""

    category: str
    on: date


@dataclass(frozen=True, slots=True)
class Requests:
    """An organization's open requests on the day `on`."""

    on: date
    asked: tuple[Asked, ...]


def found_intent(facts: Requests, settings: IntentSettings) -> Found | None:
    """Somebody asked for single sign-on, admin control or team management."""
    by_category: dict[str, list[date]] = {}
    for each in facts.asked:
        if facts.on - each.on < timedelta(days=settings.within_days):
            by_category.setdefault(each.category, []).append(each.on)
    if not by_category:
        return None
    return Found(
        tuple(
            evidence_of(
                EvidenceCode.ASKED_FOR, category=category, count=len(days), since_on=min(days)
            )
            for category, days in sorted(by_category.items())
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChampionSettings(RuleSettings):
    """For how long it is news that a champion left."""

    within_days: int = knob(30, Unit.DAYS, 1, 180)


@dataclass(frozen=True, slots=True)
class Champions:
    """Days on which champions were deactivated, and how many remain, on the day `on`."""

    on: date
    left_on: tuple[date, ...]
    remaining: int


def found_champion_left(facts: Champions, settings: ChampionSettings) -> Found | None:
    """A champion was deactivated."""
    lately = [day for day in facts.left_on if 0 <= (facts.on - day).days < settings.within_days]
    if not lately:
        return None
    return Found(
        (
            evidence_of(EvidenceCode.CHAMPION_LEFT, people=len(lately), since_on=min(lately)),
            evidence_of(EvidenceCode.CHAMPIONS_REMAIN, people=facts.remaining),
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSettings(RuleSettings):
    """How many contacts an account needs, and from how many seats on."""

    least_contacts: int = knob(2, Unit.PEOPLE, 1, 20)
    within_days: int = knob(60, Unit.DAYS, 7, 365)
    from_seats: int = knob(10, Unit.SEATS, 1, 10_000)
    pending_days: int = knob(3, Unit.DAYS, 1, 28)
    cooldown_days: int = knob(90, Unit.DAYS, 0, 365)


@dataclass(frozen=True, slots=True)
class Contacts:
    """When each contact was last seen, on the day `on`.

    A contact is an active owner, admin, billing person, approver or champion. Seen means signed in
    here or to the product; None is never.
    """

    on: date
    last_seen_on: tuple[date | None, ...]
    purchased: int


def found_single_threaded(facts: Contacts, settings: ContactSettings) -> Found | None:
    """The account hangs on too few people who are still there."""
    if facts.purchased < settings.from_seats:
        return None
    live = sum(
        1
        for day in facts.last_seen_on
        if day is not None and (facts.on - day).days < settings.within_days
    )
    if live >= settings.least_contacts:
        return None
    return Found(
        (
            evidence_of(
                EvidenceCode.CONTACTS_LIVE,
                people=live,
                of=len(facts.last_seen_on),
                days=settings.within_days,
            ),
        )
    )
