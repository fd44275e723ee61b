"""The least number of seats of a plan: waived for one organization, or what somebody left for."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Organization
from billing.models.catalog import Plan


class MinimumWaiver(models.Model):
    """A smaller minimum of one plan for one organization, from `granted_at` until `ends_at`.

    `ended_at` is set when somebody ended it earlier. Who has begun keeps their seats after it.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT)
    minimum_seats = models.PositiveIntegerField()
    reason = models.CharField(max_length=300)
    granted_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    granted_by_label = models.CharField(max_length=200)

    class Meta:
        ordering = ["-granted_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "plan"],
                condition=Q(ended_at__isnull=True),
                name="one_running_waiver_per_organization_and_plan",
            ),
            models.CheckConstraint(
                condition=Q(minimum_seats__gte=1) & Q(ends_at__gt=F("granted_at")),
                name="a_waiver_sells_seats_for_some_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan}: {self.minimum_seats}"


class MinimumAbandoned(models.Model):
    """Somebody wanted fewer seats than a plan's minimum and left; the latest of a plan counts."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT)
    wanted_seats = models.PositiveIntegerField()
    minimum_seats = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    actor_label = models.CharField(max_length=200)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "plan"], name="one_abandoned_minimum_per_plan"
            ),
            models.CheckConstraint(
                condition=Q(wanted_seats__lt=F("minimum_seats")),
                name="abandoned_is_below_the_minimum",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan}: {self.wanted_seats} < {self.minimum_seats}"
