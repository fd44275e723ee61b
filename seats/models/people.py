"""The list of people: what it is sorted by, the views that readers keep of it, long exports."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organization


class MemberSummary(models.Model):
    """What an active person did in the 28 days up to the last count (`seats.services.summaries`).

    People who were not active have no row. Written set-based over all organizations, so it holds
    no foreign keys in the database. Each index is an order of the People page.
    """

    pk = models.CompositePrimaryKey("organization", "membership")
    organization = models.ForeignKey(
        Organization,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    membership = models.ForeignKey(
        Membership,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    active_days = models.PositiveSmallIntegerField(default=0)
    features = models.PositiveIntegerField(default=0)
    is_power = models.BooleanField(default=False)
    counted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(
                fields=["organization", "active_days", "membership"], name="summary_by_days"
            ),
            models.Index(
                fields=["organization", "features", "membership"], name="summary_by_features"
            ),
            models.Index(
                fields=["organization", "membership"],
                condition=Q(is_power=True),
                name="summary_of_power_users",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership_id}: {self.active_days} days"


class CountedFigures(models.Model):
    """What the pages of an organization of very many people show, counted ahead; others have none.

    `what` names a count, `figures` is its result as JSON (`seats.selectors.counted`).
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    what = models.CharField(max_length=60)
    figures = models.TextField()
    counted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "what"], name="one_count_per_organization_and_name"
            )
        ]

    def __str__(self) -> str:
        return f"{self.what}, {self.counted_at:%Y-%m-%d %H:%M}"


class SavedView(models.Model):
    """Filters and order of a list under a name; `query` is what follows the "?" of its address.

    Its owner sees it, and with `is_shared` everybody of the organization who may see the list. A
    deleted view is kept, so that a deletion can be taken back.
    """

    class Page(models.TextChoices):
        PEOPLE = "people", _("People")

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=20, choices=Page, default=Page.PEOPLE)
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(max_length=1000, blank=True)
    is_shared = models.BooleanField(_("shared"), default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "organization",
                "owner",
                "page",
                Lower("name"),
                condition=Q(deleted_at__isnull=True),
                name="one_saved_view_per_owner_and_name",
            )
        ]

    def __str__(self) -> str:
        return self.name


class PeopleExport(models.Model):
    """A long list of people that is written to a file in the background, with its progress.

    waiting -> running -> done | failed

    `query` is what followed the "?" of the list. `holds_usage` says that the file tells what single
    people did: it is not handed out any more once the organization shows totals only. Without
    `requested_by` a program asked for it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    query = models.CharField(max_length=1000, blank=True)
    format = models.CharField(max_length=4)
    language = models.CharField(max_length=8)
    time_zone = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    people = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    holds_usage = models.BooleanField(default=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    touched_at = models.DateTimeField(default=timezone.now)
    traceparent = models.CharField(max_length=55, blank=True, default="")

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.format} {self.state}"


class ExportPart(models.Model):
    """A part of the file of an export, in order: every web host can hand it out."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    export = models.ForeignKey(PeopleExport, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "export", "number"], name="one_part_per_number"
            )
        ]

    def __str__(self) -> str:
        return f"part {self.number}"
