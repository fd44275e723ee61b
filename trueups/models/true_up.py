"""The true-up of one organization for one quarter, and the notices that announce it."""

import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from billing.domain.period import Period
from billing.models import Subscription
from trueups.domain import states
from trueups.domain.terms import Terms, terms_from_json


class TrueUp(models.Model):
    """What one quarter of one organization amounts to; `trueups.domain.states` says what follows.

    `quarter` is `[start, end)` in UTC, cut at midnights of `time_zone`; no two of an organization
    overlap. `terms` are those that the quarter began under. From the snapshot on: `purchased_seats`
    are those at the end of the quarter, `peak_seats` the most that counted at once (at `peak_at`),
    `overage_seats` what of them is above everything bought until now, `share` ("3/4") what is left
    of `term`. Amounts are minor units of `currency`, without tax, discount taken off; a credit is
    negative. They follow decisions and purchases until the signature fixes them.
    """

    class State(models.TextChoices):
        SCHEDULED = states.State.SCHEDULED.value, _("scheduled")
        NOTICED = states.State.NOTICED.value, _("announced")
        IN_REVIEW = states.State.IN_REVIEW.value, _("in review")
        WITH_FINANCE = states.State.WITH_FINANCE.value, _("with finance")
        RETURNED = states.State.RETURNED.value, _("returned to customer")
        SIGNED = states.State.SIGNED.value, _("signed")
        SETTLING = states.State.SETTLING.value, _("being settled")
        SETTLED = states.State.SETTLED.value, _("settled")
        STOPPED = states.State.STOPPED.value, _("stopped")
        VOID = states.State.VOID.value, _("void")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="true_ups"
    )
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reference = models.CharField(_("quarter"), max_length=20)
    quarter = DateTimeRangeField(default_bounds="[)")
    time_zone = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.SCHEDULED)
    policy = models.CharField(_("policy"), max_length=10)
    terms = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    # The snapshot.
    snapshot_at = models.DateTimeField(null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    term = DateTimeRangeField(default_bounds="[)", null=True, blank=True)
    share = models.CharField(_("share of the term"), max_length=60, blank=True)
    discount_basis_points = models.PositiveIntegerField(default=0)
    purchased_seats = models.PositiveIntegerField(_("purchased seats"), default=0)
    assigned_seats = models.PositiveIntegerField(_("assigned seats"), default=0)
    peak_seats = models.PositiveIntegerField(_("most seats at once"), default=0)
    peak_at = models.DateTimeField(null=True, blank=True)
    counted_overage = models.PositiveIntegerField(_("overage as counted"), default=0)
    overage_seats = models.PositiveIntegerField(_("overage"), default=0)
    inactive_people = models.PositiveIntegerField(_("inactive people"), default=0)

    # Amounts, kept by `services.amounts.recalculate`.
    overage_minor = models.BigIntegerField(_("overage"), default=0)
    removal_minor = models.BigIntegerField(_("credit for removals"), default=0)
    total_minor = models.BigIntegerField(_("total"), default=0)
    recalculated_at = models.DateTimeField(null=True, blank=True)

    problem = models.CharField(_("why it cannot be signed"), max_length=40, blank=True)

    # The review.
    review_until = models.DateTimeField(_("review until"), null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    submitted_by_label = models.CharField(max_length=200, blank=True)
    is_default_applied = models.BooleanField(default=False)

    # Finance.
    returned_at = models.DateTimeField(null=True, blank=True)
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    returned_by_label = models.CharField(max_length=200, blank=True)
    return_reason = models.CharField(_("returned because"), max_length=500, blank=True)
    waived_seats = models.PositiveIntegerField(_("seats waived"), default=0)
    waived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    waived_by_label = models.CharField(max_length=200, blank=True)
    waive_reason = models.CharField(_("waived because"), max_length=500, blank=True)
    signed_at = models.DateTimeField(_("signed at"), null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_by_label = models.CharField(max_length=200, blank=True)
    needs_second_signature = models.BooleanField(default=False)
    second_signed_at = models.DateTimeField(_("signed a second time at"), null=True, blank=True)
    second_signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    second_signed_by_label = models.CharField(max_length=200, blank=True)
    po_number = models.CharField(_("purchase order number"), max_length=30, blank=True)
    renewal_planned_at = models.DateTimeField(null=True, blank=True)
    settling_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stop_reason = models.CharField(_("stopped because"), max_length=500, blank=True)
    void_reason = models.CharField(_("void because"), max_length=500, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-quarter"]
        constraints = [
            ExclusionConstraint(
                name="true_ups_of_an_organization_do_not_overlap",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    ("quarter", RangeOperators.OVERLAPS),
                ],
            ),
            models.UniqueConstraint(
                fields=["organization", "reference"],
                name="one_true_up_per_organization_and_quarter",
            ),
            models.CheckConstraint(
                condition=Q(quarter__startswith__isnull=False, quarter__endswith__isnull=False)
                & Q(quarter__isempty=False),
                name="a_quarter_has_two_ends",
            ),
            models.CheckConstraint(
                condition=Q(total_minor=F("overage_minor") + F("removal_minor"))
                & Q(overage_minor__gte=0, removal_minor__lte=0),
                name="a_true_up_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["scheduled", "noticed", "void"])
                | Q(snapshot_at__isnull=False),
                name="a_review_has_its_snapshot",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["signed", "settling"]) | Q(signed_at__isnull=False),
                name="a_signature_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="settling")
                | Q(needs_second_signature=False)
                | Q(second_signed_at__isnull=False),
                name="two_people_sign_what_needs_two",
            ),
            models.CheckConstraint(
                condition=Q(second_signed_by__isnull=True) | ~Q(second_signed_by=F("signed_by")),
                name="nobody_signs_twice",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "review_until"], name="true_ups_by_deadline"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def period(self) -> Period:
        """The quarter as the domain computes with it."""
        return Period(self.quarter.lower, self.quarter.upper)

    @property
    def current_state(self) -> states.State:
        """The state as the domain knows it."""
        return states.State(self.state)

    @property
    def is_under_review(self) -> bool:
        """Whether the customer decides."""
        return self.current_state in states.UNDER_REVIEW

    def agreed(self) -> Terms:
        """Return the terms of the quarter as the domain computes with them."""
        return terms_from_json(self.terms)


class TrueUpNotice(models.Model):
    """An announcement or a reminder; unique per true-up and step, so that none is repeated.

    Steps: "ahead-28", "review" (it begins), "reminder", "returned-1", "settled". A step that was
    overtaken by a more urgent one is kept as skipped and never sent.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    true_up = models.ForeignKey(TrueUp, on_delete=models.PROTECT, related_name="notices")
    step = models.CharField(max_length=20)
    at = models.DateTimeField()
    is_skipped = models.BooleanField(default=False)
    recipients = ArrayField(models.EmailField(), default=list)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "true_up", "step"],
                name="one_notice_per_true_up_and_step",
            )
        ]

    def __str__(self) -> str:
        return self.step
