"""How the vendor's rules are set, and what a change of them would have meant."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization


class RuleSetting(models.Model):
    """The settings of one rule, for all organizations or for one of them.

    What is empty is inherited: an organization's row from the vendor's, that from the rule itself.
    `thresholds` are those of the rule's settings (`signals.domain.detectors.rules`), all of them.
    No page of a customer reads it. Whether a rule tells anybody is `RuleMute`'s.
    """

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(max_length=30)
    thresholds = models.JSONField(null=True, blank=True)
    is_on = models.BooleanField(null=True, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by_label = models.CharField(max_length=200)

    class Meta:
        ordering = ["kind", "organization_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind"],
                nulls_distinct=False,
                name="one_setting_per_organization_and_rule",
            )
        ]

    def __str__(self) -> str:
        return self.kind


class RuleDryRun(models.Model):
    """What a rule would have found in the last days with other settings, beside the present ones.

    waiting -> running -> done | failed;   done -> put into force (`in_force_at`)

    Worked day by day over all organizations, or one; `touched_at` tells whether somebody still
    works on it. `found` lists what would have fired: for each organization and scope the days on
    which it would have opened, under the present (`now`) and the tried settings (`then`).
    `since` is the first day looked at: rules differ in how far they can look back.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(max_length=30)
    thresholds = models.JSONField()
    is_on = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    since = models.DateField()
    until = models.DateField()
    next_day = models.DateField()
    found = models.JSONField(default=list)
    fired_now = models.PositiveIntegerField(default=0)
    fired_then = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by_label = models.CharField(max_length=200)
    touched_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    in_force_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def days(self) -> int:
        """How many days it looks at."""
        return (self.until - self.since).days + 1

    @property
    def days_done(self) -> int:
        """How many of them are done."""
        return (self.next_day - self.since).days


class VendorRequest(models.Model):
    """Something that a customer asks the vendor for; open until somebody answers.

    Requests for single sign-on, admin control and team management say that a larger rollout is
    meant (`signals.domain.detectors.relationship`).
    """

    class Category(models.TextChoices):
        SSO = "sso", _("Single sign-on")
        ADMIN = "admin", _("Admin control")
        TEAMS = "teams", _("Team management")
        FEATURE = "feature", _("A feature")
        OTHER = "other", _("Something else")

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    category = models.CharField(_("about"), max_length=10, choices=Category)
    text = models.TextField(_("what you need"), max_length=2000)
    asked_by_label = models.CharField(max_length=200)
    asked_at = models.DateTimeField(default=timezone.now)
    answer = models.TextField(_("answer"), max_length=2000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by_label = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answered_at__isnull=True, answer="")
                | (models.Q(answered_at__isnull=False) & ~models.Q(answer="")),
                name="an_answered_request_says_something",
            )
        ]
        indexes = [
            models.Index(
                fields=["organization", "asked_at"],
                condition=models.Q(answered_at__isnull=True),
                name="open_requests_to_the_vendor",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_category_display()} ({self.asked_at:%Y-%m-%d})"


class FindingLook(models.Model):
    """When the detectors of findings last looked at an organization, and on which day of its own.

    Written set-based by the scan of findings, which looks once a day, and again when something
    came that cannot wait (`signals.services.findings_scan`).
    """

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, primary_key=True)
    looked_on = models.DateField()
    looked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.organization_id} {self.looked_on}"
