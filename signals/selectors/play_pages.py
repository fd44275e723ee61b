"""Plays as the vendor's pages show them: the list, the versions, and a mail for a real account."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import get_language

from accounts.models import Organization, User
from signals.domain.play_texts import PLAY_TEXTS
from signals.domain.plays import FIELDS, Mail, PlayText, fill
from signals.domain.tasks import Play
from signals.models import ExpansionTask, PlayChoice, PlayVersion
from signals.selectors.accounts import seat_counts
from signals.selectors.task_play import MergeValues, merge_values
from signals.selectors.waiting import people_without_seat


@dataclass(frozen=True, slots=True)
class PlayRow:
    """A play in the list; `latest` is None while the text of the product is in force."""

    play: str
    label: str
    steps: int
    live: int
    latest: PlayVersion | None


def play_rows() -> list[PlayRow]:
    """Return every play with what is in force and how many live tasks follow it."""
    counts = ExpansionTask.objects.live().order_by().values("play").annotate(count=Count("pk"))
    live = {row["play"]: row["count"] for row in counts}
    versions = PlayVersion.objects.order_by("play", "-version").distinct("play")
    latest = {version.play: version for version in versions}
    rows = []
    for play in Play:
        version = latest.get(play.value)
        text = PlayText.from_json(version.text) if version else PLAY_TEXTS[play]
        label = str(PlayChoice(play.value).label)
        rows.append(PlayRow(play.value, label, len(text.steps), live.get(play.value, 0), version))
    return rows


def versions_of(play: Play) -> list[PlayVersion]:
    """Return the versions of a play, the latest first."""
    return list(PlayVersion.objects.filter(play=play).order_by("-version"))


@dataclass(frozen=True, slots=True)
class MailPreview:
    """What an account gives the merge fields of a mail."""

    organization: Organization
    values: MergeValues

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Each field as it is written in a template, with its value in the reader's language."""
        values = self.values.in_language(get_language() or "en")
        return [(f"{{{name}}}", values[name]) for name in FIELDS]

    def fill(self, mail: Mail, language: str) -> Mail:
        """Return the mail as this account would read it."""
        values = self.values.in_language(language)
        return Mail(fill(mail.subject, values), fill(mail.body, values))


def preview_for(play: Play, *, account: str, reader: User, now: datetime) -> MailPreview | None:
    """Return what an account fills in; without one named, that of the latest task of the play.

    None when there is no organization yet.
    """
    tasks = ExpansionTask.objects.live().filter(play=play).select_related("organization")
    if account:
        tasks = tasks.filter(organization__external_id=account)
    task = tasks.order_by("-created_at").first()
    if task is None:
        named = Organization.objects.order_by("name")
        if account:
            named = named.filter(external_id=account)
        organization = named.first()
        if organization is None:
            return None
        task = ExpansionTask(organization=organization, play=play, currency=organization.currency)
    at, id_ = task.organization, task.organization_id
    seats = seat_counts([id_], now=now)[id_].seats
    on = timezone.localdate(now)
    waiting = people_without_seat(organization_id=id_, at=now, on=on).count()
    return MailPreview(at, merge_values(task, seats, waiting, reader))
