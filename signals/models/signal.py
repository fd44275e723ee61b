"""Signals: what a detector found out about an organization, and what it remembers between days."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from signals.domain.alerts import AlertState, AlertStatus, Resolution
from signals.domain.bands import Band
from signals.domain.holdbacks import Holdback

ORGANIZATION_SCOPE = "organization"


class DetectorKind(models.TextChoices):
    """Which detector speaks; those that are registered are in `services.detectors`."""

    UTILIZATION = "utilization", _("seats running out")
    UNSEATED = "unseated", _("people without a seat")
    LOW_USE = "low_use", _("few seats in use")
    POWER_USERS = "power_users", _("power users")
    CONCENTRATION = "concentration", _("a few who use much")
    NEW_HIRES = "new_hires", _("new people in a department")
    CROSS_DEPARTMENT = "cross_department", _("a department without seats is interested")
    LEADER = "leader", _("a new leader")
    HIERARCHY = "hierarchy", _("managers and teams without seats")
    GEOGRAPHY = "geography", _("a new region")
    VALUE = "value", _("an outcome reached its target")
    INTENT = "intent", _("a request to the vendor")
    CHAMPION_LEFT = "champion_left", _("a champion left")
    LIMIT_REFUSED = "limit_refused", _("refused at the limit")
    OVERAGE = "overage", _("overage in use")
    SHARING = "sharing", _("shared sign-ins")
    DEPARTMENT_CLOCK = "department_clock", _("long without a new department")
    SINGLE_THREADED = "single_threaded", _("few contacts left")
    TRIAL = "trial", _("the end of a trial")
    RENEWAL = "renewal", _("a renewal ahead")
    RUN_OUT = "run_out", _("seats that will run out soon")


class BandChoice(models.TextChoices):
    """`Band` for people."""

    EIGHTY = Band.EIGHTY.value, _("80%")
    NEAR = Band.NEAR.value, _("near the limit")
    FULL = Band.FULL.value, _("full")
    OVER = Band.OVER.value, _("over")


class HoldbackChoice(models.TextChoices):
    """`Holdback` for people."""

    RECENT_PURCHASE = Holdback.RECENT_PURCHASE.value, _("seats were bought in the last 30 days")
    RENEWAL_NEAR = Holdback.RENEWAL_NEAR.value, _("the renewal is within 30 days")
    OPEN_QUOTE = Holdback.OPEN_QUOTE.value, _("a quote or request is open")
    PAYMENT_OVERDUE = Holdback.PAYMENT_OVERDUE.value, _("a payment is overdue")
    ADOPTION_FIRST = Holdback.ADOPTION_FIRST.value, _("few people use their seats yet")
    IMPORT_SETTLING = Holdback.IMPORT_SETTLING.value, _("an import is still settling")
    SNOOZED = Holdback.SNOOZED.value, _("snoozed")


class AlertMemory(models.Model):
    """What one detector remembers about one organization: the fields of `AlertState`.

    `scope` is the part of it that is meant: "organization", or a kind and an id ("department:12").
    One row per organization, kind and scope, made by the first evaluation; the row to lock before
    a signal of that kind changes. `version` rises with every write, so that a scan that read
    before somebody else wrote leaves the row alone. `holdbacks` are those of the last evaluation.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    kind = models.CharField(max_length=30, choices=DetectorKind)
    scope = models.CharField(max_length=80, default=ORGANIZATION_SCOPE)
    status = models.CharField(
        max_length=20, choices=[(s.value, s.value) for s in AlertStatus], default=AlertStatus.OK
    )
    band = models.CharField(max_length=10, choices=BandChoice, blank=True)
    evaluated_on = models.DateField(null=True, blank=True)
    due_evaluations = models.PositiveIntegerField(default=0)
    clear_evaluations = models.PositiveIntegerField(default=0)
    purchased = models.PositiveIntegerField(null=True, blank=True)
    snoozed_until = models.DateField(null=True, blank=True)
    cooldown_until = models.DateField(null=True, blank=True)
    cooldown_band = models.CharField(max_length=10, choices=BandChoice, blank=True)
    holdbacks = ArrayField(models.CharField(max_length=30, choices=HoldbackChoice), default=list)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "scope"],
                name="one_memory_per_organization_kind_and_scope",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.scope}: {self.status}"

    @property
    def state(self) -> AlertState:
        """The memory as the pure machine takes it."""
        return AlertState(
            status=AlertStatus(self.status),
            band=Band(self.band) if self.band else None,
            evaluated_on=self.evaluated_on,
            due_evaluations=self.due_evaluations,
            clear_evaluations=self.clear_evaluations,
            purchased=self.purchased,
            snoozed_until=self.snoozed_until,
            cooldown_until=self.cooldown_until,
            cooldown_band=Band(self.cooldown_band) if self.cooldown_band else None,
        )


