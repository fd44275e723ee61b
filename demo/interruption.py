"""Being asked to stop: a signal becomes an exception, at a moment when nothing can be lost."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(BaseException):
    """Somebody asked the launcher to stop. Not an Exception, so that nothing swallows it."""


class _Waiting:
    """How many blocks put a request off, and the request that waits for their end."""

    blocks = 0
    request: StopRequested | None = None


@contextmanager
def stop_on_signals() -> Iterator[None]:
    """Turns the first stopping signal into StopRequested; the later ones change nothing.

    SIGHUP stays ignored where it is: `nohup` means it.
    """

    def request(number: int, frame: FrameType | None) -> None:
        ignore_signals()
        asked = StopRequested(signal.Signals(number).name)
        if not _Waiting.blocks:
            raise asked
        _Waiting.request = asked

    handled = [
        number
        for number in STOPPING_SIGNALS
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN
    ]
    previous = {number: signal.signal(number, request) for number in handled}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Puts StopRequested off until the block ends.

    For starting a process and noting it down: a request in between would leave it to nobody.
    """
    _Waiting.blocks += 1
    try:
        yield
    finally:
        _Waiting.blocks -= 1
        if not _Waiting.blocks and _Waiting.request is not None:
            asked, _Waiting.request = _Waiting.request, None
            raise asked


def ignore_signals() -> None:
    """From now on nothing interrupts us: for the stopping itself."""
    for number in STOPPING_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
