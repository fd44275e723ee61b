"""Starts processes one after the other, watches them, and stops them in the reverse order."""

import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from demo.interruption import uninterrupted
from demo.process import ChildProcess, ProcessFailed

WATCH_INTERVAL = 0.2


class Service(Protocol):
    """What the supervisor can stop."""

    name: str

    def stop(self) -> None: ...


class Supervisor:
    """The processes of one demo. `inherited` file descriptors stay open as long as any of them."""

    def __init__(self, directory: Path, *, logs: Path, inherited: Sequence[int] = ()) -> None:
        self.directory = directory
        self.logs = logs
        self.inherited = tuple(inherited)
        self._services: list[Service] = []
        self._children: list[ChildProcess] = []

    def adopt(self, service: Service) -> None:
        """Has `stop` stop a service that starts by itself. Adopt it before it starts."""
        self._services.append(service)

    def watch(self, child: ChildProcess) -> None:
        """From now on the child's end is the end of the whole."""
        self._children.append(child)

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        environment: Mapping[str, str],
        stop_signals: Sequence[signal.Signals] = (signal.SIGTERM,),
    ) -> ChildProcess:
        """Starts a process that is to run until the end."""
        child = self._launch(name, command, environment, stop_signals)
        self.watch(child)
        return child

    def run(
        self,
        name: str,
        command: Sequence[str | Path],
        environment: Mapping[str, str],
        show: Callable[[str], None] = lambda line: None,
    ) -> None:
        """Runs a command to its end, its lines handed to `show`; a failure is ProcessFailed."""
        child = self._launch(name, command, environment, (signal.SIGTERM,))
        pending = ""
        with child.log.open(errors="replace") as log:
            running = True
            while running:
                running = child.is_running()
                *lines, pending = (pending + log.read()).split("\n")
                for line in lines:
                    show(line)
                self.check()
                time.sleep(WATCH_INTERVAL / 4)
        # It has ended; nothing of it is left to stop.
        self._services.remove(child)
        child.finish()

    def wait_until(self, is_ready: Callable[[], bool], what: str, within: float = 90.0) -> None:
        """Polls until ready. Raises ProcessFailed when a process ends, or the time is over."""
        deadline = time.monotonic() + within
        while not is_ready():
            self.check()
            if time.monotonic() > deadline:
                raise ProcessFailed(f"{what} did not answer within {within:.0f} seconds.")
            time.sleep(WATCH_INTERVAL / 4)
        # What answered may have been somebody else.
        self.check()

    def check(self) -> None:
        """Raises ProcessFailed, with the end of its log, when one of the processes has ended."""
        for child in self._children:
            child.ensure_running()

    def watch_forever(self) -> None:
        """Returns never: a signal, or the end of a process, ends it with an exception."""
        while True:
            self.check()
            time.sleep(WATCH_INTERVAL)

    def stop(self, show: Callable[[str], None]) -> None:
        """Stops everything, the last first."""
        self._children.clear()
        while self._services:
            service = self._services.pop()
            show(service.name)
            service.stop()

    def _launch(
        self,
        name: str,
        command: Sequence[str | Path],
        environment: Mapping[str, str],
        stop_signals: Sequence[signal.Signals],
    ) -> ChildProcess:
        log = self.logs / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_bytes(b"")
        with uninterrupted():
            child = ChildProcess.start(
                name,
                command,
                log=log,
                environment=environment,
                directory=self.directory,
                stop_signals=stop_signals,
                inherited=self.inherited,
            )
            self.adopt(child)
        return child


def python(*arguments: str) -> list[str | Path]:
    """The command that runs this very Python."""
    return [sys.executable, *arguments]
