"""The customer's own approval rules, and who stands in for whom."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organization
from procurement.domain.approving import Delegation
from procurement.domain.rules import Rules


class ApprovalPolicy(models.Model):
    """One version of an organization's rules. Insert-only: a trigger refuses update and delete.

    In force is the version with the highest number among those whose `valid_from` has come; a
    version that switches the rules off is a version as well. `rules` is what
    `procurement.domain.rules.Rules` reads.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    version = models.PositiveIntegerField(_("version"))
    rules = models.JSONField()
    valid_from = models.DateTimeField(_("valid from"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_label = models.CharField(_("by"), max_length=200)

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "version"],
                name="one_approval_policy_per_organization_and_version",
            )
        ]

    def __str__(self) -> str:
        return f"{self.version}"

    def content(self) -> Rules:
        """Return the rules as the domain's own."""
        return Rules.from_json(self.rules)


class ApprovalDelegation(models.Model):
    """Somebody decides for somebody else over a range of days of the organization's time zone.

    `during` is half-open; one that was taken back has `revoked_at` and is in force no more.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    from_member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    to_member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    during = DateTimeRangeField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_label = models.CharField(_("by"), max_length=200)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(from_member=F("to_member")),
                name="nobody_delegates_to_themselves",
            ),
            ExclusionConstraint(
                name="one_delegation_at_a_time",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    ("from_member", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(revoked_at__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["organization", "to_member"])]

    def __str__(self) -> str:
        return f"{self.from_member} – {self.to_member}"

    def delegation(self) -> Delegation:
        """Return it as the domain's own."""
        return Delegation(
            self.from_member_id, self.to_member_id, self.during.lower, self.during.upper
        )
