"""The list of people: whom a query asks for, in which order, a page at a time or whole.

Runs inside the organization's tenancy context, in a number of queries that does not grow with the
people. A page is read along an index: conditions are semi-joins, what is sorted by leads (names of
memberships, activity, summaries, seats), and only the people of the page are looked at closely.
Where the organization shows totals only, nobody is found, sorted or counted by usage.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import batched
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower
from django.http import QueryDict

from accounts.models import Membership
from accounts.models.membership import name_to_sort_by
from accounts.replica import reading_connection
from accounts.selectors.people_words import PeopleSearch, people_search
from seats.hooks import ActivityRule, activity_rule
from seats.models import MemberActivity, MemberSummary, SeatAssignment, WaitingListEntry
from seats.selectors.activity import inactive_by
from seats.selectors.counted import counted
from seats.selectors.member_features import add_uses
from seats.selectors.people import PersonRow, annotated_people, person_rows
from seats.selectors.privacy import shows_people

MOST_COUNTED: Final = 10_000
"""Beyond, a list says "more than 10,000": counting further would read everybody."""

LONGEST_INACTIVE: Final = 365
_AT_ONCE: Final = 1_000


_BY_DEPARTMENT: Final = """
SELECT found.pk FROM (
    SELECT id, lower(name) AS name FROM accounts_department WHERE organization_id = %s
) asked
CROSS JOIN LATERAL (SELECT pk, row_number() OVER () AS place FROM ({people}) people) found
ORDER BY asked.name {turn}, found.place LIMIT %s OFFSET %s
"""


class PeopleFilter(StrEnum):
    """Which people a list shows."""

    ALL = ""
    SEATED = "seated"
    UNSEATED = "unseated"
    IDLE = "idle"
    WAITING = "waiting"
    DISCOVERED = "discovered"
    INVITED = "invited"
    DEACTIVATED = "deactivated"


class PeopleOrder(StrEnum):
    """By what a list is sorted; a minus in front turns it round."""

    NAME = "name"
    DEPARTMENT = "department"
    LAST_ACTIVE = "last_active"
    ACTIVE_DAYS = "active_days"
    FEATURES = "features"
    SEAT = "seat"


@dataclass(frozen=True, slots=True)
class PeopleQuery:
    """What the address of a list asks for.

    `department` and `region` are ids, 0 for "none"; `level` is a title; `inactive` a number of days
    without activity, 0 for any.
    """

    filter: PeopleFilter = PeopleFilter.ALL
    department: int | None = None
    region: int | None = None
    level: str = ""
    inactive: int = 0
    is_power: bool = False
    search: str = ""
    order: PeopleOrder = PeopleOrder.NAME
    is_descending: bool = False

    @property
    def is_narrowed(self) -> bool:
        """Whether it leaves anybody out."""
        return replace(self, order=PeopleOrder.NAME, is_descending=False) != PeopleQuery()

    def without_usage(self) -> "PeopleQuery":
        """Return the query without what would tell who uses the product."""
        by_use = {PeopleFilter.IDLE, PeopleFilter.DISCOVERED}
        sorted_by_use = {PeopleOrder.LAST_ACTIVE, PeopleOrder.ACTIVE_DAYS, PeopleOrder.FEATURES}
        return replace(
            self,
            filter=PeopleFilter.ALL if self.filter in by_use else self.filter,
            inactive=0,
            is_power=False,
            order=PeopleOrder.NAME if self.order in sorted_by_use else self.order,
            is_descending=self.is_descending and self.order not in sorted_by_use,
        )


def people_query(params: QueryDict) -> PeopleQuery:
    """Return what an address asks for; what it says wrongly is as if it were not said."""
    order = params.get("sort", "")
    return PeopleQuery(
        filter=_member_of(PeopleFilter, params.get("show", ""), PeopleFilter.ALL),
        department=_number(params.get("department", "")),
        region=_number(params.get("region", "")),
        level=params.get("level", "").replace("\x00", "")[:150],
        inactive=min(_number(params.get("inactive", "")) or 0, LONGEST_INACTIVE),
        is_power=params.get("power") == "1",
        search=params.get("q", "").replace("\x00", "")[:200],
        order=_member_of(PeopleOrder, order.removeprefix("-"), PeopleOrder.NAME),
        is_descending=order.startswith("-"),
    )


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None


def _member_of[E: (PeopleFilter, PeopleOrder)](kind: type[E], value: str, otherwise: E) -> E:
    return kind(value) if value in set(kind) else otherwise


class People:
    """The people of one organization that a query asks for, at one moment."""

    def __init__(self, query: PeopleQuery, *, organization_id: int, now: datetime) -> None:
        self.is_shown = shows_people(organization_id)
        self.query = query if self.is_shown else query.without_usage()
        self._organization_id = organization_id
        self._now = now

    @cached_property
    def activity_rule(self) -> ActivityRule | None:
        """The contract's rule of who is active, or None."""
        return activity_rule(organization_id=self._organization_id, now=self._now)

    @cached_property
    def _search(self) -> PeopleSearch:
        return people_search(self._organization_id, self.query.search)

    def ids(self, start: int, stop: int | None) -> list[int]:
        """Return the ids from place `start` up to `stop` in the order of the query.

        Who has nothing to be sorted by comes last, by name, whichever way the list is turned.
        """
        leading, key = self._leading()
        if key is PeopleOrder.NAME and stop is not None and self._search.is_along_words:
            return self._search.page(
                self._conditioned(is_searched=False),
                *(start, stop),
                is_descending=self.query.is_descending,
            )
        if leading is None and key is PeopleOrder.DEPARTMENT and stop is not None:
            return self._page_by_department(start, stop)
        if leading is None:
            return list(self._by_name(key)[start:stop])
        found = list(leading[start:stop])
        if stop is not None and len(found) >= stop - start:
            return found
        passed = start + len(found) if found else leading.count()
        rest = self._by_name(None).filter(~Exists(self._followers()))
        first = max(start - passed, 0)
        return found + list(rest[first : None if stop is None else stop - passed])

    def matching(self, *, with_deactivated: bool = False) -> QuerySet[Membership]:
        """Return everybody of the query in no order, for who pages by a cursor of their own."""
        if with_deactivated and self.query.filter is PeopleFilter.ALL:
            return self._within(Membership.objects.filter(organization_id=self._organization_id))
        return self._conditioned()

    def first(self, most: int) -> list[Membership]:
        """Return who comes first, without what they did."""
        ids = self.ids(0, most)
        by_id = Membership.objects.filter(organization_id=self._organization_id).in_bulk(ids)
        return [by_id[pk] for pk in ids]

    def rows(self, ids: Sequence[int]) -> list[PersonRow]:
        """Return the rows of people, in the order of their ids."""
        people = (
            annotated_people(organization_id=self._organization_id, now=self._now)
            .filter(pk__in=ids)
            .select_related("department", "region", "user")
        )
        rows = person_rows(
            people,
            organization_id=self._organization_id,
            now=self._now,
            is_shown=self.is_shown,
        )
        if self.is_shown:
            add_uses(rows, organization_id=self._organization_id, now=self._now)
        by_id = {row.membership.pk: row for row in rows}
        return [by_id[pk] for pk in ids if pk in by_id]

    def all_rows(self, said: Callable[[int], None] = lambda done: None) -> Iterator[PersonRow]:
        """Return the rows of everybody, read in batches; `said` hears how many are done."""
        done = 0
        for ids in batched(self.ids(0, None), _AT_ONCE):
            yield from self.rows(ids)
            done += len(ids)
            said(done)

    def capped_count(self) -> int:
        """Return how many there are, but at most one more than `MOST_COUNTED`."""
        query = self.query
        is_more = not replace(query, search="").is_narrowed
        if is_more and self._search.is_of_more_than(MOST_COUNTED):
            return MOST_COUNTED + 1
        if not replace(query, filter=PeopleFilter.ALL).is_narrowed:
            # Some filters cannot be counted without a look at everybody.
            before = counted(
                f"people {query.filter or 'all'}",
                lambda: _capped(self._conditioned()),
                int,
                organization_id=self._organization_id,
            )
            if before > MOST_COUNTED:
                return before
        return _capped(self._conditioned())

    def counts(self) -> dict[PeopleFilter, int]:
        """Return how many people each filter would show, with the rest of the query as it is."""
        everybody = self._within(Membership.objects.filter(organization_id=self._organization_id))
        found = everybody.aggregate(
            **{
                f"n_{name.name}": Count("pk", filter=self._filter(name))
                for name in PeopleFilter
                if self.is_shown or name not in {PeopleFilter.IDLE, PeopleFilter.DISCOVERED}
            }
        )
        return {name: found.get(f"n_{name.name}", 0) for name in PeopleFilter}

    def _leading(self) -> tuple[QuerySet[Any, int] | None, Any]:
        """Return what leads the order as ids of people, or None where it is a membership's own."""
        query = self.query
        turn = "-" if query.is_descending else ""
        sources: dict[PeopleOrder, tuple[QuerySet[Any], str]] = {
            PeopleOrder.LAST_ACTIVE: (MemberActivity.objects.all(), "last_active_at"),
            PeopleOrder.ACTIVE_DAYS: (MemberSummary.objects.all(), "active_days"),
            PeopleOrder.FEATURES: (MemberSummary.objects.all(), "features"),
            PeopleOrder.SEAT: (
                SeatAssignment.objects.filter(during__endswith__isnull=True),
                "during__startswith",
            ),
        }
        if query.order not in sources:
            return None, query.order
        source, column = sources[query.order]
        leading = source.filter(
            organization_id=self._organization_id, membership__in=self._conditioned()
        ).order_by(f"{turn}{column}", f"{turn}membership_id")
        return leading.values_list("membership_id", flat=True), None

    def _followers(self) -> QuerySet[Any]:
        """Return what those who lead have: the others come last."""
        of_person: dict[str, Any] = {
            "organization_id": self._organization_id,
            "membership": OuterRef("pk"),
        }
        if self.query.order is PeopleOrder.SEAT:
            return SeatAssignment.objects.filter(**of_person, during__endswith__isnull=True)
        if self.query.order is PeopleOrder.LAST_ACTIVE:
            return MemberActivity.objects.filter(**of_person)
        return MemberSummary.objects.filter(**of_person)

    def _by_name(self, order: Any) -> QuerySet[Any, int]:
        name = name_to_sort_by()
        is_turned = self.query.is_descending and order is not None
        ordering: list[Any] = [name.desc(), "-pk"] if is_turned else [name.asc(), "pk"]
        if order is PeopleOrder.DEPARTMENT:
            department = Lower("department__name")
            by_department = (
                department.desc(nulls_last=True) if is_turned else department.asc(nulls_last=True)
            )
            ordering = [by_department, name.asc(), "pk"]
        return self._conditioned().order_by(*ordering).values_list("pk", flat=True)

    def _page_by_department(self, start: int, stop: int) -> list[int]:
        """Return a page in the order of departments; who is in none comes last, by name.

        Sorting by the department's name would read everybody. This reads at most the first `stop`
        people of each department up to the page, each along its index, in one statement.
        """
        name = name_to_sort_by()
        inner = self._conditioned().filter(department_id=RawSQL("asked.id", ()))
        people = inner.order_by(name, "pk").values_list("pk", flat=True)[:stop]
        sql, values = people.query.sql_with_params()
        turn = "DESC" if self.query.is_descending else "ASC"
        with reading_connection().cursor() as cursor:
            cursor.execute(
                _BY_DEPARTMENT.format(turn=turn, people=sql),
                [self._organization_id, *values, stop - start, start],
            )
            found = [pk for (pk,) in cursor.fetchall()]
        if len(found) == stop - start:
            return found
        in_one = self._conditioned().filter(department__isnull=False)
        passed = start + len(found) if found else in_one.count()
        rest = self._conditioned().filter(department__isnull=True).order_by(name, "pk")
        return found + list(
            rest.values_list("pk", flat=True)[max(start - passed, 0) : stop - passed]
        )

    def _conditioned(self, *, is_searched: bool = True) -> QuerySet[Membership]:
        people = Membership.objects.filter(organization_id=self._organization_id).order_by()
        narrowed = self._within(people, is_searched=is_searched)
        return narrowed.filter(self._filter(self.query.filter))

    def _filter(self, name: PeopleFilter) -> Q:
        is_here = ~Q(state=Membership.State.DEACTIVATED)
        seated = Exists(
            SeatAssignment.objects.filter(
                organization_id=self._organization_id,
                membership=OuterRef("pk"),
                during__endswith__isnull=True,
            )
        )
        waiting = Exists(
            WaitingListEntry.objects.filter(
                organization_id=self._organization_id,
                membership=OuterRef("pk"),
                seated_at__isnull=True,
                withdrawn_at__isnull=True,
            )
        )
        match name:
            case PeopleFilter.SEATED:
                return is_here & Q(seated)
            case PeopleFilter.UNSEATED:
                return is_here & ~Q(seated)
            case PeopleFilter.IDLE:
                return is_here & inactive_by(
                    self.activity_rule, organization_id=self._organization_id, now=self._now
                )
            case PeopleFilter.WAITING:
                return is_here & Q(waiting)
            case PeopleFilter.DISCOVERED:
                return is_here & ~Q(seated) & Q(self._active_since(None))
            case PeopleFilter.INVITED:
                return Q(state=Membership.State.INVITED)
            case PeopleFilter.DEACTIVATED:
                return Q(state=Membership.State.DEACTIVATED)
            case _:
                return is_here

    def _active_since(self, since: datetime | None) -> Exists:
        activity = MemberActivity.objects.filter(
            organization_id=self._organization_id, membership=OuterRef("pk")
        )
        return Exists(activity if since is None else activity.filter(last_active_at__gt=since))

    def _within(
        self, people: QuerySet[Membership], *, is_searched: bool = True
    ) -> QuerySet[Membership]:
        query = self.query
        for column, chosen in (("department", query.department), ("region", query.region)):
            if chosen is not None:
                people = people.filter(
                    **({f"{column}_id": chosen} if chosen else {f"{column}__isnull": True})
                )
        if query.level:
            people = people.filter(title=query.level)
        if query.inactive:
            since = self._now - timedelta(days=query.inactive)
            people = people.filter(~Q(self._active_since(since)), created_at__lte=since)
        if query.is_power:
            power = MemberSummary.objects.filter(
                organization_id=self._organization_id, membership=OuterRef("pk"), is_power=True
            )
            people = people.filter(Exists(power))
        return self._search.within(people) if is_searched else people


