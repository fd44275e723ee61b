"""The entitlement check beside a handler that does nothing, and beside a view of DRF."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.load.client import Rate, measured_rate, request_bytes
from tests.load.report import Line, line_of, say
from tests.load.stage import PEOPLE, analyze, make_customer, served

SECTION = "entitlement"
ROUNDS = 5
SECONDS = 2.0
CONNECTIONS = 32
CHECK = "/api/v1/entitlements/check"


def measure(_directory: Path) -> list[Line]:
    """Ask about every one of 500 people in turn; every answer is the person's own."""
    from tests.support.people import make_api_key

    make_customer("checked")
    key = make_api_key()
    analyze()

    def rate(port: int, path: str) -> Rate:
        return measured_rate(
            port=port,
            requests=_questions(port, path, key),
            connections=CONNECTIONS,
            seconds=SECONDS,
        )

    raw, checked, framed = list[Rate](), list[Rate](), list[Rate]()
    with (
        served("tests.load.raw:application") as raw_port,
        served("config.asgi:application") as port,
        served("tests.load.framework:application") as framed_port,
    ):
        for number in range(ROUNDS):
            raw.append(rate(raw_port, "/"))
            checked.append(rate(port, CHECK))
            framed.append(rate(framed_port, "/check"))
            say(
                f"  round {number + 1}: raw {raw[-1].per_second:,.0f}, check "
                f"{checked[-1].per_second:,.0f}, DRF {framed[-1].per_second:,.0f} a second"
            )
    subject = (
        f"{_middle(checked):,.0f} a second, median "
        f"{median(each.median_ms for each in checked):.1f} ms"
    )
    return [
        line_of(
            SECTION,
            "entitlement check",
            subject,
            f"a handler that does nothing: {_middle(raw):,.0f} a second",
            rounds=_ratios(checked, raw),
            at_least=0.5,
        ),
        line_of(
            SECTION,
            "entitlement check",
            subject,
            f"a view of DRF with two queries: {_middle(framed):,.0f} a second",
            rounds=_ratios(checked, framed),
            at_least=5.0,
        ),
    ]


def _questions(port: int, path: str, key: str) -> Iterator[bytes]:
    bodies = [
        json.dumps({"organization": "checked", "member": f"u-{number}"}).encode()
        for number in range(PEOPLE)
    ]
    return itertools.cycle(
        [request_bytes(port=port, path=path, key=key, body=body) for body in bodies]
    )


def _middle(rates: list[Rate]) -> float:
    return median(each.per_second for each in rates)


def _ratios(subject: list[Rate], baseline: list[Rate]) -> list[float]:
    return [a.per_second / b.per_second for a, b in zip(subject, baseline, strict=True)]
