"""Lets go of requests of directories and of files of people."""

from datetime import datetime, timedelta
from typing import Final

from provisioning.models import DirectoryRequest, PeopleImport

REQUESTS_KEPT_FOR: Final = timedelta(days=30)
FILES_KEPT_FOR: Final = timedelta(days=30)
IMPORTS_KEPT_FOR: Final = timedelta(days=400)


def forget_requests(*, now: datetime) -> int:
    """Delete requests of directories of 30 days ago; return how many."""
    old = DirectoryRequest.objects.using("pipeline").filter(at__lt=now - REQUESTS_KEPT_FOR)
    return old.delete()[0]


def forget_files(*, now: datetime) -> int:
    """Delete files that were sent 30 days ago and never imported; return how many."""
    old = PeopleImport.objects.using("pipeline").filter(created_at__lt=now - FILES_KEPT_FOR)
    return old.exclude(state=PeopleImport.State.DONE).delete()[0]


def forget_imports(*, now: datetime) -> int:
    """Delete what 400 days ago was noted of an import; its file went when it was done."""
    old = PeopleImport.objects.using("pipeline").filter(created_at__lt=now - IMPORTS_KEPT_FOR)
    return old.delete()[0]
