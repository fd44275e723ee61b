"""What is mailed about an unpaid invoice: a sentence, a date, one action, in the reader's words.

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

from accounts.models import Membership, Organization
from accounts.templatetags.headroom import format_money, longdate
from billing.domain.dunning import Step, StepKind, timeline
from billing.models import BillingAccount, DunningCase, DunningNotice

_PAYERS = ("owner", "admin", "billing")


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who is told, in which language and time zone."""

    email: str
    name: str
    language: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Words:
    """A mail in words."""

    subject: str
    intro: str
    lines: list[str]
    action: str


def readers_of(organization: Organization) -> list[Reader]:
    """Return who is told about payments: owners, admins, billing, and the address for invoices."""
    members = Membership.objects.filter(
        organization=organization,
        state=Membership.State.ACTIVE,
        user__isnull=False,
        role__in=_PAYERS,
    ).select_related("user")
    found = {
        member.user.email: Reader(
            member.user.email,
            member.user.get_short_name(),
            member.user.language or organization.language,
            member.user.time_zone or organization.time_zone,
        )
        for member in members
        if member.user and member.user.is_active
    }
    account = BillingAccount.objects.filter(organization=organization).first()
    if account and account.payer_email and account.payer_email not in found:
        found[account.payer_email] = Reader(
            account.payer_email, "", organization.language, organization.time_zone
        )
    return list(found.values())


def send_notice(notice: DunningNotice, case: DunningCase) -> list[str]:
    """Queue the mails of a step; return the addresses."""
    organization = Organization.objects.get(pk=case.organization_id)
    readers = readers_of(organization)
    for reader in readers:
        _message(notice, case, organization, reader).send()
    return [reader.email for reader in readers]


def _message(
    notice: DunningNotice, case: DunningCase, organization: Organization, reader: Reader
) -> EmailMultiAlternatives:
    with translation.override(reader.language), timezone.override(ZoneInfo(reader.time_zone)):
        words = _words(notice, case, organization)
        greeting = _("Hello %(name)s,") % {"name": reader.name} if reader.name else _("Hello,")
        context = {
            "subject": words.subject,
            "heading": words.subject,
            "preheader": words.intro,
            "greeting": greeting,
            "intro": words.intro,
            "lines": words.lines,
            "action_label": words.action,
            "action_url": settings.BASE_URL + reverse("payment", args=[organization.slug]),
            "reason": _("You get this mail because you look after payments of %(organization)s.")
            % {"organization": organization.name},
        }
        message = EmailMultiAlternatives(
            subject=words.subject,
            body=render_to_string("mail/billing/message.txt", context),
            to=[reader.email],
            headers={
                "Message-ID": f"<dunning-{notice.pk}-{readers_key(reader)}@headroom.invalid>",
                "Auto-Submitted": "auto-generated",
            },
        )
        message.attach_alternative(
            render_to_string("mail/billing/message.html", context), "text/html"
        )
    return message


def readers_key(reader: Reader) -> str:
    """Return a part of a Message-ID that is the reader's own."""
    return reader.email.replace("@", ".at.")


def _words(notice: DunningNotice, case: DunningCase, organization: Organization) -> Words:
    invoice = case.invoice
    facts = {
        "amount": format_money(invoice.amount_remaining_minor, invoice.currency),
        "number": str(invoice),
        "since": longdate(timezone.localtime(case.overdue_since).date()),
    }
    kind = notice.step.rpartition("-")[0]
    if notice.step == "recovered":
        return Words(
            _("Thank you, invoice %(number)s is paid") % facts,
            _("The payment has come. Everything works as before."),
            [],
            _("See the payment"),
        )
    if kind == StepKind.RESTRICT:
        return Words(
            _("Buying is on hold: invoice %(number)s is not paid") % facts,
            _("%(amount)s has been open since %(since)s.") % facts,
            [
                _("Everybody who has a seat keeps working."),
                _("Seats can be neither bought nor assigned until the invoice is paid."),
                *_what_follows(case, organization, notice.at),
            ],
            _("Pay the invoice"),
        )
    if kind == StepKind.END or notice.step == "stripe_ended":
        return Words(
            _("Invoice %(number)s was not paid in time") % facts,
            end_sentence(case.end),
            [_("%(amount)s has been open since %(since)s.") % facts],
            _("See what can be done"),
        )
    return Words(
        _("Invoice %(number)s is open: %(amount)s") % facts,
        _("The payment due on %(since)s has not come. A new card settles it at once.") % facts,
        _what_follows(case, organization, notice.at),
        _("Pay the invoice"),
    )


def end_sentence(end: str) -> str:
    """Return what the last step of a case does, in words."""
    match end:
        case "canceled":
            return _("The subscription has ended, and its seats with it.")
        case "unpaid":
            return _("Nothing more is charged, and no seat can be added until the invoice is paid.")
    return _("The subscription goes on, and no seat can be added until the invoice is paid.")


def end_ahead(end: str) -> str:
    """Return what the last step of a case will do, in words."""
    match end:
        case "canceled":
            return _("The subscription ends, and its seats with it.")
        case "unpaid":
            return _("We stop charging. No seat can be added until the invoice is paid.")
    return _("Nothing more happens by itself. No seat can be added until the invoice is paid.")


def _what_follows(case: DunningCase, organization: Organization, at: datetime) -> list[str]:
    steps = timeline(
        case.policy(),
        case.overdue_since,
        ZoneInfo(organization.time_zone),
        held_days=case.held_days,
        taken={notice.step: notice.at for notice in case.notices.all()},
    )
    return [
        step_sentence(step, case.end)
        for step in steps
        if step.at > at and step.kind is not StepKind.REMINDER
    ]


def step_sentence(step: Step, end: str) -> str:
    """Return what a step to come does, with its date, in words."""
    on = {"date": longdate(timezone.localtime(step.at).date())}
    if step.kind is StepKind.REMINDER:
        return _("On %(date)s we remind you by mail.") % on
    if step.kind is StepKind.RESTRICT:
        return _("From %(date)s on, no seat can be bought or assigned; people keep working.") % on
    match end:
        case "canceled":
            return _("On %(date)s the subscription ends, and its seats with it.") % on
        case "unpaid":
            return _("On %(date)s we stop charging; nothing can be added any more.") % on
    return _("After %(date)s nothing more happens by itself; we will call you.") % on
