"""The evidence of findings in words, in the reader's language and formats."""

from collections.abc import Callable
from datetime import date
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.templatetags.headroom import longdate, number, percent
from seats.models.outcome import KindChoice
from signals.domain.evidence import Evidence, EvidenceCode
from signals.domain.sharing.evidence import Kind

type Says = Callable[[Evidence], str]

CATEGORIES: Final[dict[str, Promise]] = {
    "sso": gettext_lazy("single sign-on"),
    "admin": gettext_lazy("admin control"),
    "teams": gettext_lazy("team management"),
}


def _power_users(e: Evidence) -> str:
    people = _int(e, "people")
    if e["department"]:
        sentence = ngettext(
            "%(people)s power user in %(department)s",
            "%(people)s power users in %(department)s",
            people,
        )
    else:
        sentence = ngettext("%(people)s power user", "%(people)s power users", people)
    return sentence % {"people": number(people), "department": e["department"]}


def _idle_seats(e: Evidence) -> str:
    seats = _int(e, "seats")
    return ngettext(
        "%(seats)s idle seat in %(department)s can be passed on",
        "%(seats)s idle seats in %(department)s can be passed on",
        seats,
    ) % {"seats": number(seats), "department": e["department"]}


def _department_unseated(e: Evidence) -> str:
    people = _int(e, "people")
    return ngettext(
        "%(people)s person is there in %(department)s, which has no seats",
        "%(people)s people are there in %(department)s, which has no seats",
        people,
    ) % {"people": number(people), "department": e["department"]}


def _department_seated(e: Evidence) -> str:
    people = _int(e, "people")
    return ngettext(
        "%(seated)s of %(people)s person in %(department)s has a seat",
        "%(seated)s of %(people)s people in %(department)s have a seat",
        people,
    ) % {
        "seated": number(_int(e, "seated")),
        "people": number(people),
        "department": e["department"],
    }


def _last_department(e: Evidence) -> str:
    months = _int(e, "months")
    sentence = ngettext(
        "%(months)s month since %(department)s, the last new department",
        "%(months)s months since %(department)s, the last new department",
        months,
    ) % {"months": number(months), "department": e["department"]}
    return _("%(sentence)s: overdue") % {"sentence": sentence} if e["overdue"] else sentence


def _leader_arrived(e: Evidence) -> str:
    return _("%(title)s came to %(department)s on %(day)s") % {
        "title": e["title"],
        "department": e["department"],
        "day": longdate(_date(e, "since_on")),
    }


def _managers_unseated(e: Evidence) -> str:
    people = _int(e, "people")
    return ngettext(
        "%(people)s manager of active people has no seat",
        "%(people)s managers of active people have no seat",
        people,
    ) % {"people": number(people)}


def _reports_unseated(e: Evidence) -> str:
    people = _int(e, "people")
    return ngettext(
        "%(people)s person who reports to active people has no seat",
        "%(people)s people who report to active people have no seat",
        people,
    ) % {"people": number(people)}


def _region_unseated(e: Evidence) -> str:
    people = _int(e, "people")
    return ngettext(
        "%(people)s person is there in the region %(region)s, which has no seats",
        "%(people)s people are there in the region %(region)s, which has no seats",
        people,
    ) % {"people": number(people), "region": e["region"]}


def _outcome_reached(e: Evidence) -> str:
    kind = str(e["kind"])
    name = str(KindChoice(kind).label) if kind in KindChoice.values else kind
    shown = {
        "kind": name,
        "department": e["department"],
        "change": percent(_int(e, "change") / 10_000),
    }
    if e["department"]:
        return _("%(kind)s in %(department)s: %(change)s above the baseline") % shown
    return _("%(kind)s: %(change)s above the baseline") % shown


def _asked_for(e: Evidence) -> str:
    count, category = _int(e, "count"), str(e["category"])
    return ngettext(
        "%(count)s request for %(category)s since %(day)s",
        "%(count)s requests for %(category)s since %(day)s",
        count,
    ) % {
        "count": number(count),
        "category": CATEGORIES.get(category, category),
        "day": longdate(_date(e, "since_on")),
    }


def _champion_left(e: Evidence) -> str:
    people = _int(e, "people")
    return ngettext(
        "%(people)s champion left since %(day)s", "%(people)s champions left since %(day)s", people
    ) % {"people": number(people), "day": longdate(_date(e, "since_on"))}


def _champions_remain(e: Evidence) -> str:
    people = _int(e, "people")
    if people == 0:
        return _("nobody else is a champion")
    return ngettext("%(people)s champion remains", "%(people)s champions remain", people) % {
        "people": number(people)
    }


def _contacts_live(e: Evidence) -> str:
    contacts, days = _int(e, "of"), _int(e, "days")
    return ngettext(
        "%(people)s of %(contacts)s contact signed in within %(days)s days",
        "%(people)s of %(contacts)s contacts signed in within %(days)s days",
        contacts,
    ) % {
        "people": number(_int(e, "people")),
        "contacts": number(contacts),
        "days": number(days),
    }


