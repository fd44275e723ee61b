"""What pages of other apps show of shared accounts."""

from django import template

from signals.models import SharingCase

register = template.Library()


@register.simple_tag
def open_sharing_cases() -> int:
    """Return how many accounts of the organization in sight look shared and wait for an answer."""
    return SharingCase.objects.filter(state=SharingCase.State.OPEN).count()
