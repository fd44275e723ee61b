"""What a person decides about mail in doubt: send it again, or let it rest in the list."""

from collections.abc import Sequence
from datetime import datetime

from accounts.services.history import Actor, record
from accounts.tenancy import organization_context
from signals.models import Notification

IN_DOUBT = (Notification.State.UNCERTAIN, Notification.State.REFUSED)


def settle_notification(
    *, organization_id: int, notification_id: int, again: bool, actor: Actor, now: datetime
) -> bool:
    """Send a message again that is in doubt, or let it rest; tell whether it still was in doubt."""
    with organization_context(organization_id, user_id=actor.user_id):
        message = (
            Notification.objects.select_for_update(no_key=True)
            .filter(organization_id=organization_id, pk=notification_id, state__in=IN_DOUBT)
            .first()
        )
        if message is None:
            return False
        if again:
            message.state, message.attempts = Notification.State.PENDING, 0
            message.next_attempt_at, message.digest = now, None
        else:
            message.state = Notification.State.KEPT
        message.save(update_fields=["state", "attempts", "next_attempt_at", "digest"])
        record(
            actor=actor,
            verb="message_sent_again" if again else "message_let_rest",
            subject=message,
            organization_id=organization_id,
            now=now,
        )
    return True


def settle_notifications(
    *, pairs: Sequence[tuple[int, int]], again: bool, actor: Actor, now: datetime
) -> int:
    """Settle messages by (organization id, id), one transaction each; return how many changed."""
    return sum(
        settle_notification(
            organization_id=organization_id,
            notification_id=notification_id,
            again=again,
            actor=actor,
            now=now,
        )
        for organization_id, notification_id in pairs
    )
