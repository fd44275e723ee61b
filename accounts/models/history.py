"""What happened, by whom and when; and what the vendor's staff looked at."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.organization import Organization


class HistoryEntry(models.Model):
    """One change of state. Insert-only: a trigger refuses update and delete.

    `organization` is empty for changes of the vendor's own (catalog, staff).
    `actor` is empty when no person acted; `actor_label` always says who or what did.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, blank=True)
    at = models.DateTimeField(default=timezone.now, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_label = models.CharField(_("actor"), max_length=200)
    verb = models.CharField(_("what happened"), max_length=80)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=64)
    object_label = models.CharField(max_length=200, blank=True)
    changes = models.JSONField(default=dict)
    # Where from (`accounts.origin`): nothing for what the product did by itself.
    origin = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["organization", "-at"]),
            models.Index(fields=["organization", "object_type", "object_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {self.object_label}"


class StaffAccess(models.Model):
    """One read of customers' data by the vendor's staff; shown to the organization that was read.

    `organization` is empty where a page lists many (a portfolio, all invoices).
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, null=True, blank=True)
    at = models.DateTimeField(default=timezone.now, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    actor_label = models.CharField(max_length=200)
    page = models.CharField(max_length=200)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["organization", "-at"])]

    def __str__(self) -> str:
        return f"{self.actor_label}: {self.page}"


class HistorySeal(models.Model):
    """One link of the chain over an organization's history (`accounts.domain.chain`).

    Written by the pipeline role alone. `entry_id` is no foreign key, so that an entry that was
    deleted is missed. `salt` is empty when what names people in the entry was erased.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, null=True, blank=True)
    entry_id = models.BigIntegerField(db_index=True)
    position = models.PositiveBigIntegerField()
    salt = models.CharField(max_length=32, blank=True)
    labels_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "position"],
                nulls_distinct=False,
                name="one_seal_per_organization_and_position",
            ),
            models.UniqueConstraint(
                fields=["organization", "entry_id"],
                nulls_distinct=False,
                name="one_seal_per_organization_and_entry",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.digest[:12]}"


class HistoryCheck(models.Model):
    """What the last walk along an organization's chain found; `problem` is empty when it held."""

    organization = models.OneToOneField(
        Organization, on_delete=models.CASCADE, null=True, blank=True
    )
    checked_at = models.DateTimeField()
    sealed_until = models.DateTimeField(null=True)
    entries = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)
    problem = models.TextField(blank=True)

    class Meta:
        ordering = ["-checked_at"]

    def __str__(self) -> str:
        return self.problem or f"{self.entries} entries"
