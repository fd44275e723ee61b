"""Messages about changes of state: what a person finds in the list, and the outbox of mail."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from signals.domain.notices import DIGEST_HOUR, WORKDAYS, Channel


class ChannelChoice(models.TextChoices):
    """`Channel` for people."""

    MAIL = Channel.MAIL.value, _("mail at once")
    DIGEST = Channel.DIGEST.value, _("in the digest")
    LIST = Channel.LIST.value, _("in the list only")
    OFF = Channel.OFF.value, _("not at all")


def _workdays() -> list[int]:
    return list(WORKDAYS)


class NoticeTiming(models.Model):
    """When a person wants mail: hour and days of the digest, hours without any.

    The person's own and no tenant's, like the language: it goes with them into every organization.
    Without a row the defaults hold.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_timing"
    )
    digest_hour = models.PositiveSmallIntegerField(default=DIGEST_HOUR)
    digest_days = ArrayField(models.PositiveSmallIntegerField(), default=_workdays)
    quiet_from = models.PositiveSmallIntegerField(null=True, blank=True)
    quiet_until = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(digest_hour__lte=23)
                & (Q(quiet_from__isnull=True) | Q(quiet_from__lte=23))
                & (Q(quiet_until__isnull=True) | Q(quiet_until__lte=23)),
                name="notice_hours_are_of_the_clock",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.digest_hour}"


class NoticeChoice(models.Model):
    """How a person hears of one kind of message; without a row the kind's default holds."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_choices"
    )
    kind = models.CharField(max_length=30)
    channel = models.CharField(max_length=10, choices=ChannelChoice)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"], name="one_choice_per_person_and_kind_of_message"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}: {self.channel}"


class NoticeDigest(models.Model):
    """One mail with all that waited for a person at a slot; unique, so that it goes out once.

    claimed -> sent
            \\-> failed (the mail server refused; the same mail again after a pause) -> refused
            \\-> uncertain (the worker died while it spoke to the mail server)

    The row and the claim on its messages are committed together, before the mail server hears.
    """

    class State(models.TextChoices):
        CLAIMED = "claimed", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("to be sent again")
        UNCERTAIN = "uncertain", _("not known to have arrived")
        REFUSED = "refused", _("refused by the mail server")

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    slot_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.CLAIMED)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "slot_at"], name="one_digest_per_person_and_slot"
            )
        ]
        indexes = [
            models.Index(
                fields=["state"],
                condition=Q(state__in=["claimed", "failed"]),
                name="digests_to_deliver",
            )
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id} at {self.slot_at}"


class Notification(models.Model):
    """One message to one person about one change of state.

    It stands in the person's list until it is read, and goes out by `channel`:

    kept (in the list only)
    pending -> claimed -> sent
                       \\-> pending again (the mail server refused; after a pause)
                       \\-> uncertain (the worker died while it spoke to the mail server)

    `dedupe_key` names the change of state and is unique per organization and recipient, so that a
    second scan, a retry or a second worker cannot write the message again. A claim is committed
    before the mail server hears of it: what is uncertain is shown to operations, who may have it
    sent again or let it rest (kept). A message of a digest is claimed together with its mail.
    """

    class Kind(models.TextChoices):
        SIGNAL_RAISED = "signal_raised", _("seats are running out")
        TASK_OPENED = "task_opened", _("a new task")
        TASK_RAISED = "task_raised", _("a task became more urgent")
        TASK_WON = "task_won", _("a task was won")
        TASK_REMINDER = "task_reminder", _("a task is due soon")
        TASK_OVERDUE = "task_overdue", _("a task is overdue")
        TASK_DIGEST = "task_digest", _("a task waits for room")

    class State(models.TextChoices):
        PENDING = "pending", _("waiting to be sent")
        CLAIMED = "claimed", _("being sent")
        SENT = "sent", _("sent")
        UNCERTAIN = "uncertain", _("not known to have arrived")
        REFUSED = "refused", _("refused by the mail server")
        KEPT = "kept", _("in the list only")

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    subject_type = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    dedupe_key = models.CharField(max_length=120)
    facts = models.JSONField(default=dict)
    channel = models.CharField(max_length=10, choices=ChannelChoice, default=ChannelChoice.MAIL)
    digest = models.ForeignKey(
        NoticeDigest, on_delete=models.SET_NULL, null=True, blank=True, related_name="messages"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

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
            ),
            models.Index(
                fields=["recipient"],
                condition=Q(read_at__isnull=True),
                name="notifications_unread",
            ),
            models.Index(fields=["recipient", "-created_at"], name="notifications_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.dedupe_key}"
