"""An expansion task as a deal of a CRM: its fields, and how three CRMs name them.

Owns: which field goes under which heading, and which of our states is which stage there. Amounts
are decimals of the currency, as CRMs take them; days are those of UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from signals.domain.tasks import CLOSED, TaskState

DECIDED_WITHIN: Final = timedelta(days=60)
"""How far ahead the probability of a task looks; an open deal is expected to close by then."""
_PREFIX: Final = "headroom-task-"


class DealField(StrEnum):
    """What can stand in a column."""

    EXTERNAL_ID = "external_id"
    NAME = "name"
    ACCOUNT = "account"
    ACCOUNT_EXTERNAL_ID = "account_external_id"
    AMOUNT = "amount"
    CURRENCY = "currency"
    STAGE = "stage"
    STATUS = "status"
    PROBABILITY = "probability_percent"
    CLOSE_ON = "close_on"
    CREATED_ON = "created_on"
    OWNER = "owner"
    SEATS = "seats"
    PLAY = "play"
    REASON = "reason"
    LINK = "link"
    CRM_ID = "crm_id"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a deal is made of; `play` and names as they are shown in the product's language."""

    task_id: int
    account: str
    account_external_id: str
    play: str
    state: TaskState
    is_won: bool
    value_minor: int
    currency: str
    digits: int
    probability_basis_points: int
    seats: int
    created_at: datetime
    ended_at: datetime | None
    owner_email: str
    reason: str
    link: str
    crm_id: str


@dataclass(frozen=True, slots=True)
class Deal:
    """A task with the value of each field."""

    values: Mapping[DealField, str | int | date]

    def as_json(self) -> dict[str, Any]:
        """Return the fields for programs; days in ISO 8601."""
        return {
            name.value: value.isoformat() if isinstance(value, date) else value
            for name, value in self.values.items()
        }


def external_id(task_id: int) -> str:
    """Return the id by which a CRM finds the deal again."""
    return f"{_PREFIX}{task_id}"


def status_of(state: TaskState, *, is_won: bool) -> str:
    """Return open, won or lost: a task that ended without seats won nothing."""
    if state not in CLOSED:
        return "open"
    return "won" if is_won else "lost"


