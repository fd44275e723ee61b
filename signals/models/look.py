"""Where the scan stands: what it has seen, and when it has to look at an organization again."""

from django.db import models

from accounts.models import Organization


class ScanWatermark(models.Model):
    """How far the scan has seen the log of changes: one row, moved when a scan has ended.

    `snapshot` is PostgreSQL's, taken before the scan read anything: what was committed after it is
    new. `looked_at` is the moment that the scan looked at, `full_at` that of the last one that
    looked at every organization. `settings_key` stands for the settings of all detectors.
    """

    NAME = "scan"

    name = models.CharField(max_length=40, primary_key=True)
    snapshot = models.TextField()
    looked_at = models.DateTimeField()
    full_at = models.DateTimeField()
    settings_key = models.CharField(max_length=64)
    organizations = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.looked_at}"


class OrganizationLook(models.Model):
    """When facts about an organization change by the passing of time alone.

    The end of its day, the moment when the first person falls out of the 28 days, an invoice that
    falls due, a quote that expires. Never later than that; earlier does no harm. `facts_key` stands
    for the facts of the last look that was carried out whole: the daily recount passes over whom
    it still fits.

    `active` and `unseated` people were counted at `counted_at`; until `people_change_at` only a
    change of people, of their seats or of usage makes them others. Null where nobody is active.
    """

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, primary_key=True)
    look_again_at = models.DateTimeField(db_index=True)
    facts_key = models.CharField(max_length=32, blank=True, default="")
    active = models.PositiveIntegerField(null=True)
    unseated = models.PositiveIntegerField(null=True)
    people_change_at = models.DateTimeField(null=True)
    counted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.organization_id} {self.look_again_at}"
