"""Requests that changed something and carried an Idempotency-Key, with what was answered."""

from django.db import models
from django.utils import timezone

from accounts.models.api_key import ApiKey
from accounts.models.organization import Organization


class IdempotentRequest(models.Model):
    """One request, by the key that its caller chose.

    `claim` names the process at work on it, until `claimed_until`; `answered_at` is null until the
    answer is stored, in the transaction of what the request changed where that is one transaction.
    Without an organization it is a vendor-wide key's.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, null=True, blank=True)
    key = models.CharField(max_length=200)
    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=64)
    claim = models.UUIDField()
    claimed_until = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(default=b"")
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "key"],
                nulls_distinct=False,
                name="one_request_per_idempotency_key",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_at__isnull=True, status__isnull=True)
                | models.Q(answered_at__isnull=False, status__isnull=False),
                name="an_answer_has_a_status",
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotent_requests_by_age")]

    def __str__(self) -> str:
        return self.key
