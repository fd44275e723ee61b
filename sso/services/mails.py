"""Tells owners and admins what happens to their single sign-on, before it does where it can be."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Membership, Organization


def tell_admins(*, organization_id: int, template: str, context: dict[str, Any]) -> int:
    """Mail every owner and admin, after the commit; return how many.

    Runs inside the organization's tenancy context. The texts are in templates/mail/sso.
    """
    organization = Organization.objects.get(pk=organization_id)
    people = Membership.objects.filter(
        organization_id=organization_id,
        role__in=[Membership.Role.OWNER, Membership.Role.ADMIN],
        state=Membership.State.ACTIVE,
        user__is_active=True,
    ).select_related("user")
    told = 0
    for person in people:
        if person.user is None:
            continue
        with translation.override(person.user.language or organization.language):
            filled = context | {
                "organization": organization,
                "action_url": settings.BASE_URL + reverse("sso_settings", args=[organization.slug]),
                "action_label": _("Open single sign-on"),
                "product_name": settings.PRODUCT_NAME,
                "reason": _("You get this mail as an owner or admin."),
            }
            html = render_to_string(f"mail/sso/{template}.html", filled)
            text = render_to_string(f"mail/sso/{template}.txt", filled)
            # The first line of the text is its heading.
            message = EmailMultiAlternatives(
                subject=text.strip().partition("\n")[0], body=text, to=[person.user.email]
            )
            message.attach_alternative(html, "text/html")
        message.send()
        told += 1
    return told
