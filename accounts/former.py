"""What stands where a deleted person was named: a pseudonym without a language, shown in words.

`former-7` is stored, with the number of their entry in the list of people; readers see "Former
person 7" in their own language.
"""

import re
from typing import Final

from django.utils.translation import gettext as _

# What earlier versions stored was English.
_FORMER: Final = re.compile(r"\b(?:former-|Former person )(\d+)\b")


def pseudonym(membership_id: int) -> str:
    """Return what stands for a deleted person from now on, the same wherever they stood."""
    return f"former-{membership_id}"


def in_words(text: str) -> str:
    """Return a text with the deleted people in it in the reader's language."""
    return _FORMER.sub(lambda found: _("Former person %(number)s") % {"number": found[1]}, text)
