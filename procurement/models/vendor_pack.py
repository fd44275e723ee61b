"""What the vendor tells every customer's procurement: answers with a review date, and contacts."""

from datetime import date

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class VendorAnswer(models.Model):
    """A question that procurement asks of a vendor, with the answer of the day it was reviewed.

    Question and answer are written in English and, where there is one, in the reader's language.
    """

    class Topic(models.TextChoices):
        COMPANY = "company", _("Company")
        INSURANCE = "insurance", _("Insurance")
        SECURITY = "security", _("Security")
        PRIVACY = "privacy", _("Privacy")
        CONTINUITY = "continuity", _("Continuity and support")

    topic = models.CharField(_("topic"), max_length=12, choices=Topic)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    question = models.CharField(_("question"), max_length=300)
    answer = models.TextField(_("answer"), max_length=2000)
    question_de = models.CharField(_("question in German"), max_length=300, blank=True)
    answer_de = models.TextField(_("answer in German"), max_length=2000, blank=True)
    question_id = models.CharField(_("question in Indonesian"), max_length=300, blank=True)
    answer_id = models.TextField(_("answer in Indonesian"), max_length=2000, blank=True)
    reviewed_on = models.DateField(_("reviewed on"))
    review_by = models.DateField(_("review again by"))
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["topic", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(review_by__gt=models.F("reviewed_on")),
                name="an_answer_is_reviewed_again_later",
            ),
        ]

    def __str__(self) -> str:
        return self.question

    def is_stale(self, today: date) -> bool:
        """Tell whether the day to review it again has passed."""
        return self.review_by < today

    def in_language(self, language: str) -> tuple[str, str]:
        """Return question and answer in a language, in English where there is no other."""
        if language == "de" and self.question_de and self.answer_de:
            return self.question_de, self.answer_de
        if language == "id" and self.question_id and self.answer_id:
            return self.question_id, self.answer_id
        return self.question, self.answer


class VendorContact(models.Model):
    """Whom a customer's procurement may write to."""

    class Role(models.TextChoices):
        SALES = "sales", _("Orders and contracts")
        BILLING = "billing", _("Invoices and payments")
        SECURITY = "security", _("Security")
        PRIVACY = "privacy", _("Privacy")
        SUPPORT = "support", _("Support")

    role = models.CharField(_("for"), max_length=10, choices=Role, unique=True)
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"))
    phone = models.CharField(_("phone"), max_length=60, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["role"]

    def __str__(self) -> str:
        return self.name
