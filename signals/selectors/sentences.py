"""Evidence in words: the sentence of each code, in the reader's language and formats.

Owns: the words about signals and tasks on pages, in mails and exports. Does not own: which
evidence there is (`signals.domain.evidence`).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from babel.numbers import format_currency
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.templatetags.headroom import exponent, longdate, number, percent, reader_locale
from seats.selectors.seat_words import in_use, without_a_seat
from signals.domain.evidence import Evidence, EvidenceCode
from signals.domain.tasks import MERGED, AutoReason
from signals.selectors import detector_words

type Stored = Mapping[str, Any]

_AUTO_REASONS: dict[str, Promise] = {
    AutoReason.SEATS_BOUGHT.value: gettext_lazy("Seats were bought."),
    AutoReason.CONDITION_CLEARED.value: gettext_lazy("The reason for it is gone."),
    MERGED: gettext_lazy("It was merged into another task."),
}


def parse(stored: Iterable[Stored]) -> list[Evidence]:
    """Return stored evidence as the domain's."""
    return [Evidence.from_json(each) for each in stored]


def reason_text(reason: str) -> str:
    """Return why a task ended: what a person wrote, or the words for an automatic reason."""
    return str(_AUTO_REASONS.get(reason, reason))


def about_money(minor: int, currency: str) -> str:
    """Return a rounded amount for an estimate: whole units, no digits after them."""
    locale = reader_locale()
    pattern = "#,##0\xa0¤" if locale.language == "de" else "¤#,##0"
    units = Decimal(minor).scaleb(-exponent(currency)).quantize(Decimal(1), ROUND_HALF_UP)
    return format_currency(units, currency, format=pattern, locale=locale, currency_digits=False)


def _seats_in_use(e: Evidence) -> str:
    return in_use(_int(e, "active"), _int(e, "purchased"))


def _active_unseated(e: Evidence) -> str:
    return without_a_seat(_int(e, "people"))


def _seats_assigned(e: Evidence) -> str:
    free, purchased = _int(e, "free"), _int(e, "purchased")
    if free == 0:
        return ngettext(
            "the one seat is assigned", "all %(purchased)s seats are assigned", purchased
        ) % {"purchased": number(purchased)}
    return ngettext(
        "%(free)s seat left of %(purchased)s", "%(free)s seats left of %(purchased)s", free
    ) % {"free": number(free), "purchased": number(purchased)}


def _seats_over(e: Evidence) -> str:
    overage = _int(e, "overage")
    return ngettext(
        "%(overage)s seat more assigned than purchased",
        "%(overage)s seats more assigned than purchased",
        overage,
    ) % {"overage": number(overage)}


def _days_above(e: Evidence) -> str:
    days = _int(e, "days")
    return ngettext(
        "above %(share)s for %(days)s day", "above %(share)s for %(days)s days", days
    ) % {"share": percent(0.8), "days": number(days)}


def _people_waiting(e: Evidence) -> str:
    people = _int(e, "people")
    shown = {"people": number(people), "department": e["department"]}
    if e["department"]:
        return (
            ngettext(
                "%(people)s person waits in %(department)s",
                "%(people)s people wait in %(department)s",
                people,
            )
            % shown
        )
    return (
        ngettext(
            "%(people)s person works without a seat",
            "%(people)s people work without a seat",
            people,
        )
        % shown
    )


def _department_grew(e: Evidence) -> str:
    return _("%(department)s grew from %(before)s to %(after)s: %(without)s without seats") % {
        "department": e["department"],
        "before": number(_int(e, "before")),
        "after": number(_int(e, "after")),
        "without": number(_int(e, "without_seat")),
    }


def _assignment_refused(e: Evidence) -> str:
    count = _int(e, "count")
    return ngettext(
        "%(count)s assignment refused since %(day)s",
        "%(count)s assignments refused since %(day)s",
        count,
    ) % {"count": number(count), "day": longdate(_date(e, "since_on"))}


def _full_between(e: Evidence) -> str:
    earliest, latest = _date(e, "earliest_on"), _date(e, "latest_on")
    if earliest == latest:
        return _("full now")
    if latest is None:
        return _("full from %(day)s at the earliest") % {"day": longdate(earliest)}
    return _("full between %(earliest)s and %(latest)s") % {
        "earliest": longdate(earliest),
        "latest": longdate(latest),
    }


