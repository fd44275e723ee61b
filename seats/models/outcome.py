"""Outcomes that people record by hand, and the baselines that outcomes are held against."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, Organization


class KindChoice(models.TextChoices):
    """`seats.domain.outcomes.OutcomeKind` in words."""

    PROJECTS = "projects", _("Projects")
    TIME_SAVED = "time_saved", _("Time saved")
    QUALITY = "quality", _("Quality")
    COLLABORATION = "collaboration", _("Collaboration")


class OutcomeEntry(models.Model):
    """An outcome somebody recorded: `amount` of `unit` in the days of a period, ends included.

    It counts in the period that its last day lies in. Without a department it is the whole
    organization's. `reference` is the caller's own name of it, so that a retry adds nothing.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    kind = models.CharField(_("kind"), max_length=100)
    department = models.ForeignKey(Department, on_delete=models.SET_NULL, null=True, blank=True)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=4)
    unit = models.CharField(_("unit"), max_length=30, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    reference = models.CharField(max_length=100, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    recorded_by_label = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-ends_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "reference"],
                condition=~Q(reference=""),
                name="one_outcome_per_organization_and_reference",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="an_outcome_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="an_outcome_is_not_negative"),
        ]
        indexes = [models.Index(fields=["organization", "ends_on"], name="outcomes_by_last_day")]

    def __str__(self) -> str:
        return f"{self.amount.normalize():f} {self.unit}".strip()


class OutcomeBaseline(models.Model):
    """What outcomes of a kind were before, in a period of days; one per kind, unit and department.

    Without a department it is that of the whole organization.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    kind = models.CharField(_("kind"), max_length=100)
    unit = models.CharField(_("unit"), max_length=30, blank=True)
    department = models.ForeignKey(Department, on_delete=models.CASCADE, null=True, blank=True)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=4)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "unit", "department"],
                nulls_distinct=False,
                name="one_baseline_per_kind_and_department",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="a_baseline_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="a_baseline_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.amount.normalize():f} {self.unit}".strip()