class Signal(models.Model):
    """One alert or finding of an organization, from the moment it is raised until it is resolved.

    `evidence` lists the facts behind it as `signals.domain.evidence` stores them.

    firing -> acknowledged -> resolved
           -> snoozed -> firing

    Identity: (organization, kind, scope), unique while open. A higher band updates the open signal.
    Signals of one play belong to one task.
    """

    class Status(models.TextChoices):
        FIRING = AlertStatus.FIRING.value, _("firing")
        ACKNOWLEDGED = AlertStatus.ACKNOWLEDGED.value, _("acknowledged")
        SNOOZED = AlertStatus.SNOOZED.value, _("snoozed")
        RESOLVED = AlertStatus.RESOLVED.value, _("resolved")

    class ResolutionChoice(models.TextChoices):
        CLEARED = Resolution.CLEARED.value, _("the condition cleared")
        SEATS_BOUGHT = Resolution.SEATS_BOUGHT.value, _("seats were bought")
        DECLINED = Resolution.DECLINED.value, _("the customer declined")

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    kind = models.CharField(_("kind"), max_length=30, choices=DetectorKind)
    scope = models.CharField(max_length=80, default=ORGANIZATION_SCOPE)
    status = models.CharField(_("state"), max_length=20, choices=Status, default=Status.FIRING)
    band = models.CharField(_("band"), max_length=10, choices=BandChoice, blank=True)
    opened_on = models.DateField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    raised_at = models.DateTimeField()
    evaluated_on = models.DateField()
    snoozed_until = models.DateField(null=True, blank=True)
    resolution = models.CharField(max_length=20, choices=ResolutionChoice, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    evidence = models.JSONField(default=list)
    task = models.ForeignKey(
        "signals.ExpansionTask",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="signals",
    )

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "scope"],
                condition=~Q(status="resolved"),
                name="one_open_signal_per_organization_kind_and_scope",
            ),
            models.CheckConstraint(
                condition=(Q(status="resolved", resolved_at__isnull=False) & ~Q(resolution=""))
                | (~Q(status="resolved") & Q(resolved_at__isnull=True, resolution="")),
                name="a_resolved_signal_says_why_and_when",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True) | Q(resolved_at__gte=F("created_at")),
                name="a_signal_is_not_resolved_before_it_opens",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-created_at"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.get_band_display()}".strip()

    @property
    def is_open(self) -> bool:
        """Whether the signal has not been resolved."""
        return self.status != self.Status.RESOLVED


class SignalEvaluation(models.Model):
    """What a detector saw and decided about an organization on one day; one row a day.

    A later evaluation of the same day works on the same row. `seen` is what the detector saw
    beyond the seats of the whole organization. `*_before` are the counters before
    the day began, from which every evaluation of the day starts, so that a day counts once.
    """

    class Effect(models.TextChoices):
        NONE = "", _("nothing")
        OPENED = "opened", _("opened")
        RAISED = "raised", _("band raised")
        HELD_BACK = "held_back", _("held back")
        RESUMED = "resumed", _("snooze ended")
        RESOLVED = "resolved", _("resolved")

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    kind = models.CharField(max_length=30, choices=DetectorKind)
    scope = models.CharField(max_length=80, default=ORGANIZATION_SCOPE)
    on = models.DateField()
    purchased = models.PositiveIntegerField()
    assigned = models.PositiveIntegerField()
    active = models.PositiveIntegerField()
    unseated = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=20, choices=[(s.value, s.value) for s in AlertStatus])
    band = models.CharField(max_length=10, choices=BandChoice, blank=True)
    effect = models.CharField(max_length=10, choices=Effect, blank=True)
    holdbacks = ArrayField(models.CharField(max_length=30, choices=HoldbackChoice), default=list)
    seen = models.JSONField(default=dict)
    facts_key = models.CharField(max_length=64)
    evaluated_on_before = models.DateField(null=True, blank=True)
    due_evaluations_before = models.PositiveIntegerField(default=0)
    clear_evaluations_before = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-on"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "scope", "on"],
                name="one_evaluation_per_organization_kind_scope_and_day",
            )
        ]
        # Written in the order of days. A tree by day looked as good to the planner for one row as
        # the key, before it has statistics, and read a day of everybody for it.
        indexes = [BrinIndex(fields=["on"], name="evaluations_by_day")]

    def __str__(self) -> str:
        return f"{self.kind} on {self.on}"
