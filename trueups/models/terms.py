"""What the contract of an organization says about true-ups."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from trueups.domain import terms


def _notice_days() -> list[int]:
    return list(terms.NOTICE_DAYS)


class TrueUpTerms(models.Model):
    """The terms in force; one row an organization. The history holds every earlier version.

    A quarter keeps the terms that it began under (`TrueUp.terms`), so a change takes effect with
    the next quarter. `enabled_at` is where the first quarter begins.
    """

    class Policy(models.TextChoices):
        STRICT = terms.Policy.STRICT.value, _("every assigned seat counts")
        FLEXIBLE = terms.Policy.FLEXIBLE.value, _("seats of active people count")
        HYBRID = terms.Policy.HYBRID.value, _("every seat counts, inactive people can be removed")

    class ReviewDefault(models.TextChoices):
        KEEP = terms.ReviewDefault.KEEP.value, _("keep everybody")
        REMOVE = terms.ReviewDefault.REMOVE.value, _("remove the inactive")

    class ShareRule(models.TextChoices):
        REMAINING_DAYS = terms.ShareRule.REMAINING_DAYS.value, _("remaining days of the term")
        REMAINING_QUARTERS = (
            terms.ShareRule.REMAINING_QUARTERS.value,
            _("remaining quarters of the term"),
        )

    class QuarterBasis(models.TextChoices):
        TERM = terms.QuarterBasis.TERM.value, _("from the start of the term")
        CALENDAR = terms.QuarterBasis.CALENDAR.value, _("quarters of the fiscal year")

    organization = models.OneToOneField(
        Organization, on_delete=models.PROTECT, primary_key=True, related_name="true_up_terms"
    )
    is_enabled = models.BooleanField(_("true-ups take place"), default=True)
    enabled_at = models.DateTimeField(_("first quarter begins"))
    policy = models.CharField(_("policy"), max_length=10, choices=Policy, default=Policy.HYBRID)
    window_days = models.PositiveSmallIntegerField(_("window in days"), default=28)
    least_active_days = models.PositiveSmallIntegerField(_("active days needed"), default=1)
    counts_sign_ins = models.BooleanField(_("a sign-in is activity"), default=True)
    lock_out_days = models.PositiveSmallIntegerField(_("lock-out in days"), default=30)
    review_days = models.PositiveSmallIntegerField(_("days to review"), default=14)
    review_default = models.CharField(
        _("at the end of the review"),
        max_length=10,
        choices=ReviewDefault,
        default=ReviewDefault.KEEP,
    )
    notice_days = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("notices ahead"), default=_notice_days
    )
    share_rule = models.CharField(
        _("share charged"), max_length=20, choices=ShareRule, default=ShareRule.REMAINING_DAYS
    )
    quarter_basis = models.CharField(
        _("quarters"), max_length=10, choices=QuarterBasis, default=QuarterBasis.TERM
    )
    first_month = models.PositiveSmallIntegerField(_("first month of the fiscal year"), default=1)
    reason = models.CharField(_("reason"), max_length=500)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    approved_by_label = models.CharField(max_length=200)
    approved_at = models.DateTimeField(_("approved at"))

    def __str__(self) -> str:
        return str(self.get_policy_display())

    def terms(self) -> terms.Terms:
        """Return the terms as the domain computes with them."""
        return terms.Terms(
            policy=terms.Policy(self.policy),
            activity=terms.Activity(self.window_days, self.least_active_days, self.counts_sign_ins),
            lock_out_days=self.lock_out_days,
            review_days=self.review_days,
            review_default=terms.ReviewDefault(self.review_default),
            notice_days=tuple(self.notice_days),
            share_rule=terms.ShareRule(self.share_rule),
            quarter_basis=terms.QuarterBasis(self.quarter_basis),
            first_month=self.first_month,
        )