def _full_likely(e: Evidence) -> str:
    days = _int(e, "days")
    return ngettext(
        "full within %(days)s day with a chance of %(share)s",
        "full within %(days)s days with a chance of %(share)s",
        days,
    ) % {"days": number(days), "share": percent(_int(e, "share") / 10_000)}


def _worth_a_year(e: Evidence) -> str:
    return _("about %(amount)s a year") % {
        "amount": about_money(_int(e, "arr_minor"), str(e["currency"]))
    }


def _low_use(e: Evidence) -> str:
    days = _int(e, "days")
    return ngettext(
        "less than %(share)s of the seats in use for %(days)s day",
        "less than %(share)s of the seats in use for %(days)s days",
        days,
    ) % {"share": percent(_int(e, "below") / 10_000), "days": number(days)}


_WORDS = {
    EvidenceCode.SEATS_IN_USE: _seats_in_use,
    EvidenceCode.ACTIVE_UNSEATED: _active_unseated,
    EvidenceCode.SEATS_ASSIGNED: _seats_assigned,
    EvidenceCode.SEATS_OVER: _seats_over,
    EvidenceCode.DAYS_ABOVE: _days_above,
    EvidenceCode.PEOPLE_WAITING: _people_waiting,
    EvidenceCode.DEPARTMENT_GREW: _department_grew,
    EvidenceCode.ASSIGNMENT_REFUSED: _assignment_refused,
    EvidenceCode.FULL_BETWEEN: _full_between,
    EvidenceCode.FULL_LIKELY: _full_likely,
    EvidenceCode.WORTH_A_YEAR: _worth_a_year,
    **detector_words.WORDS,
    EvidenceCode.LOW_USE: _low_use,
}
# What a customer is told; worth and chances are the vendor's own thoughts.
_VENDORS_OWN = frozenset(detector_words.WORDS) - detector_words.FOR_CUSTOMERS
CUSTOMER_CODES = (
    frozenset(EvidenceCode) - {EvidenceCode.WORTH_A_YEAR, EvidenceCode.FULL_LIKELY} - _VENDORS_OWN
)
# What an organization is said to be, before what follows from it.
_STATE_CODES = (
    *(EvidenceCode.DAYS_ABOVE, EvidenceCode.SEATS_OVER, EvidenceCode.SEATS_ASSIGNED),
    EvidenceCode.LOW_USE,
    *detector_words.STATES,
)
_HEADLINE_CODES = (EvidenceCode.PEOPLE_WAITING, EvidenceCode.WORTH_A_YEAR)


def for_customers(stored: Iterable[Stored]) -> list[Stored]:
    """Return the stored evidence that a customer may read."""
    return [each for each in stored if each["code"] in CUSTOMER_CODES]


def phrase(evidence: Evidence) -> str:
    """Return one piece of evidence as a phrase, without a capital or a full stop."""
    return _WORDS[evidence.code](evidence)


def phrases(stored: Iterable[Stored]) -> list[str]:
    """Return stored evidence as phrases with a capital, one a line."""
    return [capfirst(phrase(each)) for each in parse(stored)]


def headline(stored: Iterable[Stored]) -> str:
    """Return the sentence of a list: the state, the largest group that waits, the worth."""
    found: dict[EvidenceCode, Evidence] = {}
    for each in parse(stored):
        found.setdefault(each.code, each)
    state = next((found[code] for code in _STATE_CODES if code in found), None)
    parts = [phrase(state)] if state else []
    parts += [phrase(found[code]) for code in _HEADLINE_CODES if code in found]
    return _full_stop(capfirst("; ".join(parts)))


def details(stored: Iterable[Stored]) -> list[str]:
    """Return what the headline does not say, as phrases with a capital."""
    said = headline(stored).lower()
    return [line for line in phrases(stored) if line.lower() not in said]


def joined(parts: Sequence[str]) -> str:
    """Return phrases as one sentence."""
    return _full_stop(capfirst("; ".join(parts)))


def _full_stop(text: str) -> str:
    return f"{text}." if text and not text.endswith(".") else text


def _int(evidence: Evidence, name: str) -> int:
    value = evidence[name]
    return value if isinstance(value, int) else 0


def _date(evidence: Evidence, name: str) -> date | None:
    value = evidence[name]
    return value if isinstance(value, date) else None
