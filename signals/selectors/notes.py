"""The vendor's notes about an account, each with its earlier versions."""

from dataclasses import dataclass

from signals.models import AccountNote


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it stands, and what it said before, the latest first."""

    now: AccountNote
    before: list[AccountNote]


def notes_of(organization_id: int) -> list[Note]:
    """Return the notes that are not deleted, those written or changed last first; one query."""
    versions: dict[str, list[AccountNote]] = {}
    rows = AccountNote.objects.filter(organization_id=organization_id).order_by("-at", "-version")
    for row in rows:
        versions.setdefault(str(row.key), []).append(row)
    return [Note(each[0], each[1:]) for each in versions.values() if each[0].body]
