"""A purchase that waits for the customer's own approval, and everything that hangs on it."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organization
from billing.hooks import OrderKind
from billing.models import Price, Purchase, Quote, ScheduledChange, SubscriptionStart
from procurement.domain.approving import Case, Decider
from procurement.domain.repricing import Priced
from procurement.domain.request import ENDED, RequestState
from procurement.domain.rules import Step, steps_from_json

ENDED_STATES = tuple(sorted(state.value for state in ENDED))


class PurchaseRequest(models.Model):
    """One request; its states are in `procurement.domain.request`.

    The figures are those that were approved: of `quote` for a purchase, computed for a plan of the
    renewal or a start. `chain` is frozen when the request is made or asked again; `step` counts
    from 0 and is the one that is waited for, or the number of steps once all approved. `round`
    counts from 1: asking again after the price moved begins the chain anew. `differences` says
    what moved when it was sent back. `waiting_entry_ids` are those of the waiting list that it was
    made for, in order: they are seated when it is bought.
    """

    class State(models.TextChoices):
        WAITING = RequestState.WAITING.value, _("waiting for approval")
        APPROVED = RequestState.APPROVED.value, _("approved")
        BUYING = RequestState.BUYING.value, _("being bought")
        BOUGHT = RequestState.BOUGHT.value, _("bought")
        SENT_BACK = RequestState.SENT_BACK.value, _("sent back")
        DECLINED = RequestState.DECLINED.value, _("declined")
        WITHDRAWN = RequestState.WITHDRAWN.value, _("withdrawn")
        EXPIRED = RequestState.EXPIRED.value, _("expired")

    class Kind(models.TextChoices):
        PURCHASE = OrderKind.PURCHASE.value, _("purchase")
        RENEWAL = OrderKind.RENEWAL.value, _("change at the renewal")
        START = OrderKind.START.value, _("start of a subscription")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.PURCHASE)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    requester = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="purchase_requests"
    )
    asked_through = models.CharField(max_length=200, blank=True)
    reason = models.TextField(_("business reason"), max_length=2000)
    cost_centre = models.CharField(_("cost centre"), max_length=60, blank=True)
    po_number = models.CharField(_("purchase order number"), max_length=30, blank=True)
    policy = models.ForeignKey(
        "procurement.ApprovalPolicy", on_delete=models.PROTECT, related_name="+"
    )
    chain = models.JSONField()
    step = models.PositiveSmallIntegerField(default=0)
    round = models.PositiveSmallIntegerField(default=1)
    is_escalated = models.BooleanField(default=False)
    quote = models.ForeignKey(Quote, on_delete=models.PROTECT, null=True, related_name="+")
    price = models.ForeignKey(Price, on_delete=models.PROTECT, null=True, related_name="+")
    quantity_from = models.PositiveIntegerField()
    quantity_to = models.PositiveIntegerField()
    currency = models.CharField(_("currency"), max_length=3)
    amount_minor = models.BigIntegerField(_("amount that counts"))
    now_minor = models.BigIntegerField(_("charged now"))
    recurring_minor = models.BigIntegerField(_("next invoice"))
    annual_minor = models.BigIntegerField(_("more a year"))
    differences = models.JSONField(default=list)
    bought_quote = models.ForeignKey(Quote, on_delete=models.PROTECT, null=True, related_name="+")
    purchase = models.ForeignKey(
        Purchase, on_delete=models.PROTECT, null=True, related_name="purchase_requests"
    )
    scheduled_change = models.ForeignKey(
        ScheduledChange, on_delete=models.PROTECT, null=True, related_name="+"
    )
    start = models.ForeignKey(
        SubscriptionStart, on_delete=models.PROTECT, null=True, related_name="+"
    )
    waiting_entry_ids = ArrayField(models.BigIntegerField(), default=list)
    attempts = models.PositiveIntegerField(default=0)
    problem_code = models.CharField(max_length=60, blank=True)
    problem = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False)
    waits_since = models.DateTimeField(default=timezone.now)
    approved_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"))

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "number"],
                name="one_purchase_request_per_organization_and_number",
            ),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(state="buying"),
                name="one_request_is_bought_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(kind="purchase", quote__isnull=False)
                | (~Q(kind="purchase") & Q(quote__isnull=True)),
                name="a_request_for_a_purchase_carries_its_quote",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "buying", "bought"])
                | Q(approved_at__isnull=False),
                name="nothing_is_bought_unapproved",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=ENDED_STATES) & Q(ended_at__isnull=False))
                | (~Q(state__in=ENDED_STATES) & Q(ended_at__isnull=True)),
                name="an_ended_request_has_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-created_at"]),
            models.Index(
                fields=["waits_since"],
                condition=~Q(state__in=ENDED_STATES),
                name="open_purchase_requests",
            ),
        ]

    def __str__(self) -> str:
        return f"R-{self.number}"

    @property
    def seats(self) -> int:
        """The seats that it adds."""
        return self.quantity_to - self.quantity_from

    @property
    def is_ended(self) -> bool:
        """Whether nothing leads on from here."""
        return self.state in ENDED_STATES

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return the chain as the domain's own."""
        return steps_from_json(self.chain)

    def priced(self) -> Priced:
        """Return the figures that were asked for."""
        return Priced(
            currency=self.currency,
            seats_before=self.quantity_from,
            seats_after=self.quantity_to,
            now_minor=self.now_minor,
            recurring_minor=self.recurring_minor,
        )

    def case(self, decisions: "list[ApprovalDecision]") -> Case:
        """Return what deciding needs to know; `decisions` are those of this round."""
        return Case(
            steps=self.steps,
            step=self.step,
            requester_id=self.requester_id,
            taken=tuple(
                Decider(decision.approver_id, decision.instead_of_id) for decision in decisions
            ),
            is_escalated=self.is_escalated,
        )


