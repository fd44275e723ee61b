"""Asks for a second person above an amount, and keeps the first from being it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.domain.roles import Permission, StaffScope, VendorRole, may
from accounts.errors import DomainError
from accounts.models import Organization, User
from accounts.services.history import Actor, record
from accounts.templatetags.headroom import format_money
from accounts.tenancy import staff_context
from billing.domain.four_eyes import Refusal, refusal_of_second
from billing.models import ApprovalAmount

_REFUSALS = {
    Refusal.NOBODY: gettext_lazy("A person of finance has to confirm this."),
    Refusal.FIRST_PERSON: gettext_lazy("You asked for this. Somebody else has to confirm it."),
    Refusal.AUTHOR: gettext_lazy("You worked on this. Somebody else has to confirm it."),
}


class SecondPersonNeeded(DomainError):
    """Two people decide this, and whoever tries to be the second may not be."""

    code: ClassVar[str] = "second_person_needed"


def check_second_person(*, actor: Actor, first: int | None, authors: Collection[int] = ()) -> None:
    """Raise SecondPersonNeeded unless `actor` may confirm what `first` asked for.

    `authors` are the keys of users who changed what is confirmed.
    """
    refusal = refusal_of_second(actor.user_id, first=first, authors=authors)
    if refusal is not None:
        raise SecondPersonNeeded(str(_REFUSALS[refusal]))


def set_approval_amounts(
    *, amounts: Mapping[str, tuple[int | None, int | None]], actor: Actor, now: datetime
) -> None:
    """Set the most that one person may decide: (credit, true-up) in minor units by currency.

    What waits already goes on waiting.
    """
    with staff_context(user_id=actor.user_id or 0, scope=StaffScope.ALL):
        for currency, (credit_minor, true_up_minor) in amounts.items():
            row, _created = ApprovalAmount.objects.update_or_create(
                currency=currency,
                defaults={"credit_minor": credit_minor, "true_up_minor": true_up_minor},
            )
            record(
                actor=actor,
                verb="approval_amounts_changed",
                subject=row,
                organization_id=None,
                now=now,
            )


def people_for_second(*, first: int | None, authors: Collection[int] = ()) -> list[User]:
    """Return those who may be the second person about money of a contract."""
    roles = [role.value for role in VendorRole if may(role, Permission.CONTRACTS_MANAGE)]
    return list(
        User.objects.filter(vendor_role__in=roles, is_active=True)
        .exclude(Q(pk__in=authors) | Q(pk=first or 0) | Q(email=""))
        .order_by("pk")
    )


def mail_second_person(
    *,
    organization: Organization,
    subject: str,
    amount_minor: int,
    currency: str,
    reason: str,
    path: str,
    first: Actor,
    authors: Collection[int] = (),
) -> list[str]:
    """Queue a mail to everybody who may be the second person; return their addresses.

    `subject` is a msgid with %(organization)s, said in each reader's language; `path` leads to
    where it is decided. To be called inside the transaction that made it wait.
    """
    readers = people_for_second(first=first.user_id, authors=authors)
    for reader in readers:
        with translation.override(reader.language or settings.LANGUAGE_CODE):
            title = _(subject) % {"organization": organization.name}
            context = {
                "subject": title,
                "heading": title,
                "preheader": reason,
                "greeting": _("Hello %(name)s,") % {"name": reader.get_short_name()},
                "intro": _("%(name)s asks for %(amount)s. An amount this large needs two people.")
                % {"name": first.label, "amount": format_money(amount_minor, currency)},
                "lines": [reason] if reason else [],
                "action_label": _("Look at it"),
                "action_url": settings.BASE_URL + path,
                "reason": _("You get this mail because you may decide about contracts."),
            }
            message = EmailMultiAlternatives(
                subject=title,
                body=render_to_string("mail/billing/message.txt", context),
                to=[reader.email],
                headers={"Auto-Submitted": "auto-generated"},
            )
            message.attach_alternative(
                render_to_string("mail/billing/message.html", context), "text/html"
            )
        message.send()
    return [reader.email for reader in readers]
