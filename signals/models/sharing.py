"""Shared accounts: what is kept of events, the scores, the cases, and what people answered.

`SharingDay` is the only table that grows with usage; it holds no address and no agent, only keys.
A day is a day of UTC. Who reads: the organization itself. The vendor's staff never sees days,
devices or single members, but the sums of `SharingOverview`.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organization
from signals.domain.sharing.ladder import Step
from signals.domain.sharing.state import SLOTS_PER_DAY


def _reference(to: type[models.Model]) -> Any:
    return models.ForeignKey(
        to, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )


class SlotsField(models.TextField):  # type: ignore[type-arg]
    """One bit for each 5 minutes of a day; read and written in SQL alone."""

    def db_type(self, connection: Any) -> str:
        """Return the type of PostgreSQL."""
        return f"bit({SLOTS_PER_DAY})"


class SharingSecret(models.Model):
    """The random half of an organization's secret for one epoch of 90 days.

    The other half is the deployment's own (`SHARING_KEY`), so a copy of the database cannot join
    keys with addresses. Deleting the row makes the epoch's keys meaningless for good.
    """

    pk = models.CompositePrimaryKey("organization", "epoch")
    organization = _reference(Organization)
    epoch = models.IntegerField()
    seed = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.organization_id} {self.epoch}"


class SharingDay(models.Model):
    """One day of one device at one place of one member, under the keys of an epoch.

    Rows live 35 days behind the organization's last day. Where the facts of one row disagree the
    smallest stands (`signals.domain.sharing.state`).
    """

    pk = models.CompositePrimaryKey("organization", "epoch", "membership", "day", "device", "place")
    organization = _reference(Organization)
    epoch = models.IntegerField()
    membership = _reference(Membership)
    day = models.DateField()
    device = models.UUIDField()
    place = models.UUIDField()
    slots = SlotsField()
    form = models.CharField(max_length=10, db_collation="C")
    system = models.CharField(max_length=12, db_collation="C")
    browser = models.CharField(max_length=12, db_collation="C")
    network_class = models.CharField(max_length=12, db_collation="C")
    network = models.BigIntegerField()
    cell_latitude = models.SmallIntegerField(null=True)
    cell_longitude = models.SmallIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.membership_id} {self.day}"


class SharingOverview(models.Model):
    """One organization: how far its usage is taken in and scored, and what it adds up to.

    `changed_at` is set while usage came in that no run has seen. `expected_unpaid` is the sum of
    probability x people without a seat; `is_alert` from 1.0.
    """

    organization: Any = models.OneToOneField(
        Organization, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    last_day = models.DateField()
    filled_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)
    scored_on = models.DateField(null=True)
    scored_at = models.DateTimeField(null=True)
    members = models.PositiveIntegerField(default=0)
    watched = models.PositiveIntegerField(default=0)
    counted = models.PositiveIntegerField(default=0)
    expected_unpaid = models.FloatField(default=0.0)
    is_alert = models.BooleanField(default=False)
    kinds = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.organization_id} {self.last_day}"


class StepChoice(models.IntegerChoices):
    """`Step` for people."""

    NONE = Step.NONE.value, _("nothing to see")
    WATCHED = Step.WATCHED.value, _("on the watch list")
    COUNTED = Step.COUNTED.value, _("counted for the organization")
    NAMED = Step.NAMED.value, _("named to the organization's admin")
    MEASURED = Step.MEASURED.value, _("measures, if the organization switched them on")


class SharingScore(models.Model):
    """The last score of one member, and where the ladder stands; replaced by the next run.

    `evidence` lists kind, amount, count and weight, the heaviest first.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE)
    scored_on = models.DateField()
    scored_at = models.DateTimeField()
    probability = models.FloatField()
    at_least = models.PositiveSmallIntegerField()
    about = models.PositiveSmallIntegerField()
    unpaid = models.FloatField(default=0.0)
    step = models.PositiveSmallIntegerField(choices=StepChoice, default=Step.NONE.value)
    runs_above = models.PositiveIntegerField(default=0)
    runs_below = models.PositiveIntegerField(default=0)
    standing_on = models.DateField()
    evidence = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "membership"], name="one_sharing_score_per_member"
            )
        ]
        indexes = [
            models.Index(
                fields=["organization", "-probability"],
                condition=Q(step__gte=1),
                name="sharing_scores_to_watch",
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership_id}: {self.probability:.2f}"


class SharingCase(models.Model):
    """An account that looks shared, from the day it is named to the organization's admin.

    open -> answered (somebody said what it is)
         -> cleared  (the probability stayed low, or nobody uses the account any more)

    One open case per member. Evidence is deleted 30 days after the case closed. An answered member
    is left alone until `quiet_until`, or until the evidence weighs twice `weight_at_answer`.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ANSWERED = "answered", _("answered")
        CLEARED = "cleared", _("cleared")

    class Answer(models.TextChoices):
        ONE_PERSON = "one_person", _("one person")
        ROLE_ACCOUNT = "role_account", _("a role account")
        DEVICE_IS_MINE = "device_is_mine", _("the device belongs to the same person")
        SEATS_GIVEN = "seats_given", _("each person gets a seat")

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    first_day = models.DateField()
    last_day = models.DateField()
    probability = models.FloatField()
    at_least = models.PositiveSmallIntegerField()
    about = models.PositiveSmallIntegerField()
    step = models.PositiveSmallIntegerField(choices=StepChoice)
    evidence = models.JSONField(default=list)
    # Memberships that work with the account, as an admin named them to give each a seat.
    people = ArrayField(models.BigIntegerField(), default=list)
    answer = models.CharField(max_length=20, choices=Answer, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by_label = models.CharField(max_length=200, blank=True)
    weight_at_answer = models.FloatField(default=0.0)
    quiet_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-probability", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "membership"],
                condition=Q(state="open"),
                name="one_open_sharing_case_per_member",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="a_closed_sharing_case_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(state="answered") | Q(answer=""),
                name="only_an_answered_sharing_case_has_an_answer",
            ),
        ]
        indexes = [models.Index(fields=["organization", "membership"])]

    def __str__(self) -> str:
        return str(self.membership)

    @property
    def shown_probability(self) -> float:
        """The probability for people: nothing is certain."""
        return min(self.probability, 0.99)

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered and the condition holds."""
        return self.state == self.State.OPEN


class SharingOwnDevice(models.Model):
    """A device that an admin said belongs to the member; it is left out while its key lives."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE)
    epoch = models.IntegerField()
    device = models.UUIDField()
    said_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "membership", "epoch", "device"],
                name="one_own_device_per_member_and_key",
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} {self.said_at:%Y-%m-%d}"


class SharingPolicy(models.Model):
    """What an organization lets its own accounts be asked at sign-in, from probability 0.90.

    Off unless an admin chose otherwise; nobody is ever blocked by it.
    """

    class Measure(models.TextChoices):
        OFF = "off", _("nothing")
        NUDGE = "nudge", _("a friendly note")
        STEP_UP = "step_up", _("a second proof at sign-in")
        CAP = "cap", _("a limit of open sessions")

    organization: Any = models.OneToOneField(
        Organization, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    measure = models.CharField(max_length=10, choices=Measure, default=Measure.OFF)
    sessions = models.PositiveSmallIntegerField(_("open sessions"), default=2)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.get_measure_display())


class SharingLabel(models.Model):
    """What somebody answered about a case, with the evidence as numbers: material for a refit.

    Names no member: `is_shared` and the amounts by kind are all that a fit needs.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    answered_at = models.DateTimeField()
    answer = models.CharField(max_length=20, choices=SharingCase.Answer)
    is_shared = models.BooleanField()
    probability = models.FloatField()
    amounts = models.JSONField(default=dict)

    class Meta:
        ordering = ["answered_at", "id"]

    def __str__(self) -> str:
        return f"{self.answer} {self.answered_at:%Y-%m-%d}"
