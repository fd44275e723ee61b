"""That something about an organization changed: a log for those who remember or look again."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization


class OrganizationChange(models.Model):
    """One transaction changed what is known about an organization, in one respect.

    Written by triggers on the tables of people, seats, contracts and answers to signals, and by the
    rollup when it moved who is active; insert-only, so that nobody waits for anybody. The column
    `xid`, which only the database writes, holds the writing transaction: readers ask for what their
    last snapshot did not show. Rows are forgotten after a while (`seats.services.changes`); who was
    away for longer looks at everything again.
    """

    class Topic(models.TextChoices):
        ACCESS = "access", _("people and seats")
        POOL = "pool", _("seats that there are")
        USAGE = "usage", _("usage")
        CONTRACT = "contract", _("contract")
        SIGNALS = "signals", _("answers to signals")

    organization: Any = models.ForeignKey(
        Organization,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    topic = models.CharField(max_length=10, choices=Topic)

    def __str__(self) -> str:
        return f"{self.organization_id} {self.topic}"