def deal_of(about: Subject) -> Deal:
    """Return the deal of a task: won and lost at the day it ended, otherwise within 60 days."""
    status = status_of(about.state, is_won=about.is_won)
    expected = about.ended_at or about.created_at + DECIDED_WITHIN
    chances = {"won": 100, "lost": 0}
    field = DealField
    return Deal(
        {
            field.EXTERNAL_ID: external_id(about.task_id),
            field.NAME: f"{about.account}: {about.play}",
            field.ACCOUNT: about.account,
            field.ACCOUNT_EXTERNAL_ID: about.account_external_id,
            field.AMOUNT: f"{Decimal(about.value_minor).scaleb(-about.digits):f}",
            field.CURRENCY: about.currency,
            field.STAGE: about.state.value,
            field.STATUS: status,
            # A whole per cent, half up: 4,050 basis points are 41 %.
            field.PROBABILITY: chances.get(status, (about.probability_basis_points + 50) // 100),
            field.CLOSE_ON: expected.astimezone(UTC).date(),
            field.CREATED_ON: about.created_at.astimezone(UTC).date(),
            field.OWNER: about.owner_email,
            field.SEATS: about.seats,
            field.PLAY: about.play,
            field.REASON: about.reason,
            field.LINK: about.link,
            field.CRM_ID: about.crm_id,
        }
    )


class Preset(StrEnum):
    """The CRMs whose names of fields are known here."""

    SALESFORCE = "salesforce"
    HUBSPOT = "hubspot"
    PIPEDRIVE = "pipedrive"


@dataclass(frozen=True, slots=True)
class DealMapping:
    """The columns in order, each a heading and a field; and the stage for each of our states.

    `won` and `lost` are the stages of closed tasks; a live state without a stage keeps its name.
    """

    columns: tuple[tuple[str, DealField], ...]
    stages: Mapping[str, str]

    def stage(self, deal: Deal) -> str:
        """Return the CRM's name for where a deal stands."""
        status = str(deal.values[DealField.STATUS])
        state = str(deal.values[DealField.STAGE])
        return self.stages.get(state if status == "open" else status, state)

    def row(self, deal: Deal) -> list[str | int | date]:
        """Return a deal as a row of the file."""
        return [
            self.stage(deal) if name is DealField.STAGE else deal.values[name]
            for _heading, name in self.columns
        ]


_F = DealField
PRESETS: Final[dict[Preset, DealMapping]] = {
    # Object reference: Opportunity. `Headroom_Task__c` and `Headroom_Id__c` are external-id fields
    # that the administrator adds to Opportunity and Account.
    Preset.SALESFORCE: DealMapping(
        (
            ("Headroom_Task__c", _F.EXTERNAL_ID),
            ("Name", _F.NAME),
            ("Account.Headroom_Id__c", _F.ACCOUNT_EXTERNAL_ID),
            ("Amount", _F.AMOUNT),
            ("CurrencyIsoCode", _F.CURRENCY),
            ("StageName", _F.STAGE),
            ("Probability", _F.PROBABILITY),
            ("CloseDate", _F.CLOSE_ON),
            ("Owner.Email", _F.OWNER),
            ("NextStep", _F.LINK),
            ("Description", _F.REASON),
        ),
        {
            "open": "Prospecting",
            "in_progress": "Qualification",
            "waiting_for_customer": "Proposal/Price Quote",
            "won": "Closed Won",
            "lost": "Closed Lost",
        },
    ),
    # Default deal pipeline; `headroom_task` is a custom property marked as unique.
    Preset.HUBSPOT: DealMapping(
        (
            ("headroom_task", _F.EXTERNAL_ID),
            ("dealname", _F.NAME),
            ("headroom_account", _F.ACCOUNT_EXTERNAL_ID),
            ("amount", _F.AMOUNT),
            ("deal_currency_code", _F.CURRENCY),
            ("dealstage", _F.STAGE),
            ("closedate", _F.CLOSE_ON),
            ("hubspot_owner_email", _F.OWNER),
            ("headroom_link", _F.LINK),
            ("description", _F.REASON),
        ),
        {
            "open": "appointmentscheduled",
            "in_progress": "qualifiedtobuy",
            "waiting_for_customer": "decisionmakerboughtin",
            "won": "closedwon",
            "lost": "closedlost",
        },
    ),
    Preset.PIPEDRIVE: DealMapping(
        (
            ("Headroom task", _F.EXTERNAL_ID),
            ("Title", _F.NAME),
            ("Organization", _F.ACCOUNT),
            ("Value", _F.AMOUNT),
            ("Currency", _F.CURRENCY),
            ("Stage", _F.STAGE),
            ("Status", _F.STATUS),
            ("Probability", _F.PROBABILITY),
            ("Expected close date", _F.CLOSE_ON),
            ("Owner", _F.OWNER),
            ("Headroom link", _F.LINK),
            ("Lost reason", _F.REASON),
        ),
        {
            "open": "Qualified",
            "in_progress": "Contact Made",
            "waiting_for_customer": "Proposal Made",
            "won": "Negotiations Started",
            "lost": "Negotiations Started",
        },
    ),
}


class MappingUnfit(ValueError):
    """Columns that make no file: none, a heading twice, or no external id to upsert by."""


def parse_columns(pairs: Sequence[tuple[str, str]]) -> tuple[tuple[str, DealField], ...]:
    """Return the columns that have a heading, in their order. Raises MappingUnfit."""
    columns = tuple(
        (" ".join(heading.split()), DealField(name)) for heading, name in pairs if heading.strip()
    )
    headings = [heading.lower() for heading, _name in columns]
    if len(set(headings)) != len(headings):
        raise MappingUnfit("twice")
    if DealField.EXTERNAL_ID not in {name for _heading, name in columns}:
        raise MappingUnfit("external_id")
    return columns
