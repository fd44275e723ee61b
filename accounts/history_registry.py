"""Where each app registers the words for what it records in the history.

The history is read in one place (`accounts.selectors.history`); what a verb means in words is known
to the app that records it, and stands in its `history_words.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.utils.functional import Promise

from accounts.models import HistoryEntry

type InWords = Callable[[HistoryEntry], str]


@dataclass(frozen=True, slots=True)
class HistoryWords:
    """What an app adds: a sentence a verb, and the words for what changed.

    Sentences may use `%(actor)s`, `%(subject)s`, any change by its name, and `placeholders`.
    `subjects` puts what was changed into words, by the type of the object. `choices` are the words
    for the values of a change. Entries about `vendor_objects` or with `vendor_verbs` are not shown
    to the organization: the vendor notes them for itself.
    """

    sentences: Mapping[str, Promise]
    icons: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Promise] = field(default_factory=dict)
    choices: Mapping[str, Mapping[str, Promise]] = field(default_factory=dict)
    placeholders: Mapping[str, InWords] = field(default_factory=dict)
    subjects: Mapping[str, InWords] = field(default_factory=dict)
    vendor_objects: tuple[str, ...] = ()
    vendor_verbs: tuple[str, ...] = ()


class _Registry:
    """The words of all apps, together."""

    def __init__(self) -> None:
        self.sentences: dict[str, Promise] = {}
        self.icons: dict[str, str] = {}
        self.fields: dict[str, Promise] = {}
        self.choices: dict[str, dict[str, Promise]] = {}
        self.placeholders: dict[str, InWords] = {}
        self.subjects: dict[str, InWords] = {}
        self.vendor_objects: set[str] = set()
        self.vendor_verbs: set[str] = set()

    def add(self, words: HistoryWords) -> None:
        """Take an app's words; what two apps call the same must mean the same."""
        self.sentences |= words.sentences
        self.icons |= words.icons
        self.fields |= words.fields
        for name, labels in words.choices.items():
            self.choices.setdefault(name, {}).update(labels)
        self.placeholders |= words.placeholders
        self.subjects |= words.subjects
        self.vendor_objects.update(words.vendor_objects)
        self.vendor_verbs.update(words.vendor_verbs)


REGISTRY: Final = _Registry()
