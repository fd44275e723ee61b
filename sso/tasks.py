"""Background work of single sign-on; the names are in the beat schedule."""

from dataclasses import asdict

from celery import shared_task
from django.utils import timezone

from sso.services.domains import recheck_domains as recheck
from sso.services.watching import watch_connections as watch


@shared_task
def recheck_domains() -> dict[str, int]:
    """Look for the records of proven domains again."""
    return asdict(recheck(now=timezone.now()))


@shared_task
def watch_connections() -> dict[str, int]:
    """Read providers again, and warn of certificates that end."""
    return asdict(watch(now=timezone.now()))
