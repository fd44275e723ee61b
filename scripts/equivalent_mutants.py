"""Mutants that no test can kill, because they mean the same as the original, and why."""

EQUIVALENT: dict[str, str] = {}
