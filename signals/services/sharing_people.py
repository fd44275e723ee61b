"""The people behind a shared account: named by the admin, given a seat each, the case closed.

Seats are free, or bought with the one press that names the people, or come with an approval or from
the waiting list. Once each of them has a seat the case is answered, which makes it a label: the
account was shared. What a purchase could not do after its commit the next scoring does.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, ClassVar, Final

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.domain.roles import Granter
from accounts.errors import DomainError
from accounts.models import Membership
from accounts.services.history import SYSTEM, Actor, record
from accounts.services.people import add_person, lock_people
from accounts.tenancy import organization_context
from billing.hooks import SeatsPurchased
from seats.models import SeatAssignment
from seats.services.people import BulkResult, assign_seats
from signals.domain.sharing.named import MOST_PEOPLE, Named, read_people
from signals.models import SharingCase
from signals.services.sharing_answers import CaseClosed, answer_case

_SHOWN_LINES: Final = 3


class PeopleNotNamed(DomainError):
    """Nobody is named, too many are, or a line has no address."""

    code: ClassVar[str] = "people_not_named"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "people"


def seat_people(
    *,
    organization_id: int,
    case_id: int,
    people: Sequence[Named],
    granter: Granter,
    actor: Actor,
    now: datetime,
) -> BulkResult:
    """Name who works with the account and give each a free seat, while there are any.

    Once each has one the case is closed. Raises what `name_people` raises.
    """
    asked: dict[str, Any] = {"organization_id": organization_id, "actor": actor, "now": now}
    ids = name_people(case_id=case_id, people=people, granter=granter, **asked)
    given = assign_seats(membership_ids=ids, **asked)
    if not given.without_seat:
        close_seated_cases(**asked)
    return given


def name_people(
    *,
    organization_id: int,
    case_id: int,
    people: Sequence[Named],
    granter: Granter,
    actor: Actor,
    now: datetime,
) -> list[int]:
    """Remember who works with the account, and add who is not in the list of people.

    Return their memberships in that order, each once. Raises PeopleNotNamed, CaseClosed,
    SharingCase.DoesNotExist, and what `add_person` raises.
    """
    named = list({each.email.lower(): each for each in people}.values())
    _check(named)
    with organization_context(organization_id, user_id=actor.user_id):
        lock_people(organization_id=organization_id)
        case = SharingCase.objects.get(pk=case_id, organization_id=organization_id)
        if not case.is_open:
            raise CaseClosed(_("This case is closed. Nothing was changed."))
        case.people = [
            _membership(organization_id, each, granter=granter, actor=actor, now=now)
            for each in named
        ]
        case.save(update_fields=["people"])
        record(
            actor=actor,
            verb="sharing_people_named",
            subject=case,
            organization_id=organization_id,
            now=now,
            changes={"people": len(case.people)},
        )
        return case.people


def read_named(text: str) -> Sequence[Named]:
    """Return the people of a text, a line each. Raises PeopleNotNamed for one without address."""
    read = read_people(text)
    if read.unreadable:
        raise PeopleNotNamed(
            _("Give each line one email address: %(lines)s")
            % {"lines": "; ".join(read.unreadable[:_SHOWN_LINES])}
        )
    return read.people


def _check(people: Sequence[Named]) -> None:
    if not people:
        raise PeopleNotNamed(_("Name at least one person who works with this account."))
    if len(people) > MOST_PEOPLE:
        raise PeopleNotNamed(
            ngettext(
                "Name %(most)s person at most at once.",
                "Name %(most)s people at most at once.",
                MOST_PEOPLE,
            )
            % {"most": MOST_PEOPLE}
        )


def _membership(
    organization_id: int, named: Named, *, granter: Granter, actor: Actor, now: datetime
) -> int:
    known = Membership.objects.filter(organization_id=organization_id, email__iexact=named.email)
    found = known.values_list("pk", flat=True).first()
    if found is not None:
        return found
    added = add_person(
        organization_id=organization_id,
        actor=actor,
        now=now,
        granter=granter,
        email=named.email,
        name=named.name,
    )
    return added.pk


def close_seated_cases(*, organization_id: int, now: datetime, actor: Actor = SYSTEM) -> int:
    """Answer the open cases of which everybody named has a seat; return how many.

    Who was deactivated or deleted since needs none, and somebody has to be left.
    """
    seat = SeatAssignment.objects.filter(membership=OuterRef("pk"), during__endswith__isnull=True)
    closed = 0
    with organization_context(organization_id, user_id=actor.user_id):
        for case in _open_cases():
            named = Membership.objects.filter(pk__in=case.people)
            there = named.exclude(state=Membership.State.DEACTIVATED)
            if not there.exists() or there.filter(~Exists(seat)).exists():
                continue
            with suppress(CaseClosed):
                answer_case(
                    organization_id=organization_id,
                    case_id=case.pk,
                    answer=SharingCase.Answer.SEATS_GIVEN,
                    actor=actor,
                    now=now,
                )
                closed += 1
    return closed


def _open_cases() -> list[SharingCase]:
    cases = SharingCase.objects.filter(state=SharingCase.State.OPEN)
    return list(cases.exclude(people=[]).order_by("pk"))


def follow_purchase(purchased: SeatsPurchased) -> None:
    """Close the cases for whose people seats were bought, after the commit.

    An answer locks the people, which comes before the seat pool that the purchase holds.
    """
    if _open_cases():
        transaction.on_commit(
            partial(
                close_seated_cases,
                organization_id=purchased.organization_id,
                now=purchased.at,
                actor=purchased.actor,
            ),
            robust=True,
        )
