"""The rules of the detectors, one module each: facts of one scope in, what was found out.

A rule is `found(facts, settings)`: the evidence when the state is there, None when it is not. When
that becomes a signal and when it ends is the finding machine's (`signals.domain.findings`).
"""
