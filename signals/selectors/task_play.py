"""The steps of a task and the mail it is opened with, filled from the account, in a language."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from django.utils.translation import get_language, override

from accounts.models import Membership, User
from seats.domain.utilization import Utilization
from signals.domain.play_texts import PLAY_TEXTS
from signals.domain.plays import LANGUAGES, PlayText, fill, in_language, mail_in_language
from signals.domain.tasks import Play
from signals.models import ExpansionTask, PlayVersion
from signals.selectors.sentences import about_money


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a task."""

    position: int
    text: str
    due_at: datetime
    done_at: datetime | None
    done_by: str
    is_next: bool


@dataclass(frozen=True, slots=True)
class FilledMail:
    """A mail to the customer, to be edited before it is sent from the reader's own mailbox."""

    to: str
    subject: str
    body: str
    language: str
    languages: tuple[str, ...]

    @property
    def mailto(self) -> str:
        """The address that opens the reader's mail program."""
        return f"mailto:{self.to}?subject={quote(self.subject)}&body={quote(self.body)}"


def play_text(play: Play) -> tuple[PlayText, int]:
    """Return the text of a play in force and its version; 0 is what the product comes with."""
    latest = PlayVersion.objects.filter(play=play).order_by("-version").first()
    if latest is None:
        return PLAY_TEXTS[play], 0
    return PlayText.from_json(latest.text), latest.version


def step_rows(task: ExpansionTask) -> list[StepRow]:
    """Return the steps of a task; the first open one is the next."""
    language = (get_language() or "en")[:2]
    rows, found_next = [], False
    for step in task.steps.order_by("position"):
        is_next = task.is_live and step.done_at is None and not found_next
        found_next = found_next or is_next
        rows.append(
            StepRow(
                step.position,
                in_language(step.text, language),
                step.due_at,
                step.done_at,
                step.done_by_label,
                is_next,
            )
        )
    return rows


@dataclass(frozen=True, slots=True)
class MergeValues:
    """What the merge fields of a play's mail are filled with for one account, and to whom it goes.

    A field that this account has nothing for is "". `worth` is in minor units a year.
    """

    to: str
    fields: dict[str, str]
    worth: int
    currency: str

    def in_language(self, language: str) -> dict[str, str]:
        """Return the values by field; the amount is written as the mail's language does."""
        with override(language):
            value = about_money(self.worth, self.currency) if self.worth > 0 else ""
        return self.fields | {"value": value}


def merge_values(
    task: ExpansionTask, seats: Utilization, waiting: int, reader: User
) -> MergeValues:
    """Return the values for a task, which may be one that is not stored."""
    contact = (
        Membership.objects.filter(
            organization_id=task.organization_id,
            role__in=(Membership.Role.ADMIN, Membership.Role.OWNER),
            state=Membership.State.ACTIVE,
        )
        .select_related("user")
        .order_by("role", "pk")
        .first()
    )
    department = next(
        (
            str(each["values"]["department"])
            for each in task.evidence
            if each.get("values", {}).get("department")
        ),
        "",
    )
    values = {
        "account": task.organization.name,
        "contact": contact.display_name if contact else "",
        "sender": reader.get_full_name(),
        "purchased": str(seats.purchased),
        "assigned": str(seats.assigned),
        "active": str(seats.active),
        "free": str(seats.free),
        "waiting": str(waiting) if waiting else "",
        "seats": str(task.seats_suggested) if task.seats_suggested else "",
        "department": department,
    }
    address = ""
    if contact:
        address = contact.email or (contact.user.email if contact.user else "")
    return MergeValues(address, values, task.value_minor, task.currency)


def filled_mail(
    task: ExpansionTask, seats: Utilization, waiting: int, reader: User, language: str
) -> FilledMail:
    """Return the play's mail to the account's admin, in a language or the organization's."""
    chosen = language if language in LANGUAGES else task.organization.language
    found = merge_values(task, seats, waiting, reader)
    values = found.in_language(chosen)
    text, _version = play_text(Play(task.play))
    mail = mail_in_language(text.mails, chosen)
    return FilledMail(
        to=found.to,
        subject=fill(mail.subject, values),
        body=fill(mail.body, values),
        language=chosen,
        languages=LANGUAGES,
    )
