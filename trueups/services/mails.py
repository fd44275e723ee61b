"""What is mailed about a true-up: a sentence, the figures, one action, in the reader's words.

A mail joins the queue when the transaction of its notice commits, so a step that is rolled back
sends nothing and a step that is written sends once.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership, Organization
from accounts.templatetags.headroom import format_money, longdate, number
from trueups.domain.quarters import local_day
from trueups.domain.terms import Policy
from trueups.models import TrueUp, TrueUpNotice
from trueups.selectors.simulation import Simulation, what_if

_TOLD = (Membership.Role.OWNER, Membership.Role.ADMIN, Membership.Role.BILLING)


@dataclass(frozen=True, slots=True)
class _Reader:
    email: str
    name: str
    language: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class _Words:
    subject: str
    intro: str
    lines: list[str]
    action: str


def send_notice(true_up: TrueUp, step: str, *, now: datetime) -> TrueUpNotice | None:
    """Write that a step was taken and mail it; None when it was taken before.

    The caller holds the true-up locked; the database refuses a second one in any case.
    """
    notice, created = TrueUpNotice.objects.get_or_create(
        organization_id=true_up.organization_id, true_up=true_up, step=step, defaults={"at": now}
    )
    if not created:
        return None
    organization = Organization.objects.get(pk=true_up.organization_id)
    readers = _readers_of(organization)
    ahead = _ahead(true_up, now) if step.startswith("ahead-") else None
    for reader in readers:
        _message(notice, true_up, organization, reader, ahead).send()
    notice.recipients = [reader.email for reader in readers]
    notice.save(update_fields=["recipients"])
    return notice


@dataclass(frozen=True, slots=True)
class _Ahead:
    """How many days a quarter still has, and what it would come to if it ended now."""

    days: int
    today: Simulation | None


def _ahead(true_up: TrueUp, now: datetime) -> _Ahead:
    zone = ZoneInfo(true_up.time_zone)
    left = local_day(true_up.quarter.upper, zone) - local_day(now, zone)
    today = what_if(organization_id=true_up.organization_id, now=now, policy=Policy(true_up.policy))
    return _Ahead(left.days, today)


def skip_notice(true_up: TrueUp, step: str, *, now: datetime) -> None:
    """Write that a step was passed over, so that it is never sent late."""
    TrueUpNotice.objects.get_or_create(
        organization_id=true_up.organization_id,
        true_up=true_up,
        step=step,
        defaults={"at": now, "is_skipped": True},
    )


def _readers_of(organization: Organization) -> list[_Reader]:
    members = (
        Membership.objects.filter(
            organization=organization,
            state=Membership.State.ACTIVE,
            user__is_active=True,
            role__in=_TOLD,
        )
        .select_related("user")
        .order_by("pk")
    )
    return [
        _Reader(
            member.user.email,
            member.user.get_short_name(),
            member.user.language or organization.language,
            member.user.time_zone or organization.time_zone,
        )
        for member in members
        if member.user
    ]


def _message(
    notice: TrueUpNotice,
    true_up: TrueUp,
    organization: Organization,
    reader: _Reader,
    ahead: _Ahead | None,
) -> EmailMultiAlternatives:
    with translation.override(reader.language), timezone.override(ZoneInfo(reader.time_zone)):
        words = _ahead_words(ahead, true_up) if ahead else _words(notice.step, true_up)
        context = {
            "subject": words.subject,
            "heading": words.subject,
            "preheader": words.intro,
            "greeting": (
                _("Hello %(name)s,") % {"name": reader.name} if reader.name else _("Hello,")
            ),
            "intro": words.intro,
            "lines": words.lines,
            "action_label": words.action,
            "action_url": settings.BASE_URL
            + reverse("true_up", args=[organization.slug, true_up.pk]),
            "reason": _("You get this mail because you look after seats of %(organization)s.")
            % {"organization": organization.name},
        }
        key = reader.email.replace("@", ".at.")
        message = EmailMultiAlternatives(
            subject=words.subject,
            body=render_to_string("mail/trueups/message.txt", context),
            to=[reader.email],
            headers={
                "Message-ID": f"<true-up-{notice.pk}-{key}@headroom.invalid>",
                "Auto-Submitted": "auto-generated",
            },
        )
        message.attach_alternative(
            render_to_string("mail/trueups/message.html", context), "text/html"
        )
    return message


def _day(at: datetime | None) -> str:
    return longdate(timezone.localtime(at).date()) if at else ""


def _ahead_words(ahead: _Ahead, true_up: TrueUp) -> _Words:
    facts = {
        "quarter": true_up.reference,
        "end": _day(true_up.quarter.upper),
        "n": number(ahead.days),
    }
    return _Words(
        _("The true-up of %(quarter)s takes place on %(end)s") % facts,
        ngettext(
            "In %(n)s day the most seats used at once are compared with those that you bought.",
            "In %(n)s days the most seats used at once are compared with those that you bought.",
            ahead.days,
        )
        % facts,
        [
            *_today(ahead.today),
            _("Seats that you buy until then lower what it comes to."),
            _("After that day you have time to look at everything before it is charged."),
        ],
        _("See what it would be today"),
    )


def _today(found: Simulation | None) -> list[str]:
    if found is None:
        return []
    water, amounts = found.agreed.water, found.agreed.keeping
    facts = {
        "peak": number(water.peak_seats),
        "purchased": number(found.purchased),
        "amount": format_money(amounts.total_minor, found.currency),
    }
    if amounts.problem:
        return []
    return [
        _(
            "As of today it comes to %(amount)s without tax: at most %(peak)s seats were used at "
            "once, %(purchased)s are bought."
        )
        % facts
    ]


def _words(step: str, true_up: TrueUp) -> _Words:
    facts = {
        "quarter": true_up.reference,
        "end": _day(true_up.quarter.upper),
        "until": _day(true_up.review_until),
        "amount": format_money(true_up.total_minor, true_up.currency),
        "reason": true_up.return_reason,
    }
    kind = step.partition("-")[0]
    if kind == "reminder":
        return _Words(
            _("Your review of the true-up %(quarter)s ends on %(until)s") % facts,
            _("As things stand it comes to %(amount)s without tax.") % facts,
            _to_decide(true_up),
            _("Go on with the review"),
        )
    if kind == "returned":
        return _Words(
            _("The true-up %(quarter)s needs another look from you") % facts,
            _("Our finance returned it: “%(reason)s”") % facts,
            [_("You can change your decisions until %(until)s.") % facts],
            _("Look at the true-up"),
        )
    if kind == "settled":
        return _Words(
            _("The true-up %(quarter)s is settled: %(amount)s") % facts,
            _("The invoice or credit note is with your invoices."),
            [],
            _("See the true-up"),
        )
    return _Words(
        _("The true-up %(quarter)s is ready for your review") % facts,
        _("As things stand it comes to %(amount)s without tax.") % facts,
        [_("You can decide until %(until)s.") % facts, *_to_decide(true_up)],
        _("Review the true-up"),
    )


def _to_decide(true_up: TrueUp) -> list[str]:
    undecided = true_up.people.filter(is_offered=True, decision="undecided").count()
    lines = []
    if undecided:
        lines.append(
            ngettext(
                "%(n)s person did not use the seat: keep or remove?",
                "%(n)s people did not use their seats: keep or remove?",
                undecided,
            )
            % {"n": undecided}
        )
        if true_up.agreed().review_default == "remove":
            lines.append(_("Whoever you do not decide on, and does not return, is removed then."))
        else:
            lines.append(_("Whoever you do not decide on keeps the seat."))
    return lines
