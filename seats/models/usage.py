"""Usage: raw events, what is counted from them, and how far the counting has come.

Events arrive through `seats.ingest`; the rollup alone writes the tables counted from them. A day is
a day of UTC, so that moving an organization to another time zone never counts a day anew. The
tables hold no foreign keys in the database: they are written set-based over all organizations.
"""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organization


def _reference(to: type[models.Model]) -> Any:
    return models.ForeignKey(
        to, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )


class UsageEvent(models.Model):
    """One thing a person did in the vendor's product, as reported.

    The table is partitioned by month of `at`; organization, event id and time together identify an
    event, so a repeated delivery is counted once. The column `xid`, which only the database
    writes, holds the writing transaction: the rollup reads by it (`seats.services.rollup`).
    """

    class Kind(models.TextChoices):
        SIGN_IN = "sign_in", _("sign-in")
        FEATURE = "feature", _("feature used")

    class Network(models.TextChoices):
        RESIDENTIAL = "residential", _("residential")
        MOBILE = "mobile", _("mobile")
        HOSTING = "hosting", _("hosting")
        CORPORATE = "corporate", _("corporate")
        EDUCATION = "education", _("education")
        SATELLITE = "satellite", _("satellite")
        UNKNOWN = "unknown", _("unknown")

    pk = models.CompositePrimaryKey("organization", "event_id", "at")
    organization = _reference(Organization)
    event_id = models.CharField(max_length=200)
    at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)
    member = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=Kind)
    feature = models.CharField(max_length=200, blank=True)
    quantity = models.BigIntegerField(default=1)
    outcome_kind = models.CharField(max_length=100, blank=True)
    outcome_value = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    session_id = models.CharField(max_length=200, blank=True)
    device_id = models.CharField(max_length=200, blank=True)
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=1000, blank=True)
    country = models.CharField(max_length=2, blank=True)
    city = models.CharField(max_length=120, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    asn = models.BigIntegerField(null=True)
    network = models.CharField(max_length=20, choices=Network, blank=True)

    def __str__(self) -> str:
        return f"{self.event_id} {self.kind}"


class Feature(models.Model):
    """A feature of the vendor's product as an organization's events name it."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    name = models.CharField(_("feature"), max_length=200)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"], name="one_feature_per_organization_and_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ActivityDay(models.Model):
    """That a person was active on a day: sign-ins and foreground actions, all features together."""

    pk = models.CompositePrimaryKey("organization", "day", "membership")
    organization = _reference(Organization)
    day = models.DateField()
    membership = _reference(Membership)
    sign_ins = models.BigIntegerField(default=0)
    actions = models.BigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "membership", "day"], name="days_of_a_member")
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} {self.day}"


class UsageDay(models.Model):
    """How often a person used a feature on a day: events, and the sum of their quantities."""

    pk = models.CompositePrimaryKey("organization", "day", "membership", "feature")
    organization = _reference(Organization)
    day = models.DateField()
    membership = _reference(Membership)
    feature = _reference(Feature)
    events = models.BigIntegerField(default=0)
    quantity = models.BigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(
                fields=["organization", "membership", "day"], name="usage_days_of_a_member"
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} {self.feature_id} {self.day}"


class OutcomeDay(models.Model):
    """What came of a person's use of a feature on a day: the sum of one kind of outcome."""

    pk = models.CompositePrimaryKey("organization", "day", "membership", "feature", "kind")
    organization = _reference(Organization)
    day = models.DateField()
    membership = _reference(Membership)
    feature = _reference(Feature)
    kind = models.CharField(max_length=100)
    events = models.BigIntegerField(default=0)
    value = models.DecimalField(max_digits=24, decimal_places=4, default=0)

    def __str__(self) -> str:
        return f"{self.membership_id} {self.kind} {self.day}"


class MemberFeature(models.Model):
    """Which features a person has ever used, and from when to when."""

    pk = models.CompositePrimaryKey("organization", "membership", "feature")
    organization = _reference(Organization)
    membership = _reference(Membership)
    feature = _reference(Feature)
    first_day = models.DateField()
    last_day = models.DateField()
    events = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.membership_id} {self.feature_id}"


class MemberActivity(models.Model):
    """When a person was first and last active; `last_active_at` decides who counts as active."""

    pk = models.CompositePrimaryKey("organization", "membership")
    organization = _reference(Organization)
    membership = _reference(Membership)
    first_active_at = models.DateTimeField()
    last_active_at = models.DateTimeField()
    last_sign_in_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # With the person, so that counting the active reads nothing else.
            models.Index(
                fields=["organization", "last_active_at"],
                include=["membership"],
                name="active_people_by_recency",
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} {self.last_active_at:%Y-%m-%d}"


class UtilizationDay(models.Model):
    """An organization's seats and active people as a day of UTC ended (today: as they stand now).

    `active_1`, `active_7` and `active_28` count people active in the last day, week and 28 days. A
    row that was counted before its day had ended is counted once more afterwards, and again when
    it `is_due`: usage of that day or of the 27 before it came late. Kept for years.
    """

    pk = models.CompositePrimaryKey("organization", "day")
    organization = _reference(Organization)
    day = models.DateField()
    purchased = models.PositiveIntegerField(default=0)
    assigned = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)
    people = models.PositiveIntegerField(default=0)
    active_1 = models.PositiveIntegerField(default=0)
    active_7 = models.PositiveIntegerField(default=0)
    active_28 = models.PositiveIntegerField(default=0)
    active_unseated = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField(default=timezone.now)
    is_due = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["organization", "day"],
                condition=models.Q(is_due=True),
                name="days_to_count_again",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.active_28} of {self.purchased}"

    @property
    def overage(self) -> int:
        """Assigned seats that were not purchased."""
        return max(self.assigned - self.purchased, 0)


class SegmentDay(models.Model):
    """The same of one department, region or level as a day ended; all of a dimension add up.

    `value` is the id of the department or region, or the level itself (the person's title); empty
    for people who have none. `name` is what it was called when it was counted. People are counted
    where they are when the day is counted: who worked where is not kept as history.
    """

    class Dimension(models.TextChoices):
        DEPARTMENT = "department", _("department")
        REGION = "region", _("region")
        LEVEL = "level", _("level")

    pk = models.CompositePrimaryKey("organization", "dimension", "day", "value")
    organization = _reference(Organization)
    dimension = models.CharField(max_length=10, choices=Dimension)
    day = models.DateField()
    value = models.CharField(max_length=150, blank=True)
    name = models.CharField(max_length=150, blank=True)
    people = models.PositiveIntegerField(default=0)
    assigned = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)
    active_28 = models.PositiveIntegerField(default=0)
    active_unseated = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.day} {self.name}: {self.active_28} of {self.people}"


class RollupWatermark(models.Model):
    """How far the rollup has counted: every event written by an earlier transaction is in.

    One row, moved in the transaction that counts. Transaction numbers belong to one database
    server: after a restore into another the watermark is set anew.
    """

    name = models.CharField(max_length=40, primary_key=True)
    xid = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.name}: {self.xid}"
