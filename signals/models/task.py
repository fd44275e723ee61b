"""Expansion tasks: the work of account managers, and what happened to each."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from signals.domain.closing import Barrier, Outcome
from signals.domain.tasks import CLOSED, LIVE, Play, TaskState

LIVE_STATES = tuple(sorted(state.value for state in LIVE))
CLOSED_STATES = tuple(sorted(state.value for state in CLOSED))


class PlayChoice(models.TextChoices):
    """`Play` for people."""

    ADD_SEATS = Play.ADD_SEATS.value, _("add seats")
    NEW_DEPARTMENT = Play.NEW_DEPARTMENT.value, _("win a department")
    ENABLE_CHAMPIONS = Play.ENABLE_CHAMPIONS.value, _("enable champions")
    CONVERT_SHARING = Play.CONVERT_SHARING.value, _("turn shared sign-ins into seats")
    ADOPTION = Play.ADOPTION.value, _("adoption first")
    KEEP_RELATIONSHIP = Play.KEEP_RELATIONSHIP.value, _("keep the relationship")


class OutcomeChoice(models.TextChoices):
    """`Outcome` for people."""

    CUSTOMER_BOUGHT = Outcome.CUSTOMER_BOUGHT.value, _("the customer bought")
    USE_IMPROVED = Outcome.USE_IMPROVED.value, _("more people use it now")
    RELATIONSHIP_KEPT = Outcome.RELATIONSHIP_KEPT.value, _("a new contact is found")
    HANDLED = Outcome.HANDLED.value, _("handled in another way")
    NO_NEED = Outcome.NO_NEED.value, _("no more people are planned")
    NO_BUDGET = Outcome.NO_BUDGET.value, _("there is no budget")
    OTHER_TOOL = Outcome.OTHER_TOOL.value, _("another tool is used")
    FREED_SEATS = Outcome.FREED_SEATS.value, _("they release seats instead")
    NO_ANSWER = Outcome.NO_ANSWER.value, _("nobody answers")
    BUDGET_LATER = Outcome.BUDGET_LATER.value, _("the budget comes later")
    DECISION_PENDING = Outcome.DECISION_PENDING.value, _("a decision is pending")
    BAD_MOMENT = Outcome.BAD_MOMENT.value, _("not the right moment")
    TEST_DATA = Outcome.TEST_DATA.value, _("test accounts")
    PEOPLE_LEFT = Outcome.PEOPLE_LEFT.value, _("the people left already")
    WRONG_FACTS = Outcome.WRONG_FACTS.value, _("the figures are wrong")
    KNOWN_ALREADY = Outcome.KNOWN_ALREADY.value, _("it was known already")
    OTHER = Outcome.OTHER.value, _("something else")


class BarrierChoice(models.TextChoices):
    """`Barrier` for people."""

    BUDGET = Barrier.BUDGET.value, _("budget")
    COMPETING_TOOL = Barrier.COMPETING_TOOL.value, _("a competing tool")
    LOW_ADOPTION = Barrier.LOW_ADOPTION.value, _("low adoption")
    PROCUREMENT = Barrier.PROCUREMENT.value, _("procurement")


class TaskQuerySet(models.QuerySet["ExpansionTask"]):
    """Tasks in the words of the domain."""

    def live(self) -> "TaskQuerySet":
        """Return the tasks that wait for somebody."""
        return self.filter(state__in=LIVE_STATES)

    def given(self) -> "TaskQuerySet":
        """Return the live tasks that somebody may start on: not those that wait for room."""
        return self.live().filter(held_since__isnull=True)


class ExpansionTask(models.Model):
    """What an account manager is asked to do for one organization; one live task a play.

    open -> in_progress <-> waiting_for_customer
      any of them -> done | declined | not_now | false_positive     (with a reason)

    A task without an owner is in the queue. A parked one waits until the seats there are get used.
    `value_minor` is what `seats_suggested` more seats add
    to annual recurring revenue in `currency`; `probability_basis_points` is how likely they are
    needed within 60 days. A done task is won when it has seats credited.

    A new task is held (`held_since`) until it is dealt: its owner has room for it, or it goes to
    the queue. `deputy_for` is the absent owner for whom the present one stands in. A task that was
    merged by hand is done and names the task that goes on (`merged_into`); it counts for no rule.
    `crm_id` and `crm_stage` are what a CRM says of its deal; nothing here follows from them.
    """

    class State(models.TextChoices):
        OPEN = TaskState.OPEN.value, _("open")
        IN_PROGRESS = TaskState.IN_PROGRESS.value, _("in progress")
        WAITING_FOR_CUSTOMER = TaskState.WAITING_FOR_CUSTOMER.value, _("waiting for the customer")
        DONE = TaskState.DONE.value, _("done")
        DECLINED = TaskState.DECLINED.value, _("declined")
        NOT_NOW = TaskState.NOT_NOW.value, _("not now")
        FALSE_POSITIVE = TaskState.FALSE_POSITIVE.value, _("false positive")

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="expansion_tasks"
    )
    play = models.CharField(_("play"), max_length=30, choices=PlayChoice)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    state = models.CharField(_("state"), max_length=30, choices=State, default=State.OPEN)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    reminder_at = models.DateTimeField()
    due_at = models.DateTimeField(_("due"))
    action_days = models.PositiveSmallIntegerField(default=3)
    held_since = models.DateTimeField(null=True, blank=True)
    given_at = models.DateTimeField(null=True, blank=True)
    deputy_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reminded_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    first_action_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateField(null=True, blank=True)
    snoozes = models.PositiveSmallIntegerField(default=0)
    parked_at = models.DateTimeField(null=True, blank=True)
    evidence = models.JSONField(default=list)
    seats_suggested = models.PositiveIntegerField(default=0)
    value_minor = models.BigIntegerField(_("worth a year"), default=0)
    currency = models.CharField(_("currency"), max_length=3)
    probability_basis_points = models.PositiveIntegerField(default=0)
    seats_credited = models.IntegerField(default=0)
    arr_credited_minor = models.BigIntegerField(default=0)
    outcome = models.CharField(_("outcome"), max_length=30, choices=OutcomeChoice, blank=True)
    barrier = models.CharField(_("barrier"), max_length=20, choices=BarrierChoice, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="absorbed"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    crm_id = models.CharField(max_length=100, blank=True)
    crm_stage = models.CharField(max_length=100, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "play"],
                condition=Q(state__in=LIVE_STATES),
                name="one_live_task_per_organization_and_play",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=CLOSED_STATES, ended_at__isnull=False) & ~Q(reason=""))
                | Q(state__in=LIVE_STATES, ended_at__isnull=True),
                name="a_closed_task_says_why_and_when",
            ),
            models.CheckConstraint(
                condition=Q(seats_credited=0) | Q(state="done"),
                name="only_a_done_task_takes_credit",
            ),
            models.CheckConstraint(
                condition=Q(probability_basis_points__lte=10_000),
                name="a_probability_is_at_most_one",
            ),
            models.CheckConstraint(
                condition=Q(reminder_at__lte=F("due_at")), name="a_reminder_comes_before_it_is_due"
            ),
            models.CheckConstraint(
                condition=Q(held_since__isnull=True) | Q(state="open"),
                name="only_an_open_task_waits_for_room",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True)
                | Q(state="done", seats_credited=0, arr_credited_minor=0),
                name="a_merged_task_is_over_and_wins_nothing",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-created_at"]),
            models.Index(fields=["owner", "state"]),
            models.Index(
                fields=["held_since"],
                condition=Q(held_since__isnull=False),
                name="tasks_waiting_for_room",
            ),
            models.Index(
                fields=["reminder_at"],
                condition=Q(first_action_at__isnull=True, state="open"),
                name="tasks_to_remind_of",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization}: {self.get_play_display()}"

    @property
    def is_live(self) -> bool:
        """Whether the task waits for somebody."""
        return self.state in LIVE_STATES

    @property
    def is_won(self) -> bool:
        """Whether seats were bought because of it."""
        return self.state == self.State.DONE and self.seats_credited > 0

    @property
    def expected_minor(self) -> int:
        """What the task may bring in a year, weighted by how likely it is."""
        return self.value_minor * self.probability_basis_points // 10_000


class TaskEvent(models.Model):
    """One thing that happened to a task; insert-only, shown on its timeline."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("opened")
        MERGED = "merged", _("another signal joined")
        RAISED = "raised", _("the signal rose")
        MOVED = "moved", _("moved")
        SNOOZED = "snoozed", _("snoozed")
        WOKEN = "woken", _("snooze ended")
        PARKED = "parked", _("parked: few seats are in use")
        RESUMED = "resumed", _("taken up again: seats are in use")
        CLOSED = "closed", _("closed")
        GIVEN = "given", _("given to its owner")
        ASSIGNED = "assigned", _("assigned")
        STOOD_IN = "stood_in", _("went to the deputy")
        RETURNED = "returned", _("came back from the deputy")
        COMBINED = "combined", _("another task was merged into it")
        STEP = "step", _("a step was ticked")
        REMINDED = "reminded", _("a reminder was sent")
        ESCALATED = "escalated", _("the owner's manager was told")
        UNDONE = "undone", _("the last change was taken back")

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE)
    task = models.ForeignKey(ExpansionTask, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=Kind)
    actor_label = models.CharField(max_length=200)
    state_from = models.CharField(max_length=30, choices=ExpansionTask.State, blank=True)
    state_to = models.CharField(max_length=30, choices=ExpansionTask.State, blank=True)
    note = models.CharField(max_length=300, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["organization", "task", "at"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.state_to}".strip()
