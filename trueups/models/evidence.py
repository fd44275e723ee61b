"""What a true-up rests on: the high water of each day, and what each person did."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organization
from trueups.models.true_up import TrueUp


class HighWaterDay(models.Model):
    """The most seats that were assigned at once on a day of the organization's time zone.

    `overage_high` is the most by which assigned seats exceeded the purchased ones at one moment of
    the day; purchases later in the quarter are not in it. Written set-based over all organizations,
    so it holds no foreign key in the database; it can be counted anew from the assignments and the
    ledger at any time.
    """

    pk = models.CompositePrimaryKey("organization", "day")
    organization = models.ForeignKey(
        Organization,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    day = models.DateField()
    assigned_high = models.PositiveIntegerField(default=0)
    overage_high = models.PositiveIntegerField(default=0)
    purchased_at_end = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(overage_high__lte=models.F("assigned_high")),
                name="no_more_over_than_assigned",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.assigned_high}"


class PersonEvidence(models.Model):
    """One person with a seat at the end of the quarter: what they did, and what was decided.

    `active_days` are days of the window before the quarter's end; `features` lists
    `{"name", "days", "events"}`, the most used first. Who is inactive under hybrid terms is decided
    on: undecided until the customer or the default of the contract decides.
    """

    class Decision(models.TextChoices):
        UNDECIDED = "undecided", _("to decide")
        KEEP = "keep", _("keeps the seat")
        REMOVE = "remove", _("is removed")

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    true_up = models.ForeignKey(TrueUp, on_delete=models.PROTECT, related_name="people")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=250)
    department = models.CharField(_("department"), max_length=120, blank=True)
    assigned_since = models.DateTimeField(_("assigned since"))
    last_active_on = models.DateField(_("last active"), null=True, blank=True)
    active_days = models.PositiveSmallIntegerField(_("active days"), default=0)
    features = models.JSONField(default=list)
    is_inactive = models.BooleanField(_("inactive"), default=False)
    is_offered = models.BooleanField(_("may be removed"), default=False)
    decision = models.CharField(
        _("decision"), max_length=10, choices=Decision, default=Decision.UNDECIDED
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_by_label = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "true_up", "membership"],
                name="one_row_of_evidence_per_person",
            ),
            models.CheckConstraint(
                condition=~Q(decision="remove") | Q(is_offered=True),
                name="only_the_inactive_are_removed",
            ),
            models.CheckConstraint(
                condition=Q(decision="undecided") | Q(decided_at__isnull=False),
                name="a_decision_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LockOut(models.Model):
    """A person who was removed: whose seat comes back with its charge until `until`.

    `seats` is 1 where a seat was given up for the person now (0 where it goes at the renewal, or
    stays for the commitment); `credit_minor` (not negative) is this person's part of the removal
    line, and the parts sum to the line. A return before `until` restores exactly both, once.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    true_up = models.ForeignKey(TrueUp, on_delete=models.PROTECT, related_name="lock_outs")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(_("removed at"))
    until = models.DateTimeField(_("until"))
    seats = models.PositiveSmallIntegerField(_("seats"), default=0)
    credit_minor = models.BigIntegerField(_("credit"), default=0)
    currency = models.CharField(max_length=3)
    reactivated_at = models.DateTimeField(_("came back at"), null=True, blank=True)
    reactivated_by_label = models.CharField(max_length=200, blank=True)
    is_seated = models.BooleanField(default=False)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-removed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "true_up", "membership"],
                name="one_lock_out_per_person_and_true_up",
            ),
            models.CheckConstraint(
                condition=Q(credit_minor__gte=0), name="a_lock_out_keeps_what_was_credited"
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(reactivated_at__isnull=False),
                name="only_a_return_is_settled",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "membership"],
                condition=Q(reactivated_at__isnull=True),
                name="lock_outs_that_may_end",
            )
        ]

    def __str__(self) -> str:
        return str(self.membership)
