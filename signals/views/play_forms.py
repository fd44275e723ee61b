"""The form of a play: steps that are added, moved and removed before they are saved, and mails."""

from dataclasses import dataclass, field
from typing import Final, Self

from django.http import QueryDict

from signals.domain.plays import LANGUAGES, Mail, PlayText, Step

_LONGEST_STEP: Final = 300
_LONGEST_SUBJECT: Final = 200
_LONGEST_BODY: Final = 10_000
_NO_DAYS: Final = -1


@dataclass(slots=True)
class StepDraft:
    """A step as it was typed: a text in each language, and days that may be no number yet."""

    texts: dict[str, str] = field(default_factory=lambda: dict.fromkeys(LANGUAGES, ""))
    days: str = "0"


@dataclass(slots=True)
class PlayDraft:
    """A play as it was typed. `version_before` is the version that it was read from."""

    steps: list[StepDraft]
    mails: dict[str, Mail]
    version_before: int

    @classmethod
    def of(cls, text: PlayText, version_before: int) -> Self:
        """Return a stored text, to be changed."""
        return cls(
            [
                StepDraft({name: step.text.get(name, "") for name in LANGUAGES}, str(step.days))
                for step in text.steps
            ],
            {name: text.mails.get(name, Mail("", "")) for name in LANGUAGES},
            version_before,
        )

    @classmethod
    def read(cls, posted: QueryDict) -> Self:
        """Return what was typed."""

        def all_of(name: str, longest: int) -> list[str]:
            return [value.replace("\x00", "").strip()[:longest] for value in posted.getlist(name)]

        texts = {name: all_of(f"step-{name}", _LONGEST_STEP) for name in LANGUAGES}
        steps = [
            StepDraft({name: _at(texts[name], n) for name in LANGUAGES}, days)
            for n, days in enumerate(all_of("days", 4))
        ]
        mails = {
            name: Mail(
                _at(all_of(f"subject-{name}", _LONGEST_SUBJECT), 0),
                _at(all_of(f"body-{name}", _LONGEST_BODY), 0).replace("\r\n", "\n"),
            )
            for name in LANGUAGES
        }
        version = posted.get("version", "")
        is_number = version.isdecimal() and len(version) < 6
        return cls(steps, mails, int(version) if is_number else 0)

    def change(self, action: str) -> None:
        """Add a step, or move or remove the one named: "add", "up:2", "down:2", "remove:2"."""
        if action == "add":
            self.steps.append(StepDraft(days=self.steps[-1].days if self.steps else "0"))
            return
        verb, _colon, number = action.partition(":")
        at = int(number) - 1 if number.isdecimal() and len(number) < 4 else -1
        if not 0 <= at < len(self.steps):
            return
        if verb == "remove":
            del self.steps[at]
        elif verb in ("up", "down"):
            to = at - 1 if verb == "up" else at + 1
            if 0 <= to < len(self.steps):
                self.steps[at], self.steps[to] = self.steps[to], self.steps[at]

    def as_text(self) -> PlayText:
        """Return what is to be stored; a language without words is left out."""
        return PlayText(
            steps=tuple(
                Step(
                    {name: text for name, text in step.texts.items() if text},
                    int(step.days) if step.days.isdecimal() else _NO_DAYS,
                )
                for step in self.steps
            ),
            mails={name: mail for name, mail in self.mails.items() if mail.subject or mail.body},
        )


def _at(values: list[str], n: int) -> str:
    return values[n] if n < len(values) else ""
