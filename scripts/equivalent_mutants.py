"""Mutants that no test can kill, because they mean the same as the original, and why."""

_ZERO = "Only zero is treated differently, and minus zero is zero."

EQUIVALENT: dict[str, str] = {
    "billing.domain.money.x_round_half_up__mutmut_11": _ZERO,
    "billing.domain.money.x_split__mutmut_41": _ZERO,
    "billing.domain.money.x_split__mutmut_42": _ZERO,
}
