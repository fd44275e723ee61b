"""What becomes of a deleted person in the directory and in files of people."""

from typing import Final

from accounts.erasure import Erasing, Leaving
from provisioning.models import PeopleImport


def delete_files(leaving: Leaving) -> int:
    """Delete files that were sent and not imported: they list everybody."""
    State = PeopleImport.State  # noqa: N806 - a class
    files = PeopleImport.objects.filter(
        organization_id=leaving.organization_id, state__in=[State.SENT, State.CHECKED, State.FAILED]
    )
    return files.delete()[0]


ERASING: Final = Erasing(
    app="provisioning",
    gone={"provisioning.DirectoryUser": "membership"},
    also=delete_files,
)
