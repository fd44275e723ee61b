"""Adds, changes and removes endpoints; has them prove that their address is theirs.

The vendor's endpoints have no organization: these functions run inside the staff context of scope
`all`, or inside the organization's own for one of its endpoints.
"""

import secrets as random
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.models import User
from accounts.services.history import Actor, record
from integrations.domain.addresses import UnfitAddress, check_url
from integrations.domain.signing import secret_of, shown
from integrations.event_types import TEST, VERIFICATION, event_types
from integrations.models import Delivery, Endpoint
from integrations.services.messages import challenge_payload

OLD_SECRET_SIGNS_FOR: Final = timedelta(hours=24)


class AddressUnfit(DomainError):
    """An address that no message may go to."""

    code: ClassVar[str] = "address_unfit"
    status: ClassVar[int] = 400
    field: ClassVar[str] = "url"


class NoEventChosen(DomainError):
    """An endpoint that would hear nothing."""

    code: ClassVar[str] = "no_event_chosen"
    status: ClassVar[int] = 400
    field: ClassVar[str] = "event_types"


class ButtonsNotPossible(DomainError):
    """Buttons work inside Slack alone, for the vendor's people, through the vendor's Slack app."""

    code: ClassVar[str] = "buttons_not_possible"
    status: ClassVar[int] = 400
    field: ClassVar[str] = "has_buttons"


def add_endpoint(
    *,
    name: str,
    url: str,
    format: Endpoint.Format,
    kinds: Collection[str],
    actor: Actor,
    now: datetime,
    language: str = settings.LANGUAGE_CODE,
    has_buttons: bool = False,
    created_by: User | None = None,
    organization_id: int | None = None,
) -> tuple[Endpoint, str]:
    """Create an endpoint; return it and its secret, which is shown this once.

    It is sent a challenge, and hears nothing else before it has answered that.
    Raises AddressUnfit, NoEventChosen, ButtonsNotPossible.
    """
    _check_buttons(has_buttons, organization_id=organization_id, format=format)
    endpoint = Endpoint.objects.create(
        organization_id=organization_id,
        name=" ".join(name.split()),
        url=_checked(url),
        format=format,
        event_types=_chosen(kinds, organization_id),
        language=language,
        has_buttons=has_buttons,
        salt=random.token_hex(16),
        created_at=now,
        created_by=created_by,
    )
    record(
        actor=actor,
        verb="endpoint_added",
        subject=endpoint,
        organization_id=organization_id,
        now=now,
        changes={"format": format.value},
    )
    challenge_endpoint(endpoint=endpoint, now=now)
    return endpoint, _secret(endpoint)


def change_endpoint(
    *,
    endpoint_id: int,
    name: str,
    url: str,
    kinds: Collection[str],
    is_active: bool,
    actor: Actor,
    now: datetime,
    language: str = "",
    has_buttons: bool | None = None,
) -> Endpoint:
    """Change an endpoint; one that is started again forgets why it stopped.

    At another address it has to prove itself anew.

    Raises AddressUnfit, NoEventChosen, ButtonsNotPossible, Endpoint.DoesNotExist.
    """
    endpoint = Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint_id)
    _check_buttons(
        bool(has_buttons), organization_id=endpoint.organization_id, format=endpoint.format
    )
    before = {"name": endpoint.name, "is_active": endpoint.is_active}
    moved = endpoint.url != _checked(url)
    endpoint.name, endpoint.url = " ".join(name.split()), _checked(url)
    endpoint.event_types = _chosen(kinds, endpoint.organization_id)
    endpoint.language = language or endpoint.language
    endpoint.has_buttons = endpoint.has_buttons if has_buttons is None else has_buttons
    if is_active and not endpoint.is_active:
        endpoint.stopped_because, endpoint.failing_since = "", None
        endpoint.rests_until = None
    endpoint.is_active = is_active
    endpoint.save()
    if moved:
        challenge_endpoint(endpoint=endpoint, now=now)
    after = {"name": endpoint.name, "is_active": endpoint.is_active}
    record(
        actor=actor,
        verb="endpoint_changed",
        subject=endpoint,
        organization_id=endpoint.organization_id,
        now=now,
        changes={key: [before[key], after[key]] for key in after if before[key] != after[key]},
    )
    return endpoint


