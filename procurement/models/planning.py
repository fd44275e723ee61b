"""Expansions that are planned, the reminders of them, and the calendars that show them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organization
from billing.models import Purchase
from procurement.domain.planning import PlanState, Reminder


class PlannedExpansion(models.Model):
    """Seats that are wanted by a day; its states are in `procurement.domain.planning`.

    `start_by_on` and `close_by_on` follow from the wanted day and the organization's profile, and
    are written anew when one of the two changes. `version` counts every change of the row.
    """

    class State(models.TextChoices):
        PLANNED = PlanState.PLANNED.value, _("planned")
        STARTED = PlanState.STARTED.value, _("started")
        DONE = PlanState.DONE.value, _("done")
        DROPPED = PlanState.DROPPED.value, _("dropped")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    seats = models.PositiveIntegerField(_("seats"))
    wanted_on = models.DateField(_("wanted by"))
    reason = models.CharField(_("what for"), max_length=300)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    start_by_on = models.DateField(_("start by"))
    close_by_on = models.DateField(_("close by"))
    purchase = models.ForeignKey(Purchase, on_delete=models.PROTECT, null=True, related_name="+")
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_label = models.CharField(_("by"), max_length=200)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_on = models.DateField(null=True, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["start_by_on", "created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(seats__gte=1), name="a_plan_is_for_a_seat_or_more"),
            models.CheckConstraint(
                condition=Q(start_by_on__lte=models.F("close_by_on"))
                & Q(close_by_on__lte=models.F("wanted_on")),
                name="a_plan_starts_before_it_closes",
            ),
            models.CheckConstraint(
                condition=~Q(state="started") | Q(started_on__isnull=False),
                name="a_started_plan_has_its_day",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "start_by_on"]),
            models.Index(
                fields=["start_by_on"], condition=Q(state="planned"), name="plans_not_begun"
            ),
        ]

    def __str__(self) -> str:
        return self.reason


class PlanReminder(models.Model):
    """A reminder of a day to start by that was mailed. Insert-only: a trigger refuses the rest."""

    class Step(models.TextChoices):
        AHEAD = Reminder.AHEAD.value, _("14 days ahead")
        DUE = Reminder.DUE.value, _("on the day")

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    plan = models.ForeignKey(PlannedExpansion, on_delete=models.PROTECT, related_name="reminders")
    step = models.CharField(max_length=5, choices=Step)
    start_by_on = models.DateField()
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "plan", "step", "start_by_on"],
                name="one_reminder_per_organization_plan_step_and_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan}: {self.get_step_display()}"


class CalendarFeed(models.Model):
    """A person's calendar address. The secret of it is kept as a digest only.

    It shows what the person's role may see and ends with the membership.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "membership"],
                condition=Q(revoked_at__isnull=True),
                name="one_calendar_feed_per_organization_and_person",
            ),
            models.UniqueConstraint(
                fields=["organization", "digest"], name="one_calendar_feed_per_secret"
            ),
        ]

    def __str__(self) -> str:
        return str(self.membership)
