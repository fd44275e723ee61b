"""Adds, changes and stops endpoints, and has a message sent again.

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
from integrations.event_types import TEST, event_types
from integrations.models import Delivery, Endpoint

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


def add_endpoint(
    *,
    name: str,
    url: str,
    format: Endpoint.Format,
    kinds: Collection[str],
    actor: Actor,
    now: datetime,
    created_by: User | None = None,
    organization_id: int | None = None,
) -> tuple[Endpoint, str]:
    """Create an endpoint; return it and its secret, which is shown this once.

    Raises AddressUnfit, NoEventChosen.
    """
    endpoint = Endpoint.objects.create(
        organization_id=organization_id,
        name=" ".join(name.split()),
        url=_checked(url),
        format=format,
        event_types=_chosen(kinds),
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
) -> Endpoint:
    """Change an endpoint; one that is started again forgets why it stopped.

    Raises AddressUnfit, NoEventChosen, Endpoint.DoesNotExist.
    """
    endpoint = Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint_id)
    before = {"name": endpoint.name, "is_active": endpoint.is_active}
    endpoint.name, endpoint.url = " ".join(name.split()), _checked(url)
    endpoint.event_types = _chosen(kinds)
    if is_active and not endpoint.is_active:
        endpoint.stopped_because, endpoint.failing_since = "", None
    endpoint.is_active = is_active
    endpoint.save()
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


def replay(*, delivery_id: int, actor: Actor, now: datetime) -> Delivery:
    """Have a message sent again under its id, now. Raises Delivery.DoesNotExist."""
    delivery = Delivery.objects.select_for_update(no_key=True).get(pk=delivery_id)
    delivery.state, delivery.attempts = Delivery.State.PENDING, 0
    delivery.next_attempt_at, delivery.delivered_at = now, None
    delivery.save(update_fields=["state", "attempts", "next_attempt_at", "delivered_at"])
    record(
        actor=actor,
        verb="delivery_replayed",
        subject=delivery,
        organization_id=delivery.organization_id,
        now=now,
    )
    return delivery


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


def _chosen(kinds: Collection[str]) -> list[str]:
    chosen = [kind for kind in event_types() if kind in kinds]
    if not chosen:
        raise NoEventChosen(_("Choose at least one kind of message."))
    return chosen


def _secret(endpoint: Endpoint) -> str:
    return shown(secret_of(settings.SECRET_KEY, endpoint.salt))
