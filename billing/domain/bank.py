"""Account numbers of banks: whether one can be right.

The check is that of ISO 13616: the first four characters go to the end, letters become numbers from
10 (A) to 35 (Z), and the whole number leaves 1 when it is divided by 97.
"""

from __future__ import annotations

import re

_SHAPE = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_MODULUS = 97


def tidy_iban(text: str) -> str:
    """An account number in capitals and groups of four, as it is printed."""
    plain = re.sub(r"[\s.\-]", "", text).upper()
    return " ".join(plain[start : start + 4] for start in range(0, len(plain), 4))


def is_iban(text: str) -> bool:
    """Whether the check digits fit; that the account exists is not asked."""
    plain = tidy_iban(text).replace(" ", "")
    if not plain.isascii() or _SHAPE.fullmatch(plain) is None:
        return False
    turned = plain[4:] + plain[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % _MODULUS == 1
