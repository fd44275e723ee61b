"""Which columns of which models say something of a person; `docs/privacy.md` lists their models."""

import json
import zipfile
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any, Final, cast

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.http import HttpResponseBase

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
            or (field.name == "people" and isinstance(field, ArrayField))
            or isinstance(field, models.EmailField)
            or (field.is_relation and field.related_model in (User, Membership))
        ]
        if columns:
            yield model._meta.label, columns


def unzipped(answer: HttpResponseBase) -> dict[str, Any]:
    """Return what a downloaded ZIP of JSON files says, by the files' names."""
    content = b"".join(cast(Iterable[bytes], answer))
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist()}
