"""Narrows people to those whom a search fits; reads inside the organization's tenancy context.

Of most organizations every row is looked at: a word may stand anywhere in a name. Of very many
people that would read everybody, so there a word of the search is the beginning of a word of the
person (`MembershipWord`), which an index finds.
"""

from dataclasses import dataclass
from typing import Final

from django.db.models import BooleanField, Case, Q, QuerySet, TextField, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Concat

from accounts.models import Membership
from accounts.models.word import LONGEST_WORD
from accounts.replica import reading_connection

LARGE: Final = 10_000
"""With more people than this a search goes by the beginnings of words."""

_MOST_WORDS: Final = 8
# Up to so many are read and put in order; of more, a list along its own order soon finds a page.
_FEW: Final = 60_000
# Nobody has more words than these that begin alike.
_ALIKE: Final = 5
_LAST: Final = "\U0010ffff"

# The database divides the search as it divides names, and says how many words of people begin with
# each of it.
_COUNT: Final = """
SELECT found, (
    SELECT count(*) FROM (
        SELECT FROM accounts_membershipword w
        WHERE w.organization_id = %(organization)s
            AND w.word >= asked.beginning AND w.word < asked.beginning || %(last)s
        LIMIT %(most)s
    ) counted
)
FROM (
    SELECT DISTINCT found, left(found, 40)::varchar(40) COLLATE "C" AS beginning
    FROM regexp_split_to_table(lower(%(search)s), '[^[:alnum:]]+') found
    WHERE found <> '' LIMIT %(words)s
) asked
ORDER BY 2, 1
"""
# Their names stand beside the words: whoever is not on the page is not looked at.
_PAGE: Final = """
SELECT w.membership_id FROM (
    SELECT DISTINCT name, membership_id FROM accounts_membershipword
    WHERE organization_id = %s AND word >= %s AND word < %s
    ORDER BY name {turn}, membership_id {turn} OFFSET 0
) w
CROSS JOIN LATERAL ({people} LIMIT 1) fitting
ORDER BY w.name {turn}, w.membership_id {turn} LIMIT %s OFFSET %s
"""


@dataclass(frozen=True, slots=True)
class PeopleSearch:
    """A search, made ready once for every query that it narrows.

    `words` are what to look for in an organization of very many people, that of the fewest first:
    a beginning, and how many words of people begin so, at most one more than _FEW.
    """

    organization_id: int
    text: str
    words: tuple[tuple[str, int], ...] | None = None

    @property
    def is_along_words(self) -> bool:
        """Whether few enough fit one of the words to be read by it."""
        return self.words is not None and any(fits <= _FEW for _word, fits in self.words)

    def is_of_more_than(self, people: int) -> bool:
        """Whether certainly more people fit, without a look at them."""
        return (
            self.words is not None and len(self.words) == 1 and self.words[0][1] > people * _ALIKE
        )

    def within(self, people: QuerySet[Membership]) -> QuerySet[Membership]:
        """Return those of `people` whom every word fits."""
        if self.words is None:
            for word in self.text.split():
                people = people.filter(_holds(word))
            return people
        if not self.words:
            return people.filter(pk=0)
        if self.is_along_words:
            people = people.filter(
                pk__in=RawSQL(
                    "SELECT membership_id FROM accounts_membershipword "
                    "WHERE organization_id = %s AND word >= %s AND word < %s",
                    self._range(),
                )
            )
        return self._fitting(people)

    def page(
        self, people: QuerySet[Membership], start: int, stop: int, *, is_descending: bool
    ) -> list[int]:
        """Return ids of those of `people` who fit, in the order of their names, along the words."""
        one = self._fitting(people).filter(pk=RawSQL("w.membership_id", ())).order_by()
        sql, values = one.values_list("pk", flat=True).query.sql_with_params()
        statement = _PAGE.format(turn="DESC" if is_descending else "ASC", people=sql)
        with reading_connection().cursor() as cursor:
            cursor.execute(statement, [*self._range(), *values, stop - start, start])
            return [pk for (pk,) in cursor.fetchall()]

    def _fitting(self, people: QuerySet[Membership]) -> QuerySet[Membership]:
        """Narrow to whom the words fit that are not looked up.

        As one condition of which the database guesses nothing: it would take each word for rare,
        and read everybody to put a few in order.
        """
        words = [word for word, _fits in self.words or ()]
        if self.is_along_words and len(words[0]) <= LONGEST_WORD:
            del words[0]
        if not words:
            return people
        searched = Concat(
            *("name", Value(" "), "email", Value(" "), "external_id", Value(" "), "title"),
            output_field=TextField(),
        )
        fits = Q(*(Q(searched__iregex=f"(^|[^[:alnum:]]){word}") for word in words))
        return people.alias(searched=searched).filter(
            Case(When(fits, then=True), default=False, output_field=BooleanField())
        )

    def _range(self) -> tuple[int, str, str]:
        begins = self.words[0][0][:LONGEST_WORD] if self.words else _LAST
        return self.organization_id, begins, begins + _LAST


def _holds(word: str) -> Q:
    return (
        Q(name__icontains=word)
        | Q(email__icontains=word)
        | Q(external_id__icontains=word)
        | Q(title__icontains=word)
        | Q(department__name__icontains=word)
    )


def is_large(organization_id: int) -> bool:
    """Tell whether an organization has more than LARGE people; counts no further."""
    people = Membership.objects.filter(organization_id=organization_id).order_by()
    return people.values("pk")[: LARGE + 1].count() > LARGE


def people_search(organization_id: int, text: str) -> PeopleSearch:
    """Return a search of people made ready, in two queries."""
    if not text.strip() or not is_large(organization_id):
        return PeopleSearch(organization_id, text)
    with reading_connection().cursor() as cursor:
        cursor.execute(
            _COUNT,
            {
                "organization": organization_id,
                "search": text,
                "last": _LAST,
                "most": _FEW + 1,
                "words": _MOST_WORDS,
            },
        )
        return PeopleSearch(organization_id, text, tuple(cursor.fetchall()))
