"""Leaders: who can decide for a department, told by whole words of a title.

English, German and Indonesian titles. A word counts alone ("Head of Sales", not "Headhunter"), and
not beside a word that says somebody works for a leader ("Assistant to the Director").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from signals.domain.detectors.found import Found
from signals.domain.evidence import Evidence, EvidenceCode, evidence_of
from signals.domain.rule_settings import RuleSettings, Unit, knob

_LEADERS: Final = """
    vp svp evp avp head chief director president
    ceo cfo coo cto cmo cio cro cpo chro ciso cdo
    leiter leiterin leitung direktor direktorin vorstand vorständin
    geschäftsführer geschäftsführerin geschäftsführung geschäftsleitung
    abteilungsleiter abteilungsleiterin abteilungsleitung
    bereichsleiter bereichsleiterin bereichsleitung
    vertriebsleiter vertriebsleiterin vertriebsleitung
    marketingleiter marketingleiterin marketingleitung
    personalleiter personalleiterin personalleitung
    entwicklungsleiter entwicklungsleiterin entwicklungsleitung
    kepala direktur presiden
"""
_HELPERS: Final = """
    assistant secretary intern trainee
    assistent assistentin assistenz sekretär sekretärin sekretariat referent referentin
    praktikant praktikantin
    asisten sekretaris magang
"""
LEADER_WORDS: Final = frozenset(_LEADERS.split())
HELPER_WORDS: Final = frozenset(_HELPERS.split())
_WORD: Final = re.compile(r"[^\W\d_]+")


def is_leader(title: str) -> bool:
    """Whether a title is a leader's."""
    words = {word.casefold() for word in _WORD.findall(title)}
    return not words & HELPER_WORDS and bool(words & LEADER_WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderSettings(RuleSettings):
    """For how long a leader is new, and how few of the department have seats."""

    within_days: int = knob(28, Unit.DAYS, 1, 90)
    seated_below_percent: int = knob(50, Unit.PERCENT, 1, 100)
    cooldown_days: int = knob(90, Unit.DAYS, 0, 365)


@dataclass(frozen=True, slots=True)
class Arrived:
    """Somebody whose title appeared in the department on a day: they came, rose or moved."""

    title: str
    since_on: date


@dataclass(frozen=True, slots=True)
class DepartmentLeaders:
    """A department on the day `on`: who came lately, how many people it has, how many seats."""

    department: str
    on: date
    arrived: tuple[Arrived, ...]
    people: int
    seated: int


def found_leader(facts: DepartmentLeaders, settings: LeaderSettings) -> Found | None:
    """A leader came to a department of which few or none have seats."""
    new = [
        each
        for each in facts.arrived
        if is_leader(each.title) and 0 <= (facts.on - each.since_on).days < settings.within_days
    ]
    if not new or facts.seated * 100 >= facts.people * settings.seated_below_percent:
        return None
    latest = max(new, key=lambda each: (each.since_on, each.title))
    return Found(
        (
            evidence_of(
                EvidenceCode.LEADER_ARRIVED,
                title=latest.title,
                department=facts.department,
                since_on=latest.since_on,
            ),
            department_seated(facts.department, seated=facts.seated, people=facts.people),
        )
    )


def department_seated(department: str, *, seated: int, people: int) -> Evidence:
    """How many of a department have seats."""
    return evidence_of(
        EvidenceCode.DEPARTMENT_SEATED, department=department, seated=seated, people=people
    )
