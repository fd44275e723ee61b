"""Has messages sent again: one, all of a choice, all that failed since a moment.

They go under their own ids, in their own order; runs inside the context of the endpoint's owner.
"""

from datetime import datetime
from typing import ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import Actor, record
from integrations.event_types import VERIFICATION
from integrations.models import Delivery, Endpoint
from integrations.selectors.endpoints import replayable

MOST_AT_ONCE = 1000


class NothingToReplay(DomainError):
    """No message of the choice is over; what waits goes by itself."""

    code: ClassVar[str] = "nothing_to_replay"


class TooManyToReplay(DomainError):
    """More messages than are sent again at once."""

    code: ClassVar[str] = "too_many_to_replay"


def replay(*, delivery_id: int, actor: Actor, now: datetime) -> Delivery:
    """Have a message sent again under its id, now.

    A challenge is not: only the newest counts. Raises NothingToReplay, Delivery.DoesNotExist.
    """
    delivery = Delivery.objects.select_for_update(no_key=True).get(pk=delivery_id)
    if delivery.type == VERIFICATION:
        raise NothingToReplay(_("A challenge is sent once. Have a new one sent."))
    _again(Delivery.objects.filter(pk=delivery.pk), now)
    record(
        actor=actor,
        verb="delivery_replayed",
        subject=delivery,
        organization_id=delivery.organization_id,
        now=now,
    )
    delivery.refresh_from_db()
    return delivery


def replay_many(
    *, endpoint: Endpoint, chosen: QuerySet[Delivery], actor: Actor, now: datetime
) -> int:
    """Have the endpoint's chosen messages that are over sent again; return how many.

    Raises NothingToReplay, TooManyToReplay.
    """
    over = replayable(chosen.filter(endpoint=endpoint)).exclude(type=VERIFICATION).order_by()
    found = list(over.values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    if not found:
        raise NothingToReplay(_("No message of this choice has to be sent again."))
    if len(found) > MOST_AT_ONCE:
        raise TooManyToReplay(
            _("At most %(most)s messages are sent again at once. Narrow the choice by date.")
            % {"most": MOST_AT_ONCE}
        )
    count = _again(replayable(Delivery.objects.filter(pk__in=found)), now)
    record(
        actor=actor,
        verb="deliveries_replayed",
        subject=endpoint,
        organization_id=endpoint.organization_id,
        now=now,
        changes={"count": count},
    )
    return count


def _again(deliveries: QuerySet[Delivery], now: datetime) -> int:
    return deliveries.update(
        state=Delivery.State.PENDING, attempts=0, next_attempt_at=now, delivered_at=None
    )
