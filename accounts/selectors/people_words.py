"""Narrows people to those whom a search fits; reads inside the organization's tenancy context.

Of most organizations every row is looked at: a word may stand anywhere in a name. Of very many
people that would read everybody, so there a word of the search is the beginning of a word of the
person (`MembershipWord`), which an index finds.
"""

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Concat

from accounts.models import Membership
from accounts.replica import reading_connection

LARGE: Final = 10_000
"""With more people than this a search goes by the beginnings of words."""

_MOST_WORDS: Final = 8
# Fewer than these are read by their words; of more, a list along its own order soon finds a page.
_FEW: Final = 50_000
_LAST: Final = "\U0010ffff"

# The database divides the search as it divides names, and says of each word how many words of
# people begin so, and which departments have such a word.
_COUNT: Final = """
SELECT found, (
    SELECT count(*) FROM (
        SELECT FROM accounts_membershipword w
        WHERE w.organization_id = %(organization)s
            AND w.word >= asked.beginning AND w.word < asked.beginning || %(last)s
        LIMIT %(most)s
    ) counted
), ARRAY(
    SELECT id FROM accounts_department d
    WHERE d.organization_id = %(organization)s
        AND lower(d.name) ~ ('(^|[^[:alnum:]])' || asked.found)
)
FROM (
    SELECT DISTINCT found, left(found, 40)::varchar(40) COLLATE "C" AS beginning
    FROM regexp_split_to_table(lower(%(search)s), '[^[:alnum:]]+') found
    WHERE found <> '' LIMIT %(words)s
) asked
ORDER BY 2, 1
"""


@dataclass(frozen=True, slots=True)
class PeopleSearch:
    """A search, made ready once for every query that it narrows.

    `words` are what to look for in an organization of very many people, that of the fewest first:
    a beginning, how many words of people begin so, at most one more than _FEW, and departments.
    """

    organization_id: int
    text: str
    words: tuple[tuple[str, int, list[int]], ...] | None = None

    def within(self, people: QuerySet[Membership]) -> QuerySet[Membership]:
        """Return those of `people` whom every word fits, by a department's name too."""
        if self.words is None:
            for word in self.text.split():
                people = people.filter(_holds(word))
            return people
        if not self.words:
            return people.filter(pk=0)
        people = people.alias(
            searched=Concat(
                *("name", Value(" "), "email", Value(" "), "external_id", Value(" "), "title")
            )
        )
        for place, (word, fits, departments) in enumerate(self.words):
            if place == 0 and fits <= _FEW:
                people = people.filter(pk__in=self._found(word, departments))
            if place or fits > _FEW or len(word) > 40:
                people = people.filter(
                    Q(searched__iregex=f"(^|[^[:alnum:]]){word}") | Q(department__in=departments)
                )
        return people

    def _found(self, word: str, departments: list[int]) -> Any:
        begins = word[:40]
        return RawSQL(
            "SELECT membership_id FROM accounts_membershipword "
            "WHERE organization_id = %s AND word >= %s AND word < %s "
            "UNION ALL SELECT id FROM accounts_membership "
            "WHERE organization_id = %s AND department_id = ANY(%s)",
            (self.organization_id, begins, begins + _LAST, self.organization_id, departments),
        )


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
