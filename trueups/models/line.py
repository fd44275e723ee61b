"""The proposed lines of a true-up, and what is said about each."""

from fractions import Fraction

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from trueups.models.true_up import TrueUp


class TrueUpLine(models.Model):
    """One line: seats from and to, the share of the term, the amount and its arithmetic.

    One line per kind and effect; it is written again in place while decisions change, so that
    comments stay with it. `amount_minor` is net of tax and discount, a credit below zero. A removal
    below the committed baseline waits for the renewal (`takes_effect`) and credits nothing.
    `arithmetic` (`trueups.domain.arithmetic`) says per tier how the amount came about.
    """

    class Kind(models.TextChoices):
        OVERAGE = "overage", _("overage")
        REMOVAL = "removal", _("removal")

    class Effect(models.TextChoices):
        NOW = "now", _("when it is settled")
        RENEWAL = "renewal", _("at the renewal")
        NOTHING = "nothing", _("nothing is left of the term")

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    true_up = models.ForeignKey(TrueUp, on_delete=models.PROTECT, related_name="lines")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    takes_effect = models.CharField(_("takes effect"), max_length=10, choices=Effect)
    seats_from = models.PositiveIntegerField(_("seats from"))
    seats_to = models.PositiveIntegerField(_("seats to"))
    share = models.CharField(_("share of the term"), max_length=60)
    amount_minor = models.BigIntegerField(_("amount"))
    currency = models.CharField(max_length=3)
    arithmetic = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["kind", "takes_effect"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "true_up", "kind", "takes_effect"],
                name="one_line_per_true_up_kind_and_effect",
            ),
            models.CheckConstraint(
                condition=(Q(kind="overage", seats_to__gte=F("seats_from"), amount_minor__gte=0))
                | Q(kind="removal", seats_to__lte=F("seats_from"), amount_minor__lte=0),
                name="overage_is_charged_and_removal_credited",
            ),
            models.CheckConstraint(
                condition=Q(takes_effect="now") | Q(amount_minor=0),
                name="what_waits_costs_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.seats_from}-{self.seats_to}"

    @property
    def seats_delta(self) -> int:
        """How many seats the line adds, or takes away when negative."""
        return self.seats_to - self.seats_from

    @property
    def share_fraction(self) -> Fraction:
        """The exact share of the term's price."""
        return Fraction(self.share)


class LineComment(models.Model):
    """A remark on a line, or a dispute of it: open -> answered | withdrawn.

    Only the customer disputes and withdraws; only the vendor's finance answers. A remark is closed
    from the start.
    """

    class Kind(models.TextChoices):
        COMMENT = "comment", _("comment")
        DISPUTE = "dispute", _("dispute")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ANSWERED = "answered", _("answered")
        WITHDRAWN = "withdrawn", _("withdrawn")
        NOTED = "noted", _("noted")

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    line = models.ForeignKey(TrueUpLine, on_delete=models.PROTECT, related_name="comments")
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State)
    text = models.CharField(_("text"), max_length=1000)
    is_by_vendor = models.BooleanField(default=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    author_label = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)
    answer = models.CharField(_("answer"), max_length=1000, blank=True)
    answered_by_label = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="dispute", state__in=["open", "answered", "withdrawn"])
                | Q(kind="comment", state="noted"),
                name="a_dispute_is_open_answered_or_withdrawn",
            ),
            models.CheckConstraint(
                condition=~Q(state="answered") | ~Q(answer=""),
                name="an_answered_dispute_has_its_answer",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:40]
