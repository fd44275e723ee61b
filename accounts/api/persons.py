"""What no key can do: decisions that a person who signed in gives with their name."""

from typing import ClassVar

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.errors import DomainError


class DecidedByAPerson(DomainError):
    """A key is nobody's signature: an approval is given by a person who signed in."""

    code: ClassVar[str] = "decided_by_a_person"


def refuse_keys(path: str) -> DecidedByAPerson:
    """Return the refusal that names the `page` where a person decides."""
    sentence = _("A person who signed in decides this.")
    return DecidedByAPerson(sentence, page=f"{settings.BASE_URL}{path}")
