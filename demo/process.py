"""Child processes that log to a file, stop on request and never outlive their parent."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

GUARD = Path(__file__).with_name("guard.py")
LAST_LINES = 20
PR_SET_PDEATHSIG = 1


class ProcessFailed(Exception):
    """A child process ended, or did not come up, when it should have been running."""


@dataclass(frozen=True)
class Account:
    """The system account a child runs under."""

    name: str
    uid: int
    gid: int


def unprivileged_account() -> Account | None:
    """The account for services that refuse root, or None when we are not root ourselves."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def last_lines(log: Path, count: int = LAST_LINES) -> str:
    """The end of a log, for an error message."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])


def guarded(
    command: Sequence[str | Path],
    *,
    account: Account | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
) -> list[str]:
    """The command wrapped so that it ends with this process and runs under `account`."""
    identity = f"{account.uid}:{account.gid}" if account else "-"
    return [
        sys.executable,
        "-I",
        "-S",
        str(GUARD),
        str(os.getpid()),
        str(int(death_signal)),
        identity,
        *(str(part) for part in command),
    ]


def follow_parent() -> None:
    """Has the kernel send us SIGTERM when our parent dies: `make` may be killed outright."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)


class ChildProcess:
    """One running command. Start it from the main thread: it dies with the thread that made it."""

    def __init__(
        self,
        name: str,
        popen: "subprocess.Popen[bytes]",
        log: Path,
        stop_signals: Sequence[signal.Signals],
    ) -> None:
        self.name = name
        self.log = log
        self._popen = popen
        self._stop_signals = tuple(stop_signals)

    @classmethod
    def start(
        cls,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        environment: Mapping[str, str],
        directory: Path,
        account: Account | None = None,
        stop_signals: Sequence[signal.Signals] = (signal.SIGTERM,),
        inherited: Sequence[int] = (),
    ) -> Self:
        """Starts `command` in a session of its own, so that Ctrl-C reaches only the launcher.

        `stop_signals` are sent in turn by `stop`, each with its share of the patience; the first is
        also what the kernel sends when we die. `inherited` file descriptors stay open in the child.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            popen = subprocess.Popen(
                guarded(command, account=account, death_signal=stop_signals[0]),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=directory,
                env=dict(environment),
                start_new_session=True,
                pass_fds=tuple(inherited),
            )
        return cls(name, popen, log, stop_signals)

    @property
    def pid(self) -> int:
        return self._popen.pid

    def exit_code(self) -> int | None:
        """None while the process runs."""
        return self._popen.poll()

    def is_running(self) -> bool:
        return self.exit_code() is None

    def ensure_running(self) -> None:
        """Raises ProcessFailed, with the end of the log, when the process has ended."""
        code = self.exit_code()
        if code is not None:
            raise ProcessFailed(
                f"{self.name} ended with exit code {code}. The end of {self.log}:\n"
                f"{last_lines(self.log)}"
            )

    def finish(self) -> None:
        """Waits for a command that ends by itself. Raises ProcessFailed unless it ends well."""
        try:
            if self._popen.wait() != 0:
                self.ensure_running()
        finally:
            self.kill()

    def stop(self, patience: float = 10.0) -> None:
        """Stops the process: each signal in turn with `patience` seconds, then SIGKILL."""
        for number in self._stop_signals:
            if not self.is_running():
                break
            self._popen.send_signal(number)
            try:
                self._popen.wait(patience)
            except subprocess.TimeoutExpired:
                continue
        self.kill()

    def kill(self) -> None:
        """Ends the whole session of the process, so that no grandchild is left."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()
