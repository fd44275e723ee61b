"""What an endpoint's answers do to it: it proves itself, rests when it asks to, or is stopped.

A stop is noted in the history and mailed to those who look after the endpoint, in one transaction.
"""

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.domain.roles import StaffScope, VendorRole
from accounts.models import Membership, User
from accounts.services.history import SYSTEM, record
from accounts.tenancy import organization_context, staff_context
from integrations.domain.retries import STOPS_AFTER
from integrations.event_types import VERIFICATION
from integrations.gateways.http import Answer
from integrations.models import Delivery, Endpoint

logger = structlog.get_logger(__name__)
GONE: Final = 410
_ASKS_TO_WAIT: Final = (429, 503)
_ADMINS: Final = (Membership.Role.OWNER, Membership.Role.ADMIN)


def context_of_endpoint(endpoint: Endpoint) -> AbstractContextManager[None]:
    """Return the context in which the endpoint's row may be written."""
    if endpoint.organization_id is None:
        return staff_context(user_id=0, scope=StaffScope.ALL)
    return organization_context(endpoint.organization_id)


def judge(
    delivery: Delivery,
    answer: Answer | None,
    now: datetime,
    *,
    is_taken: bool,
    wished: timedelta | None,
) -> None:
    """Let an endpoint follow what one exchange with it was like."""
    endpoint = delivery.endpoint
    rows = Endpoint.objects.using("pipeline").filter(pk=endpoint.pk)
    if is_taken:
        if endpoint.failing_since is not None or endpoint.rests_until is not None:
            rows.update(failing_since=None, rests_until=None)
        if delivery.type == VERIFICATION:
            _verify(delivery, now)
        return
    if answer is not None and answer.status in _ASKS_TO_WAIT and wished:
        rows.update(rests_until=now + wished)
    since = endpoint.failing_since or now
    is_gone = answer is not None and answer.status == GONE
    if is_gone or now - since >= STOPS_AFTER:
        reason = "It said that it is gone (410)." if is_gone else "It took nothing for five days."
        stop_endpoint(endpoint, reason=reason, since=since, now=now)
    elif endpoint.failing_since is None:
        rows.update(failing_since=now)


def _verify(delivery: Delivery, now: datetime) -> None:
    endpoint = delivery.endpoint
    with context_of_endpoint(endpoint):
        found = (
            Endpoint.objects.select_for_update(no_key=True)
            .filter(
                pk=endpoint.pk,
                verified_at__isnull=True,
                challenge=delivery.payload["data"]["challenge"],
            )
            .first()
        )
        if found is None:
            return
        found.verified_at = now
        found.save(update_fields=["verified_at"])
        record(
            actor=SYSTEM,
            verb="endpoint_verified",
            subject=found,
            organization_id=found.organization_id,
            now=now,
        )


def stop_endpoint(endpoint: Endpoint, *, reason: str, since: datetime, now: datetime) -> None:
    """Stop an endpoint, once, and tell those who look after it."""
    with context_of_endpoint(endpoint):
        found = (
            Endpoint.objects.select_for_update(of=("self",), no_key=True)
            .filter(pk=endpoint.pk, is_active=True)
            .first()
        )
        if found is None:
            return
        found.is_active, found.stopped_because, found.failing_since = False, reason, since
        found.save(update_fields=["is_active", "stopped_because", "failing_since"])
        record(
            actor=SYSTEM,
            verb="endpoint_stopped",
            subject=found,
            organization_id=found.organization_id,
            now=now,
            changes={"reason": reason},
        )
        for reader in _readers(found):
            _mail(found, reader).send()
    logger.warning("endpoint_stopped", endpoint=endpoint.pk, reason=reason)


def _readers(endpoint: Endpoint) -> list[User]:
    if endpoint.organization_id is None:
        staff = User.objects.filter(is_active=True, vendor_role=VendorRole.VENDOR_ADMIN.value)
        return list(staff.order_by("pk"))
    members = Membership.objects.filter(
        organization_id=endpoint.organization_id,
        role__in=_ADMINS,
        state=Membership.State.ACTIVE,
        user__is_active=True,
    )
    return [member.user for member in members.select_related("user") if member.user is not None]


def _mail(endpoint: Endpoint, reader: User) -> EmailMultiAlternatives:
    organization = endpoint.organization
    language = reader.language or (organization.language if organization else "")
    path = (
        reverse("endpoint", args=[endpoint.pk])
        if organization is None
        else reverse("webhook", args=[organization.slug, endpoint.pk])
    )
    with translation.override(language or settings.LANGUAGE_CODE):
        subject = _("“%(name)s” takes no messages any more") % {"name": endpoint.name}
        context = {
            "subject": subject,
            "heading": subject,
            "preheader": reason_text(endpoint.stopped_because),
            "greeting": _("Hello %(name)s,") % {"name": reader.get_short_name()},
            "intro": reason_text(endpoint.stopped_because),
            "lines": [
                _("Nothing more is sent to it. What could not be delivered stays in its log."),
                _("Mend the receiver, switch the endpoint on, and send what failed again."),
            ],
            "action_label": _("Open the endpoint"),
            "action_url": settings.BASE_URL + path,
            "reason": _("You get this mail because you look after the connected systems."),
        }
        message = EmailMultiAlternatives(
            subject=subject,
            body=render_to_string("mail/integrations/stopped.txt", context),
            to=[reader.email],
            headers={"Auto-Submitted": "auto-generated"},
        )
        message.attach_alternative(
            render_to_string("mail/integrations/stopped.html", context), "text/html"
        )
    return message


def reason_text(reason: str) -> str:
    """Return why an endpoint was stopped, in the reader's language."""
    return {
        "It said that it is gone (410).": _("It said that it is gone (410)."),
        "It took nothing for five days.": _("It took nothing for five days."),
    }.get(reason, reason)
