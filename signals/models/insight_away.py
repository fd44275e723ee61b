"""Insight cards that an organization put away for a while."""

from django.db import models

from accounts.models import Organization


class InsightAway(models.Model):
    """One kind of card that an organization does not want to see until a moment."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    kind = models.CharField(max_length=30)
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind"], name="one_absence_per_organization_and_insight"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} until {self.until}"
