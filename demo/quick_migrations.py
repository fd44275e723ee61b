"""Migrations of the demo and of the tests, without rendering the same models hundreds of times.

After most steps of a migration Django builds the changed model anew, and with it every model that
is related to it: here that is each one, because all of them belong to an organization. Building
only the changed one makes the same schema (`tests/fire/schema.py` compares the two) in a tenth of
the time. A deployment migrates as Django does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ProjectState


@contextmanager
def models_rendered_alone() -> Iterator[None]:
    """Inside the block a step of a migration renders the model that it changes, and no other."""
    django_finds = ProjectState._find_reload_model  # type: ignore[attr-defined]

    def find_itself(
        state: Any, app_label: str, model_name: str, delay: bool = False
    ) -> set[tuple[str, str]]:
        # RunPython, which may follow relations, has everything rendered that was put off.
        state.is_delayed = True
        return {(app_label, model_name)}

    ProjectState._find_reload_model = find_itself  # type: ignore[attr-defined]
    try:
        yield
    finally:
        ProjectState._find_reload_model = django_finds  # type: ignore[attr-defined]
