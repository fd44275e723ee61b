"""What each kind of message says, in the reader's language: for lists, mails and webhooks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel.dates import format_datetime
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organization
from accounts.templatetags.headroom import format_money, number, reader_locale
from seats.selectors.seat_words import in_use
from signals.domain.bands import Band
from signals.models import Notification
from signals.selectors.sentences import details, for_customers, headline, phrases


@dataclass(frozen=True, slots=True)
class Words:
    """What a message says; `action_url` is a path."""

    subject: str
    intro: str
    lines: list[str]
    closing: str
    action_label: str
    action_url: str
    reason: str


def words_of(organization: Organization, notification: Notification) -> Words:
    """Return what a message says, in the active language and zone."""
    return _WORDS[Notification.Kind(notification.kind)](organization, notification)


def _signal_raised(organization: Organization, notification: Notification) -> Words:
    facts = notification.facts
    return Words(
        subject=customer_headline(facts),
        intro=_customer_intro(facts),
        lines=[
            line
            for line in phrases(for_customers(facts["evidence"]))
            if line != customer_headline(facts)
        ],
        closing=_("You see the price, to the cent, before you confirm anything."),
        action_label=_("Add seats"),
        action_url=reverse("add_seats", args=[organization.slug]),
        reason=_("You get this mail because you are an admin of %(organization)s.")
        % {"organization": organization.name},
    )


def customer_headline(facts: dict[str, Any]) -> str:
    """Return "8 of 10 seats in use", or the same about assigned seats for the higher bands."""
    shown = {name: number(facts[name]) for name in ("active", "assigned", "purchased")}
    count = facts["purchased"]
    match Band(facts["band"]):
        case Band.EIGHTY:
            return in_use(facts["active"], count)
        case Band.FULL:
            text = ngettext("Your seat is assigned", "All %(purchased)s seats are assigned", count)
        case _:
            text = ngettext(
                "%(assigned)s of %(purchased)s seat assigned",
                "%(assigned)s of %(purchased)s seats assigned",
                count,
            )
    return text % shown


def _customer_intro(facts: dict[str, Any]) -> str:
    match Band(facts["band"]):
        case Band.EIGHTY:
            return _("Most of what you bought is in use.")
        case Band.NEAR:
            return _("Only a few seats are left for the next people who join.")
        case Band.FULL:
            return _("The next person who joins has to wait until a seat is added or released.")
        case Band.OVER:
            return _("More seats are assigned than were bought.")


def _task_opened(organization: Organization, notification: Notification) -> Words:
    facts = notification.facts
    return _task_words(
        organization,
        notification,
        subject=_("%(organization)s: a new task") % {"organization": organization.name},
        intro=headline(facts["evidence"]),
        lines=details(facts["evidence"]),
    )


def _task_raised(organization: Organization, notification: Notification) -> Words:
    facts = notification.facts
    return _task_words(
        organization,
        notification,
        subject=_("%(organization)s: more urgent now") % {"organization": organization.name},
        intro=headline(facts["evidence"]),
        lines=details(facts["evidence"]),
    )


def _task_won(organization: Organization, notification: Notification) -> Words:
    facts = notification.facts
    seats = facts["seats"]
    intro = ngettext(
        "%(organization)s bought %(seats)s seat.", "%(organization)s bought %(seats)s seats.", seats
    ) % {"organization": organization.name, "seats": number(seats)}
    return _task_words(
        organization,
        notification,
        subject=_("%(organization)s: won") % {"organization": organization.name},
        intro=intro,
        lines=[
            capfirst(
                _("%(amount)s more annual recurring revenue, credited to your task")
                % {"amount": format_money(facts["arr_minor"], facts["currency"])}
            )
        ],
    )


def _task_reminder(organization: Organization, notification: Notification) -> Words:
    facts = notification.facts
    return _task_words(
        organization,
        notification,
        subject=_("%(organization)s: a task is due soon") % {"organization": organization.name},
        intro=_("The first action is due %(moment)s.") % {"moment": _moment(facts)},
        lines=phrases(facts.get("evidence", [])),
    )


def _task_overdue(organization: Organization, notification: Notification) -> Words:
    facts = notification.facts
    shown = {"owner": facts.get("owner", ""), "moment": _moment(facts)}
    if shown["owner"]:
        intro = _("The first action was due %(moment)s; the task is with %(owner)s.") % shown
    else:
        intro = _("The first action was due %(moment)s; the task has no owner.") % shown
    return _task_words(
        organization,
        notification,
        subject=_("%(organization)s: a task is overdue") % {"organization": organization.name},
        intro=intro,
        lines=phrases(facts.get("evidence", [])),
    )


def _task_digest(organization: Organization, notification: Notification) -> Words:
    facts = notification.facts
    evidence = facts.get("evidence", [])
    return _task_words(
        organization,
        notification,
        subject=_("%(organization)s: a task waits for room") % {"organization": organization.name},
        intro=headline(evidence) or _("You have as many tasks open as you can look after."),
        lines=details(evidence),
    )


def _moment(facts: dict[str, Any]) -> str:
    """Return when the task is due, as plain text in the reader's zone."""
    due = timezone.localtime(datetime.fromisoformat(facts["due_at"]))
    return format_datetime(due, format="medium", tzinfo=due.tzinfo, locale=reader_locale())


def _task_words(
    organization: Organization,
    notification: Notification,
    *,
    subject: str,
    intro: str,
    lines: list[str],
) -> Words:
    return Words(
        subject=subject,
        intro=intro,
        lines=lines,
        closing="",
        action_label=_("Open the task"),
        action_url=reverse("task", args=[notification.subject_id]),
        reason=_("You get this mail because you look after %(organization)s.")
        % {"organization": organization.name},
    )


_WORDS: dict[Notification.Kind, Callable[[Organization, Notification], Words]] = {
    Notification.Kind.SIGNAL_RAISED: _signal_raised,
    Notification.Kind.TASK_OPENED: _task_opened,
    Notification.Kind.TASK_RAISED: _task_raised,
    Notification.Kind.TASK_WON: _task_won,
    Notification.Kind.TASK_REMINDER: _task_reminder,
    Notification.Kind.TASK_OVERDUE: _task_overdue,
    Notification.Kind.TASK_DIGEST: _task_digest,
}
