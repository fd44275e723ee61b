"""Which sessions open an organization's pages.

A session belongs to a person, an organization's sign-in to the organization. A session that a
connection began opens the pages of that organization alone: its provider vouches for nobody
elsewhere. An organization that requires single sign-on opens to nothing else, but for guests whose
address is of no proven domain, and for an owner with a second factor who says why.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self


class Door(StrEnum):
    """What an organization's page does with a session."""

    OPEN = "open"
    ASK_OWN = "ask_own"  # this session is another organization's
    ASK_SSO = "ask_sso"  # this organization requires its own sign-in


@dataclass(frozen=True, slots=True)
class Marks:
    """What a session remembers of single sign-on.

    `opened` are the organizations whose connection vouched, `emergencies` those that an owner
    entered without; `is_alone` says that nothing but a connection began the session.
    """

    opened: frozenset[int] = frozenset()
    emergencies: frozenset[int] = frozenset()
    is_alone: bool = False

    @classmethod
    def read(cls, stored: Any) -> Self:
        """Return what `stored` (JSON of a session, or nothing) says."""
        if not isinstance(stored, dict):
            return cls()
        return cls(
            opened=frozenset(stored.get("opened", ())),
            emergencies=frozenset(stored.get("emergencies", ())),
            is_alone=bool(stored.get("alone")),
        )

    def stored(self) -> dict[str, Any]:
        """Return what a session keeps."""
        return {
            "opened": sorted(self.opened),
            "emergencies": sorted(self.emergencies),
            "alone": self.is_alone,
        }

    def with_opened(self, organization_id: int, *, is_alone: bool) -> Self:
        """Return the marks after a connection of the organization vouched."""
        return replace(self, opened=self.opened | {organization_id}, is_alone=is_alone)

    def with_emergency(self, organization_id: int) -> Self:
        """Return the marks after an owner entered without the provider."""
        return replace(self, emergencies=self.emergencies | {organization_id})


def door(marks: Marks, *, organization_id: int, is_enforced: bool) -> Door:
    """Return what a page does; for ASK_SSO a guest may still come in (`is_guest`)."""
    if organization_id in marks.opened:
        return Door.OPEN
    if marks.is_alone:
        return Door.ASK_OWN
    if not is_enforced or organization_id in marks.emergencies:
        return Door.OPEN
    return Door.ASK_SSO


def is_guest(email_domain: str, proven_domains: Collection[str]) -> bool:
    """Tell whether the provider cannot speak for somebody: no proven domain is theirs."""
    return email_domain not in proven_domains


def may_break_glass(*, is_owner: bool, has_second_factor: bool, is_alone: bool) -> bool:
    """Tell whether somebody may enter without the provider: an owner who proved a second factor."""
    return is_owner and has_second_factor and not is_alone
