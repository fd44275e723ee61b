"""How an organization buys: fiscal year, budget windows, lead time, people and papers."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from procurement.domain.calendar import LONGEST_LEAD, USUAL_LEAD, BuyingCalendar, Freeze


class Paper(models.TextChoices):
    """A document that somebody's procurement asks for."""

    QUOTE = "quote", _("quote")
    ORDER_FORM = "order_form", _("order form")
    AMENDMENT = "amendment", _("contract amendment")
    VENDOR_PACK = "vendor_pack", _("vendor information")
    PO_ON_INVOICE = "po_on_invoice", _("order number on invoices")


class ProcurementProfile(models.Model):
    """One row an organization; `version` counts its changes, those of its freezes too.

    The calendar of an organization without a row is the one of an empty profile.
    """

    organization = models.OneToOneField(
        Organization, on_delete=models.PROTECT, primary_key=True, related_name="procurement_profile"
    )
    fiscal_start_month = models.PositiveSmallIntegerField(_("fiscal year starts in"), default=1)
    budget_months = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    lead_days = models.PositiveSmallIntegerField(_("lead time in days"), default=USUAL_LEAD)
    contact_name = models.CharField(_("procurement contact"), max_length=200, blank=True)
    contact_email = models.EmailField(_("e-mail"), blank=True)
    contact_phone = models.CharField(_("phone"), max_length=60, blank=True)
    cost_centres = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    papers = ArrayField(
        models.CharField(max_length=20, choices=Paper.choices), default=list, blank=True
    )
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    changed_by_label = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(fiscal_start_month__gte=1, fiscal_start_month__lte=12),
                name="a_fiscal_year_starts_in_a_month",
            ),
            models.CheckConstraint(
                condition=Q(lead_days__lte=LONGEST_LEAD), name="a_lead_time_is_a_year_at_most"
            ),
        ]

    def __str__(self) -> str:
        return str(self.organization)

    def calendar(self, freezes: list["ProcurementFreeze"]) -> BuyingCalendar:
        """Return the profile as the domain decides with it."""
        return BuyingCalendar(
            self.fiscal_start_month,
            self.lead_days,
            frozenset(self.budget_months),
            tuple(freeze.as_freeze() for freeze in freezes),
        )


class ProcurementFreeze(models.Model):
    """Days, first and last included, on which an organization buys nothing."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    name = models.CharField(_("name"), max_length=80)
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    every_year = models.BooleanField(_("every year"), default=True)

    class Meta:
        ordering = ["first_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_on__gte=models.F("first_on")),
                name="a_freeze_does_not_end_before_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["organization"])]

    def __str__(self) -> str:
        return self.name

    def as_freeze(self) -> Freeze:
        """Return it as the domain's own."""
        return Freeze(self.first_on, self.last_on, self.every_year, self.name)


class ProfileProposal(models.Model):
    """What the account manager proposes to write in the profile; the customer decides.

    open -> accepted | declined | withdrawn. `proposed` has the form of `ProfileDetails`.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT)
    proposed = models.JSONField()
    note = models.CharField(_("why"), max_length=500)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    proposed_by_label = models.CharField(max_length=200)
    proposed_at = models.DateTimeField(default=timezone.now)
    answered_by_label = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(state="open"),
                name="one_open_profile_proposal_per_organization",
            ),
        ]

    def __str__(self) -> str:
        return self.note