def _sign_in_refused(e: Evidence) -> str:
    people = _int(e, "people")
    return ngettext(
        "%(people)s person refused at sign-in since %(day)s",
        "%(people)s people refused at sign-in since %(day)s",
        people,
    ) % {"people": number(people), "day": longdate(_date(e, "since_on"))}


def _overage_ends(e: Evidence) -> str:
    return _("the overage ends on %(day)s") % {"day": longdate(_date(e, "ends_on"))}


def _trial_ends(e: Evidence) -> str:
    return _("the trial ends on %(day)s") % {"day": longdate(_date(e, "comes_on"))}


def _renewal_comes(e: Evidence) -> str:
    return _("the renewal is on %(day)s") % {"day": longdate(_date(e, "comes_on"))}


def _shared_sign_ins(e: Evidence) -> str:
    people = _int(e, "people")
    return ngettext(
        "about %(people)s person works on an account of somebody else",
        "about %(people)s people work on accounts of somebody else",
        people,
    ) % {"people": number(people)}


_KINDS: Final[dict[str, Promise]] = {
    Kind.SEPARATE_HOMES: gettext_lazy("separate homes"),
    Kind.HOME_DAYS: gettext_lazy("work from another home"),
    Kind.HOME_SWITCHES: gettext_lazy("changes between homes"),
    Kind.DISTANT_PAIRS: gettext_lazy("devices far apart that take turns"),
    Kind.EXTRA_PHONES: gettext_lazy("several phones"),
    Kind.SECOND_ALONE: gettext_lazy("a second computer that works alone"),
    Kind.EXTRA_COMPUTERS: gettext_lazy("several computers"),
    Kind.IMPOSSIBLE_HOPS: gettext_lazy("journeys that nobody makes"),
    Kind.LONG_HOURS: gettext_lazy("long hours"),
    Kind.TWO_SITES_AT_ONCE: gettext_lazy("two sites at once"),
    Kind.TURNS: gettext_lazy("computers that take turns"),
    Kind.RETURNS: gettext_lazy("quick changes of site"),
    Kind.LOAD: gettext_lazy("heavy use"),
    Kind.TWO_ACTIVE: gettext_lazy("two computers active"),
}


def _shared_kind(e: Evidence) -> str:
    return shared_kind_words(str(e["kind"]), _int(e, "accounts"))


def shared_kind_words(kind: str, accounts: int) -> str:
    """Return on how many accounts a kind of evidence speaks for sharing."""
    return ngettext(
        "%(kind)s on %(accounts)s account", "%(kind)s on %(accounts)s accounts", accounts
    ) % {"kind": _KINDS.get(kind, kind), "accounts": number(accounts)}


WORDS: Final[dict[EvidenceCode, Says]] = {
    EvidenceCode.SHARED_SIGN_INS: _shared_sign_ins,
    EvidenceCode.SHARED_KIND: _shared_kind,
    EvidenceCode.POWER_USERS: _power_users,
    EvidenceCode.IDLE_SEATS: _idle_seats,
    EvidenceCode.DEPARTMENT_UNSEATED: _department_unseated,
    EvidenceCode.DEPARTMENT_SEATED: _department_seated,
    EvidenceCode.LAST_DEPARTMENT: _last_department,
    EvidenceCode.LEADER_ARRIVED: _leader_arrived,
    EvidenceCode.MANAGERS_UNSEATED: _managers_unseated,
    EvidenceCode.REPORTS_UNSEATED: _reports_unseated,
    EvidenceCode.REGION_UNSEATED: _region_unseated,
    EvidenceCode.OUTCOME_REACHED: _outcome_reached,
    EvidenceCode.ASKED_FOR: _asked_for,
    EvidenceCode.CHAMPION_LEFT: _champion_left,
    EvidenceCode.CHAMPIONS_REMAIN: _champions_remain,
    EvidenceCode.CONTACTS_LIVE: _contacts_live,
    EvidenceCode.SIGN_IN_REFUSED: _sign_in_refused,
    EvidenceCode.OVERAGE_ENDS: _overage_ends,
    EvidenceCode.TRIAL_ENDS: _trial_ends,
    EvidenceCode.RENEWAL_COMES: _renewal_comes,
}
# What the organization and its account manager may know alike; the rest is the vendor's view of it.
FOR_CUSTOMERS: Final = frozenset(
    {
        EvidenceCode.IDLE_SEATS,
        EvidenceCode.DEPARTMENT_SEATED,
        EvidenceCode.OUTCOME_REACHED,
        EvidenceCode.SIGN_IN_REFUSED,
        EvidenceCode.OVERAGE_ENDS,
        EvidenceCode.TRIAL_ENDS,
        EvidenceCode.RENEWAL_COMES,
    }
)
# What a finding is about: the first thing said of it in a list.
STATES: Final = tuple(
    code
    for code in WORDS
    if code
    not in (EvidenceCode.IDLE_SEATS, EvidenceCode.CHAMPIONS_REMAIN, EvidenceCode.SHARED_KIND)
)


def _int(evidence: Evidence, name: str) -> int:
    value = evidence[name]
    return value if isinstance(value, int) else 0


def _date(evidence: Evidence, name: str) -> date | None:
    value = evidence[name]
    return value if isinstance(value, date) else None
