"""What pages of other apps show of true-ups: the terms, on the page of a contract."""

from typing import Any

from django import template

from accounts.models import Organization
from trueups.models import TrueUpTerms
from trueups.selectors.words import terms_words

register = template.Library()


@register.inclusion_tag("trueups/terms_section.html")
def true_up_terms_section(organization: Organization) -> dict[str, Any]:
    """`{% true_up_terms_section organization %}`: what is agreed, with the way to change it."""
    stored = TrueUpTerms.objects.filter(organization=organization).first()
    context: dict[str, Any] = {"account": organization, "stored": stored}
    if stored is None:
        return context
    agreed = stored.terms()
    return context | {"terms": agreed} | terms_words(agreed)
