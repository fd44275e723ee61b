"""Reads a mail's link; whether it may decide is checked again when the decision is confirmed."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.core import signing
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from procurement.models import ApprovalLink
from procurement.services.mails import LINK_SALT
from procurement.services.telling import LINK_HOLDS_FOR


class LinkNotUsable(DomainError):
    """The link is wrong, used, too old, or somebody else's."""

    code: ClassVar[str] = "link_not_usable"
    status: ClassVar[int] = 410


def open_link(*, organization_id: int, token: str, member_id: int, now: datetime) -> ApprovalLink:
    """Return the link behind a token for the person it was sent to; nothing is changed by it.

    Runs inside the organization's tenancy context. Raises LinkNotUsable.
    """
    try:
        link_id = UUID(
            hex=signing.TimestampSigner(salt=LINK_SALT).unsign(token, max_age=LINK_HOLDS_FOR)
        )
    except (signing.BadSignature, ValueError):
        raise LinkNotUsable(
            _("This link is not valid or too old. The request is still under Requests.")
        ) from None
    link = (
        ApprovalLink.objects.select_related("request__organization", "request__requester")
        .filter(organization_id=organization_id, pk=link_id)
        .first()
    )
    if link is None or link.approver_id != member_id:
        raise LinkNotUsable(
            _("This link was sent to somebody else. Sign in as the person who got the mail.")
        )
    if link.used_at is not None:
        raise LinkNotUsable(_("This link was used, or the request is decided by now."))
    if link.expires_at <= now:
        raise LinkNotUsable(_("This link is too old. The request is still under Requests."))
    return link
