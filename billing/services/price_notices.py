"""Tells a customer's admins that their renewal brings another version of their price."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from accounts.templatetags.headroom import format_money, longdate
from billing.models import PriceMove

_PAYING_ROLES = (Membership.Role.OWNER, Membership.Role.ADMIN, Membership.Role.BILLING)


def tell_admins(move: PriceMove, *, takes_place: bool) -> None:
    """Send the notice to everybody who may pay for the organization; inside its context.

    Without `takes_place` it says that the price stays as it was.
    """
    memberships = Membership.objects.filter(
        organization_id=move.organization_id,
        role__in=_PAYING_ROLES,
        state=Membership.State.ACTIVE,
        user__is_active=True,
    ).select_related("user")
    for membership in memberships:
        if membership.user is not None:
            _message(move, membership.user, takes_place).send()


def _message(move: PriceMove, reader: User, takes_place: bool) -> EmailMultiAlternatives:
    organization, price = move.organization, move.migration.to_price
    zone = ZoneInfo(reader.time_zone or organization.time_zone)
    with translation.override(reader.language or organization.language), timezone.override(zone):
        day = longdate(move.effective_at)
        subject = (
            _("Your price from %(day)s on") % {"day": day}
            if takes_place
            else _("Your price stays as it is")
        )
        context = {
            "subject": subject,
            "heading": subject,
            "preheader": subject,
            "greeting": _("Hello %(name)s,") % {"name": reader.get_short_name()},
            "takes_place": takes_place,
            "day": day,
            "plan": price.plan.name,
            "interval": price.get_interval_display(),
            "seats": move.seats,
            "before": format_money(move.before_minor, price.currency),
            "after": format_money(move.after_minor, price.currency),
            "notice": move.migration.notice,
            "action_label": _("See seats and billing"),
            "action_url": settings.BASE_URL + reverse("seats", args=[organization.slug]),
            "reason": _("You get this mail because you may pay for %(organization)s.")
            % {"organization": organization.name},
        }
        message = EmailMultiAlternatives(
            subject=subject,
            body=render_to_string("mail/billing/price_move.txt", context),
            to=[reader.email],
            headers={"Auto-Submitted": "auto-generated"},
        )
        message.attach_alternative(
            render_to_string("mail/billing/price_move.html", context), "text/html"
        )
    return message
