"""Evidence of a shared account in words: one sentence a kind, in the reader's language.

Owns: the sentences for pages and the API. No sentence names a person, a place or an address, so the
customer's admin and the account manager may read the same ones. Does not own: the evidence
(`signals.domain.sharing.evidence`).
"""

from collections.abc import Callable
from math import exp
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.templatetags.headroom import number
from signals.domain.sharing.evidence import Evidence, Kind, Observation
from signals.domain.sharing.model import Score


def sharing_sentences(evidence: Evidence, score: Score) -> list[str]:
    """The sentences of what weighs in this score, the heaviest first."""
    weighing = [item for item in evidence.observations if score.contributions.get(item.kind)]
    weighing.sort(key=lambda item: (-score.contributions[item.kind], item.kind))
    return [sharing_sentence(item) for item in weighing]


def sharing_sentence(observation: Observation) -> str:
    """What one kind of evidence says."""
    return _SENTENCES[observation.kind](observation)


def people_sentence(score: Score) -> str:
    """How many people an account looks like."""
    return people_sentence_of(score.at_least, score.about)


def people_sentence_of(at_least: int, about: int) -> str:
    """How many people an account looks like."""
    if about > at_least:
        return ngettext(
            "Looks like at least %(least)s person, about %(about)s.",
            "Looks like at least %(least)s people, about %(about)s.",
            at_least,
        ) % {"least": number(at_least), "about": number(about)}
    return ngettext(
        "Looks like %(least)s person.", "Looks like at least %(least)s people.", at_least
    ) % {"least": number(at_least)}


def _homes(seen: Observation) -> str:
    return _("Used from %(homes)s homes that have no device in common.") % {
        "homes": number(seen.count + 1)
    }


def _home_days(seen: Observation) -> str:
    return ngettext(
        "On %(days)s day the work came from another of these homes.",
        "On %(days)s days the work came from another of these homes.",
        seen.count,
    ) % {"days": number(seen.count)}


def _home_switches(seen: Observation) -> str:
    # The first two changes are one journey there and back; they are not counted as evidence.
    return _("The work moved between these homes %(times)s times.") % {
        "times": number(seen.count + 2)
    }


def _pairs(seen: Observation) -> str:
    return ngettext(
        "%(pairs)s pair of devices takes turns from over 100 km apart, and neither was ever at the "
        "other's site.",
        "%(pairs)s pairs of devices take turns from over 100 km apart, and neither was ever at the "
        "other's site.",
        seen.count,
    ) % {"pairs": number(seen.count)}


def _phones(seen: Observation) -> str:
    return _("%(phones)s phones are in use in the same weeks.") % {"phones": number(seen.count + 1)}


def _computers(seen: Observation) -> str:
    return _("%(computers)s computers are in use in the same weeks.") % {
        "computers": number(seen.count + 1)
    }


def _second(seen: Observation) -> str:
    return ngettext(
        "On %(days)s day the second computer worked while the first was not even open.",
        "On %(days)s days the second computer worked while the first was not even open.",
        seen.count,
    ) % {"days": number(seen.count)}


def _hops(seen: Observation) -> str:
    return ngettext(
        "On %(days)s day the work moved between devices at two sites faster than anybody travels.",
        "On %(days)s days the work moved between devices at two sites faster than anybody travels.",
        seen.count,
    ) % {"days": number(seen.count)}


def _hours(seen: Observation) -> str:
    return _("%(hours)s hours of the day are used regularly.") % {"hours": number(seen.count + 12)}


def _two_sites(seen: Observation) -> str:
    return ngettext(
        "On %(days)s day two computers worked in the same five minutes at two sites.",
        "On %(days)s days two computers worked in the same five minutes at two sites.",
        seen.count,
    ) % {"days": number(seen.count)}


def _turns(seen: Observation) -> str:
    return ngettext(
        "On %(days)s day computers took three turns or more.",
        "On %(days)s days computers took three turns or more.",
        seen.count,
    ) % {"days": number(seen.count)}


def _returns(seen: Observation) -> str:
    return ngettext(
        "On %(days)s day the work went from one site to another and back within three hours, on "
        "different computers.",
        "On %(days)s days the work went from one site to another and back within three hours, on "
        "different computers.",
        seen.count,
    ) % {"days": number(seen.count)}


def _load(seen: Observation) -> str:
    return _("The account is used %(times)s times as much as is usual in the organization.") % {
        "times": number(round(exp(seen.amount), 1))
    }


def _two_active(seen: Observation) -> str:
    return ngettext(
        "On %(days)s day two computers were active, neither within the other's hours.",
        "On %(days)s days two computers were active, neither within the other's hours.",
        seen.count,
    ) % {"days": number(seen.count)}


_SENTENCES: Final[dict[Kind, Callable[[Observation], str]]] = {
    Kind.SEPARATE_HOMES: _homes,
    Kind.HOME_DAYS: _home_days,
    Kind.HOME_SWITCHES: _home_switches,
    Kind.DISTANT_PAIRS: _pairs,
    Kind.EXTRA_PHONES: _phones,
    Kind.SECOND_ALONE: _second,
    Kind.EXTRA_COMPUTERS: _computers,
    Kind.IMPOSSIBLE_HOPS: _hops,
    Kind.LONG_HOURS: _hours,
    Kind.TWO_SITES_AT_ONCE: _two_sites,
    Kind.TURNS: _turns,
    Kind.RETURNS: _returns,
    Kind.LOAD: _load,
    Kind.TWO_ACTIVE: _two_active,
}