class ApprovalDecision(models.Model):
    """What somebody decided about one step. Insert-only; one per step and round.

    `instead_of` is who delegated: "Ben for Ada".
    """

    class Verdict(models.TextChoices):
        APPROVED = "approved", _("approved")
        DECLINED = "declined", _("declined")

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    request = models.ForeignKey(PurchaseRequest, on_delete=models.PROTECT, related_name="decisions")
    round = models.PositiveSmallIntegerField()
    step = models.PositiveSmallIntegerField()
    verdict = models.CharField(max_length=10, choices=Verdict)
    approver = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    instead_of = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, related_name="+"
    )
    note = models.CharField(_("note"), max_length=1000, blank=True)
    by_mail_link = models.BooleanField(default=False)
    was_escalated = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ["round", "step"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "request", "round", "step"],
                name="one_decision_per_request_round_and_step",
            ),
            models.UniqueConstraint(
                fields=["organization", "request", "round", "approver"],
                name="nobody_decides_twice_in_one_round",
            ),
            models.CheckConstraint(
                condition=Q(instead_of__isnull=True) | ~Q(instead_of=F("approver")),
                name="nobody_decides_for_themselves",
            ),
        ]

    def __str__(self) -> str:
        return self.verdict


class RequestComment(models.Model):
    """A word on a request. Insert-only."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    request = models.ForeignKey(PurchaseRequest, on_delete=models.PROTECT, related_name="comments")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("comment"), max_length=2000)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.text[:40]


class RequestAttachment(models.Model):
    """A file on a request, in the database: the tenant's row security holds it too. Insert-only."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    request = models.ForeignKey(
        PurchaseRequest, on_delete=models.PROTECT, related_name="attachments"
    )
    name = models.CharField(_("name"), max_length=120)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    added_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.name


class ApprovalLink(models.Model):
    """A mail's way to one step of one request for one person; used once, for a while.

    The address carries this row's id, signed. It opens the page that asks to confirm; only the
    confirmation decides and uses the link up.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    request = models.ForeignKey(PurchaseRequest, on_delete=models.PROTECT, related_name="links")
    round = models.PositiveSmallIntegerField()
    step = models.PositiveSmallIntegerField()
    approver = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return str(self.pk)


class RequestNotice(models.Model):
    """Who was told what about a step, once. Insert-only."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    request = models.ForeignKey(PurchaseRequest, on_delete=models.PROTECT, related_name="notices")
    round = models.PositiveSmallIntegerField()
    step = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12)
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "request", "round", "step", "kind", "member"],
                name="each_is_told_once",
            )
        ]

    def __str__(self) -> str:
        return self.kind
