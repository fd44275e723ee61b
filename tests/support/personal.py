"""Which columns of which models say something of a person; `docs/privacy.md` lists their models."""

from collections.abc import Iterator
from typing import Final

from django.apps import apps
from django.db import models

from accounts.models import Membership, User

# Columns that name or describe a person without pointing to one.
TELLING: Final = {"actor_label", "staff_label", "origin", "ip", "user_agent", "phone", "member"}


def personal_models() -> Iterator[tuple[str, list[str]]]:
    """Yield each model with a personal column, by label, and these columns."""
    for model in apps.get_models():
        columns = [
            field.name
            for field in model._meta.concrete_fields
            if field.name in TELLING
            or isinstance(field, models.EmailField)
            or (field.is_relation and field.related_model in (User, Membership))
        ]
        if columns:
            yield model._meta.label, columns