def capped_people(organization_id: int) -> int:
    """Return how many people are not deactivated, but at most one more than `MOST_COUNTED`."""
    return _capped(
        Membership.objects.filter(organization_id=organization_id)
        .exclude(state=Membership.State.DEACTIVATED)
        .order_by()
    )


def levels_of(organization_id: int) -> list[str]:
    """Return the titles that people of an organization have, the most frequent first, at most 50.

    Reads everybody: not for organizations of more people than are counted.
    """
    return list(
        Membership.objects.filter(organization_id=organization_id)
        .exclude(title="")
        .exclude(state=Membership.State.DEACTIVATED)
        .order_by()
        .values("title")
        .annotate(n=Count("pk"))
        .order_by(F("n").desc(), "title")
        .values_list("title", flat=True)[:50]
    )


def _capped(people: QuerySet[Membership]) -> int:
    return people.values("pk")[: MOST_COUNTED + 1].count()


class PeoplePages(Paginator):  # type: ignore[type-arg]
    """Pages of people by their ids, up to `MOST_COUNTED`: further on one searches or exports."""

    def __init__(self, people: People, per_page: int, *, counted: int | None = None) -> None:
        self._people = people
        if counted is None:
            counted = people.capped_count()
        self.is_capped = counted > MOST_COUNTED
        self._number = min(counted, MOST_COUNTED)
        super().__init__([], per_page)

    @property
    def count(self) -> int:
        """How many people can be paged to."""
        return self._number

    def page(self, number: int | str) -> Any:
        """Return a page that holds the ids of its people."""
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        ids = self._people.ids(start, min(start + self.per_page, max(self._number, 1)))
        return Page(ids, number, self)
