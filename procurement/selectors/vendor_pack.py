"""The vendor information pack: the company, answers by topic, contacts; what of it is stale."""

from dataclasses import dataclass
from datetime import date

from billing.models import Seller
from billing.selectors.sheets import current_seller
from procurement.models import VendorAnswer, VendorContact


@dataclass(frozen=True, slots=True)
class Said:
    """One answer in the reader's language."""

    answer: VendorAnswer
    question: str
    words: str
    is_stale: bool


@dataclass(frozen=True, slots=True)
class Topic:
    """The answers of one subject."""

    label: str
    answers: list[Said]


@dataclass(frozen=True, slots=True)
class VendorPack:
    """Everything that is told; `reviewed_on` is the day of the oldest review in it."""

    seller: Seller
    topics: list[Topic]
    contacts: list[VendorContact]
    reviewed_on: date | None

    @property
    def stale(self) -> list[Said]:
        """The answers whose day to be reviewed has passed."""
        return [said for topic in self.topics for said in topic.answers if said.is_stale]


def vendor_pack(language: str, today: date) -> VendorPack:
    """Return the pack in a language, in three queries."""
    answers = list(VendorAnswer.objects.all())
    topics = []
    for value, label in VendorAnswer.Topic.choices:
        said = [
            Said(answer, *answer.in_language(language), answer.is_stale(today))
            for answer in answers
            if answer.topic == value
        ]
        if said:
            topics.append(Topic(str(label), said))
    return VendorPack(
        seller=current_seller(),
        topics=topics,
        contacts=list(VendorContact.objects.all()),
        reviewed_on=min((answer.reviewed_on for answer in answers), default=None),
    )
