"""A person's list of messages: what is unread, what each says and where it leads."""

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, QuerySet

from accounts.models import Organization, User
from accounts.tenancy import user_context
from signals.models import Notification
from signals.selectors.notice_words import words_of

MOST_COUNTED: Final = 99


@dataclass(frozen=True, slots=True)
class Message:
    """One message as the list shows it."""

    notification: Notification
    organization: str
    title: str
    text: str
    kind: str

    @property
    def is_unread(self) -> bool:
        """Whether the person has not opened or marked it."""
        return self.notification.read_at is None


def own_messages(user: User, *, organization_id: int | None = None) -> QuerySet[Notification]:
    """Return a person's messages, newest first; visible inside `user_context`.

    Those of one organization can be read in that organization's own context, too.
    """
    found = Notification.objects.filter(recipient=user)
    return found if organization_id is None else found.filter(organization_id=organization_id)


def unread_count(user: User, *, organization_id: int | None = None) -> int:
    """Return how many messages a person has not read, counted to 100.

    Those of an organization are counted in the context of its page: one statement, not six.
    """
    with nullcontext() if organization_id is not None else user_context(user.pk):
        unread = own_messages(user, organization_id=organization_id).filter(read_at__isnull=True)
        return len(unread.order_by().values_list("pk")[: MOST_COUNTED + 1])


def counts_by_kind(user: User, *, organization_id: int | None = None) -> dict[str, int]:
    """Return how many messages of each kind a person has."""
    with user_context(user.pk):
        counted = (
            own_messages(user, organization_id=organization_id)
            .order_by()
            .values_list("kind")
            .annotate(count=Count("pk"))
        )
        return dict(counted)


def in_words(rows: list[Notification], *, known: Organization | None = None) -> list[Message]:
    """Return messages in the reader's words.

    Runs in the reader's own context (an organization or the staff's scope). An organization that
    the reader may no longer look into keeps the name that the message was written with.
    """
    ids = {row.organization_id for row in rows}
    organizations = {known.pk: known} if known else Organization.objects.in_bulk(ids)
    found = []
    for row in rows:
        organization = organizations.get(row.organization_id) or Organization(
            pk=row.organization_id, name=row.facts.get("organization", "")
        )
        words = words_of(organization, row)
        found.append(
            Message(
                notification=row,
                organization=organization.name,
                title=words.subject,
                text=words.intro,
                kind=row.get_kind_display(),
            )
        )
    return found
