"""By which words people are found where there are very many of them."""

from django.db import models

from accounts.models.membership import Membership
from accounts.models.organization import Organization

LONGEST_WORD = 40


class MembershipWord(models.Model):
    """A word of a person's name, address, member id or title, in small letters, cut at 40.

    Kept by triggers on memberships and written by nothing else. Its order is that of bytes, which
    row security lets an index follow: a search by the beginnings of words reads whom it finds.
    `name` is what lists sort the person by, cut at 40 as well, and stands in the index.
    """

    pk = models.CompositePrimaryKey("organization", "word", "name", "membership")
    organization = models.ForeignKey(
        Organization,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    word = models.CharField(max_length=LONGEST_WORD, db_collation="C")
    name = models.CharField(max_length=LONGEST_WORD)
    membership = models.ForeignKey(
        Membership,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    def __str__(self) -> str:
        return self.word
