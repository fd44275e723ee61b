"""Background work of procurement. The clock is read here and handed down."""

from celery import shared_task
from django.utils import timezone

from procurement.services import buying, reminders, telling


@shared_task
def sweep_requests() -> int:
    """Go on with approved requests that were interrupted."""
    return buying.sweep_requests(now=timezone.now())


@shared_task
def follow_up_requests() -> int:
    """Remind approvers, open steps to others, end requests whose time ran out."""
    return telling.remind(now=timezone.now())


@shared_task
def remind_plans() -> int:
    """Mail the days to start by that are 14 days ahead or today."""
    return reminders.remind_plans(now=timezone.now())
