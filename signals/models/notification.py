"""Messages about changes of state: the outbox from which mail is delivered."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization


class Notification(models.Model):
    """One message to one person about one change of state.

    pending -> claimed -> sent
                       \\-> pending again (the mail server refused; after a pause)
                       \\-> uncertain (the worker died while it spoke to the mail server)

    `dedupe_key` names the change of state and is unique per organization and recipient, so that a
    second scan, a retry or a second worker cannot write the message again. A claim is committed
    before the mail server hears of it: what is uncertain is shown to operations, never resent.
    """

    class Kind(models.TextChoices):
        SIGNAL_RAISED = "signal_raised", _("seats are running out")
        TASK_OPENED = "task_opened", _("a new task")
        TASK_RAISED = "task_raised", _("a task became more urgent")
        TASK_WON = "task_won", _("a task was won")

    class State(models.TextChoices):
        PENDING = "pending", _("waiting to be sent")
        CLAIMED = "claimed", _("being sent")
        SENT = "sent", _("sent")
        UNCERTAIN = "uncertain", _("not known to have arrived")
        REFUSED = "refused", _("refused by the mail server")

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    subject_type = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    dedupe_key = models.CharField(max_length=120)
    facts = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "recipient", "dedupe_key"],
                name="one_notification_per_change_and_recipient",
            ),
            models.CheckConstraint(
                condition=(Q(state="sent") & Q(sent_at__isnull=False))
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="a_sent_notification_has_its_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state__in=["pending", "claimed"]),
                name="notifications_to_deliver",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.dedupe_key}"