def renew_secret(*, endpoint_id: int, actor: Actor, now: datetime) -> tuple[Endpoint, str]:
    """Give an endpoint a new secret, shown this once; the old one signs too for 24 hours."""
    endpoint = Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint_id)
    endpoint.old_salt, endpoint.old_salt_until = endpoint.salt, now + OLD_SECRET_SIGNS_FOR
    endpoint.salt = random.token_hex(16)
    endpoint.save(update_fields=["salt", "old_salt", "old_salt_until"])
    record(
        actor=actor,
        verb="endpoint_secret_renewed",
        subject=endpoint,
        organization_id=endpoint.organization_id,
        now=now,
    )
    return endpoint, _secret(endpoint)


def remove_endpoint(*, endpoint_id: int, actor: Actor, now: datetime) -> str:
    """Remove an endpoint with its log; return its name. Raises Endpoint.DoesNotExist."""
    endpoint = Endpoint.objects.select_for_update().get(pk=endpoint_id)
    record(
        actor=actor,
        verb="endpoint_removed",
        subject=endpoint,
        organization_id=endpoint.organization_id,
        now=now,
    )
    name = endpoint.name
    endpoint.delete()
    return name


def send_test(*, endpoint_id: int, now: datetime) -> Delivery:
    """Queue a message that says that it is a test. Raises Endpoint.DoesNotExist."""
    endpoint = Endpoint.objects.get(pk=endpoint_id)
    return Delivery.objects.create(
        organization_id=endpoint.organization_id,
        endpoint=endpoint,
        message_id=f"msg_test_{random.token_hex(8)}",
        type=TEST,
        payload={
            "title": _("A test from %(product)s") % {"product": settings.PRODUCT_NAME},
            "text": _("Messages arrive here."),
            "path": "/",
            "at": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "data": {},
        },
        created_at=now,
        next_attempt_at=now,
    )


def challenge_endpoint(*, endpoint: Endpoint, now: datetime) -> Delivery:
    """Queue a message that the endpoint proves itself with; what it was sent before is void."""
    Delivery.objects.filter(
        endpoint=endpoint, type=VERIFICATION, state=Delivery.State.PENDING
    ).update(state=Delivery.State.FAILED, last_error="Another challenge was sent.")
    endpoint.challenge, endpoint.verified_at = random.token_urlsafe(24), None
    endpoint.save(update_fields=["challenge", "verified_at"])
    return Delivery.objects.create(
        organization_id=endpoint.organization_id,
        endpoint=endpoint,
        message_id=f"msg_verify_{random.token_hex(8)}",
        type=VERIFICATION,
        payload=challenge_payload(endpoint.challenge, now),
        created_at=now,
        next_attempt_at=now,
    )


def _checked(url: str) -> str:
    url = url.strip()
    try:
        check_url(url, allow_private=settings.INTEGRATIONS_ALLOW_PRIVATE)
    except UnfitAddress as error:
        said = {
            "https": _("The address must begin with https://."),
            "user": _("Leave the user name and password out of the address."),
        }
        raise AddressUnfit(
            said.get(str(error), _("Write a whole address, such as https://example.com/hook."))
        ) from error
    return url


def _chosen(kinds: Collection[str], organization_id: int | None) -> list[str]:
    offered = event_types(of_vendor=organization_id is None)
    chosen = [kind for kind in offered if kind in kinds]
    if not chosen:
        raise NoEventChosen(_("Choose at least one kind of message."))
    return chosen


def _check_buttons(has_buttons: bool, *, organization_id: int | None, format: str) -> None:
    if not has_buttons:
        return
    if organization_id is not None or format != Endpoint.Format.SLACK:
        raise ButtonsNotPossible(_("Only the vendor's endpoints in Slack's format have buttons."))
    if not settings.SLACK_SIGNING_SECRET:
        raise ButtonsNotPossible(_("Buttons need a Slack app: set SLACK_SIGNING_SECRET first."))


def _secret(endpoint: Endpoint) -> str:
    return shown(secret_of(settings.SECRET_KEY, endpoint.salt))
