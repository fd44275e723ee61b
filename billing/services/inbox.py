"""Has events of Stripe worked off again, because a person asked for it."""

from collections.abc import Iterable
from datetime import datetime

from accounts.domain.roles import StaffScope
from accounts.services.history import Actor, record
from accounts.tenancy import staff_context
from billing.models import WebhookEvent

MOST = 200


def process_again(*, event_ids: Iterable[int], actor: Actor, now: datetime) -> int:
    """Let events be worked off again, at once; return how many. Processing asks Stripe anew.

    `event_ids` are the keys of our rows. What is worked off for the second time changes nothing
    that is right already, so nothing has to be undone.
    """
    with staff_context(user_id=actor.user_id or 0, scope=StaffScope.ALL):
        found = list(WebhookEvent.objects.select_for_update().filter(pk__in=list(event_ids)[:MOST]))
        for event in found:
            record(
                actor=actor,
                verb="event_processed_again",
                subject=event,
                organization_id=None,
                now=now,
                changes={"code": event.outcome or event.last_error},
            )
        WebhookEvent.objects.filter(pk__in=[event.pk for event in found]).update(
            processed_at=None, outcome="", attempts=0, last_error="", next_attempt_at=now
        )
        return len(found)
