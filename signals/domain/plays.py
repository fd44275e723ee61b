"""A play in words: its steps with the days they are due after, and the mail it is opened with.

Owns: the shape, what a mail may be filled with, and reading and writing it as JSON. Does not own:
the texts that the product comes with (`domain.play_texts`), or which version is in force.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

LANGUAGES: Final = ("en", "de", "id")
MOST_STEPS: Final = 12
# Business days after which the last step is due at most.
LATEST_STEP: Final = 90
FIELDS: Final = (
    "account",
    "contact",
    "sender",
    "purchased",
    "assigned",
    "active",
    "free",
    "waiting",
    "seats",
    "value",
    "department",
)
_FIELD = re.compile(r"\{([^{}\n]*)\}")


class PlayFault(StrEnum):
    """What is wrong with a play."""

    NO_STEP = "no_step"
    TOO_MANY_STEPS = "too_many_steps"
    STEP_WITHOUT_ENGLISH = "step_without_english"
    STEP_OUT_OF_RANGE = "step_out_of_range"
    MAIL_WITHOUT_ENGLISH = "mail_without_english"
    MAIL_INCOMPLETE = "mail_incomplete"
    UNKNOWN_FIELD = "unknown_field"


class PlayTextWrong(ValueError):
    """A play that cannot be used.

    `place` is where: "steps", the number of a step from 1, or the language of a mail; `name` is a
    merge field that nothing fills.
    """

    def __init__(self, fault: PlayFault, place: str, name: str = "") -> None:
        super().__init__(f"{fault.value} at {place} {name}".strip())
        self.fault = fault
        self.place = place
        self.name = name


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its text by language, and the business days after which it is due."""

    text: Mapping[str, str]
    days: int


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail template of one language, plain text."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class PlayText:
    """Everything that a version of a play says."""

    steps: tuple[Step, ...]
    mails: Mapping[str, Mail]

    def as_json(self) -> dict[str, Any]:
        """The text as it is stored."""
        return {
            "steps": [{"text": dict(step.text), "days": step.days} for step in self.steps],
            "mails": {
                language: {"subject": mail.subject, "body": mail.body}
                for language, mail in self.mails.items()
            },
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> PlayText:
        """The text that was stored."""
        return cls(
            steps=tuple(Step(step["text"], step["days"]) for step in stored["steps"]),
            mails={
                language: Mail(mail["subject"], mail["body"])
                for language, mail in stored["mails"].items()
            },
        )


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text in a language, else in English, else in any."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def mail_in_language(mails: Mapping[str, Mail], language: str) -> Mail:
    """The mail in a language, else in English."""
    return mails.get(language) or mails["en"]


def unknown_fields(template: str) -> list[str]:
    """The merge fields of a template that nothing fills."""
    return [name for name in _FIELD.findall(template) if name not in FIELDS]


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with its merge fields filled; a line whose only field is empty is left out.

    Values are put in as they are: the result is plain text, never markup, and never filled twice.
    """
    lines = []
    for line in template.split("\n"):
        names = _FIELD.findall(line)
        if names and all(not values.get(name, "") for name in names):
            continue
        lines.append(_FIELD.sub(lambda found: values.get(found.group(1), ""), line))
    return "\n".join(lines)


def check(text: PlayText) -> PlayText:
    """`text`, when a task can be worked by it; raises `PlayTextWrong`."""
    if not text.steps:
        raise PlayTextWrong(PlayFault.NO_STEP, "steps")
    if len(text.steps) > MOST_STEPS:
        raise PlayTextWrong(PlayFault.TOO_MANY_STEPS, "steps")
    for number, step in enumerate(text.steps, start=1):
        if not step.text.get("en", "").strip():
            raise PlayTextWrong(PlayFault.STEP_WITHOUT_ENGLISH, str(number))
        if not 0 <= step.days <= LATEST_STEP:
            raise PlayTextWrong(PlayFault.STEP_OUT_OF_RANGE, str(number))
    if "en" not in text.mails:
        raise PlayTextWrong(PlayFault.MAIL_WITHOUT_ENGLISH, "en")
    for language, mail in text.mails.items():
        if not mail.subject.strip() or not mail.body.strip():
            raise PlayTextWrong(PlayFault.MAIL_INCOMPLETE, language)
        wrong = unknown_fields(mail.subject) + unknown_fields(mail.body)
        if wrong:
            raise PlayTextWrong(PlayFault.UNKNOWN_FIELD, language, wrong[0])
    return text
