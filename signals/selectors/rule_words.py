"""The rules of findings in words: what each looks for, and what its thresholds are called."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.templatetags.headroom import number
from signals.domain.rule_settings import Fault, Problem, Unit

TEXTS: Final[dict[str, Promise]] = {
    "utilization": gettext_lazy(
        "Seats run out: the share of purchased seats in use, few left, none left, or more assigned "
        "than purchased."
    ),
    "low_use": gettext_lazy("Seats were bought and stay empty."),
    "sharing": gettext_lazy("Several people work on one account."),
    "power_users": gettext_lazy(
        "People of one department who work with the product nearly every day, with most of the "
        "features that are used widely in their organization."
    ),
    "concentration": gettext_lazy("Power users beside many seats that lie idle."),
    "new_hires": gettext_lazy(
        "People who came to a seated department together and have no seat, less who left and less "
        "idle and unassigned seats."
    ),
    "cross_department": gettext_lazy(
        "A department without seats, of which people are active or invited, beside one with seats."
    ),
    "department_clock": gettext_lazy("A long time since the last department got its first seat."),
    "leader": gettext_lazy(
        "Somebody with a leader's title came to a department of which few or none have seats."
    ),
    "hierarchy": gettext_lazy("Managers above, or people below active people, have no seat."),
    "geography": gettext_lazy("A region without seats, of which people are active or invited."),
    "value": gettext_lazy(
        "An outcome of the last 90 days stands above its baseline by the target or more."
    ),
    "intent": gettext_lazy("An open request for single sign-on, admin control or team management."),
    "champion_left": gettext_lazy("Somebody with the role of a champion was deactivated."),
    "single_threaded": gettext_lazy(
        "Too few owners, admins, billing people, approvers and champions were seen lately."
    ),
    "limit_refused": gettext_lazy(
        "People were refused a seat, or to sign in, for want of one, and still have none."
    ),
    "overage": gettext_lazy("More seats are assigned than purchased."),
    "run_out": gettext_lazy(
        "At the pace of the last year, the free seats will probably be used up soon."
    ),
    "trial": gettext_lazy("The end of a trial comes nearer; told once at each milestone."),
    "renewal": gettext_lazy("A yearly renewal comes nearer; told once at each milestone."),
}
LABELS: Final[dict[str, Promise]] = {
    "pending_days": gettext_lazy("Days in a row until it opens"),
    "clear_days": gettext_lazy("Days in a row until it ends"),
    "cooldown_days": gettext_lazy("Quiet days afterwards"),
    "alert_percent": gettext_lazy("Seats in use, at least"),
    "clear_margin": gettext_lazy("Ends at this margin below"),
    "recovery_margin": gettext_lazy("Ends at this margin above"),
    "settled_days": gettext_lazy("Begins after a purchase, in days"),
    "unpaid_people": gettext_lazy("Expected people without a seat, at least"),
    "gone_below_percent": gettext_lazy("Ends below, of these people"),
    "workdays": gettext_lazy("Active workdays of a week"),
    "weeks": gettext_lazy("Such weeks of the last four"),
    "core_percent": gettext_lazy("Core features used, at least"),
    "least_people": gettext_lazy("People, at least"),
    "small_up_to": gettext_lazy("A small deployment has at most"),
    "share_percent": gettext_lazy("In larger ones, of the active people"),
    "below_percent": gettext_lazy("Seats in use, below"),
    "batch_hours": gettext_lazy("Came together within"),
    "within_days": gettext_lazy("Counts for"),
    "seated_below_percent": gettext_lazy("Has seats, below"),
    "due_months": gettext_lazy("Due after"),
    "overdue_months": gettext_lazy("Overdue after"),
    "active_reports": gettext_lazy("Active people of a manager, at least"),
    "least_managers": gettext_lazy("Managers without a seat, at least"),
    "least_reports": gettext_lazy("People below without a seat, at least"),
    "target_percent": gettext_lazy("Above the baseline, at least"),
    "least_contacts": gettext_lazy("Contacts, at least"),
    "from_seats": gettext_lazy("From an organization of"),
    "least_seats": gettext_lazy("Seats, at least"),
    "first_days": gettext_lazy("First milestone, days ahead"),
    "second_days": gettext_lazy("Second milestone, days ahead"),
    "last_days": gettext_lazy("Last milestone, days ahead"),
    "ahead_days": gettext_lazy("Used up within"),
    "chance_percent": gettext_lazy("Chance of that, at least"),
    "is_on": gettext_lazy("The rule is on"),
}
_UNITS: Final[dict[Unit, Promise]] = {
    Unit.HOURS: gettext_lazy("hours"),
    Unit.DAYS: gettext_lazy("days"),
    Unit.WEEKS: gettext_lazy("weeks"),
    Unit.MONTHS: gettext_lazy("months"),
    Unit.PERCENT: gettext_lazy("percent"),
    Unit.PEOPLE: gettext_lazy("people"),
    Unit.SEATS: gettext_lazy("seats"),
}
_BY_TODAYS_PLACES: Final = gettext_lazy(
    "Seats, use, comings and goings are as they were on each day, titles from the day somebody "
    "held them. Departments, regions and managers are as they are now: where somebody worked "
    "earlier is not kept."
)
_ONLY_TODAY: Final = gettext_lazy(
    "This rule cannot look back: what it needs is known for now only. Today alone is compared."
)
_LOOKS_BACK: Final[dict[str, Promise]] = {
    "utilization": gettext_lazy(
        "Seats, use, purchases, invoices and renewals are as they were on each day."
    ),
    "low_use": gettext_lazy("Seats, use and purchases are as they were on each day."),
    "sharing": _ONLY_TODAY,
    "single_threaded": _ONLY_TODAY,
    "trial": _ONLY_TODAY,
    "limit_refused": gettext_lazy(
        "Refusals are kept for 90 days, and are noted since this version only. Earlier days "
        "show none."
    ),
    "overage": gettext_lazy(
        "Seats are as they were on each day; when an overage was to end is not kept."
    ),
    "run_out": gettext_lazy("Seats and their changes are as they were on each day."),
    "renewal": gettext_lazy("Terms and seats are as they were on each day."),
    "champion_left": gettext_lazy(
        "Roles are as they are now; comings and goings are of their day."
    ),
    "intent": gettext_lazy("Requests are as they stood on each day."),
    "value": gettext_lazy(
        "Outcomes are of their days; baselines and departments are as they are now."
    ),
}


def unit_word(unit: Unit) -> str:
    """Return what a threshold counts."""
    return str(_UNITS[unit])


def counted(value: int, unit: Unit) -> str:
    """Return a threshold in words, such as "1 day"."""
    match unit:
        case Unit.HOURS:
            words = ngettext("%(n)s hour", "%(n)s hours", value)
        case Unit.DAYS:
            words = ngettext("%(n)s day", "%(n)s days", value)
        case Unit.WEEKS:
            words = ngettext("%(n)s week", "%(n)s weeks", value)
        case Unit.MONTHS:
            words = ngettext("%(n)s month", "%(n)s months", value)
        case Unit.PEOPLE:
            words = ngettext("%(n)s person", "%(n)s people", value)
        case Unit.SEATS:
            words = ngettext("%(n)s seat", "%(n)s seats", value)
        case _:
            words = "%(n)s " + unit_word(unit)
    return words % {"n": number(value)}


def looks_back(kind: str) -> str:
    """Return how far and how truly a rule can look back."""
    return str(_LOOKS_BACK.get(kind, _BY_TODAYS_PLACES))


def problem_text(problem: Problem) -> str:
    """Return why a threshold is refused, with the remedy."""
    match problem.fault:
        case Fault.TOO_SMALL:
            return _("Give %(limit)s or more.") % {"limit": problem.limit}
        case Fault.TOO_LARGE:
            return _("Give %(limit)s or less.") % {"limit": problem.limit}
        case Fault.NOT_A_NUMBER:
            return _("Give a whole number.")
    return _("This rule has no such threshold.")
