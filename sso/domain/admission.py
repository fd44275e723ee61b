"""May somebody whom an organization's provider names come in, and as whom?

The rule that everything hangs on: a provider speaks only for the domains that its own organization
has proven. Whatever else it says about other people's addresses signs in nobody and links nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sso.domain.claims import Asserted
from sso.domain.domains import domain_of


class Refusal(StrEnum):
    """Why somebody may not come in."""

    NO_SUBJECT = "no_subject"
    NO_ADDRESS = "no_address"
    ADDRESS_DOUBTED = "address_doubted"
    DOMAIN_NOT_PROVEN = "domain_not_proven"
    ANOTHER_ADDRESS = "another_address"
    DEACTIVATED = "deactivated"
    NOT_A_MEMBER = "not_a_member"
    VENDOR_STAFF = "vendor_staff"
    ACCOUNT_CLOSED = "account_closed"


class Admission(StrEnum):
    """How somebody comes in."""

    ENTER = "enter"  # a member
    JOIN = "join"  # known to the organization, and never here before
    CREATE = "create"  # unknown until now


@dataclass(frozen=True, slots=True)
class Account:
    """The account that would be signed in: of the linked person, or of the address."""

    email: str
    is_vendor_staff: bool = False
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Known:
    """The person in the organization's list: linked to the subject, or with the address."""

    is_deactivated: bool = False
    has_joined: bool = True


def admit(
    asserted: Asserted,
    *,
    proven_domains: Collection[str],
    known: Known | None,
    account: Account | None,
    creates_members: bool,
) -> Admission | Refusal:
    """Decide. `known` and `account` are those of the subject if it is linked, else of the address.

    An account whose own address lies outside of the proven domains is never opened, though it was
    linked once: its owner has gone elsewhere, and the provider does not speak for there.
    """
    if not asserted.subject:
        return Refusal.NO_SUBJECT
    if not asserted.email or "@" not in asserted.email:
        return Refusal.NO_ADDRESS
    if asserted.address_is_doubted:
        return Refusal.ADDRESS_DOUBTED
    if domain_of(asserted.email) not in proven_domains:
        return Refusal.DOMAIN_NOT_PROVEN
    if account is not None:
        if domain_of(account.email) not in proven_domains:
            return Refusal.ANOTHER_ADDRESS
        if account.is_vendor_staff:
            return Refusal.VENDOR_STAFF
        if not account.is_active:
            return Refusal.ACCOUNT_CLOSED
    if known is not None:
        if known.is_deactivated:
            return Refusal.DEACTIVATED
        return Admission.ENTER if known.has_joined else Admission.JOIN
    return Admission.CREATE if creates_members else Refusal.NOT_A_MEMBER
