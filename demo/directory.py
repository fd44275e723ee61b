"""The directory of one demo: one launcher at a time uses it, and it can be emptied."""

import fcntl
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from demo.services import EmbeddedPostgres, EmbeddedValkey

MARKER = "launcher.lock"
FAMILY = "processes.lock"
PATIENCE = 30.0


class DirectoryInUse(Exception):
    """Another launcher runs in the directory, or its processes have not ended yet."""


class ForeignDirectory(Exception):
    """The directory holds something that no demo has made."""


class DemoDirectory:
    """Holds the directory for this launcher until the process ends.

    Two locks: one is the launcher's own, the other is handed to every process it starts, so that a
    launcher which comes after a killed one can wait for the orphans' end.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._locks: list[int] = []

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def family_lock(self) -> int:
        """The file descriptor for the processes to inherit."""
        return self._locks[1]

    def take(self, say: Callable[[str], None]) -> None:
        """Claims the directory. Raises ForeignDirectory or DirectoryInUse, each with the remedy."""
        if self.path.exists() and not (self.path / MARKER).exists() and any(self.path.iterdir()):
            raise ForeignDirectory(
                f"{self.path} is not empty and was not made by a demo. "
                "Choose another directory with DEMO_DIR=."
            )
        # Open to pass through: as root, the services run under another account.
        self.path.mkdir(mode=0o711, parents=True, exist_ok=True)
        launcher = self._open(MARKER)
        if not _locked(launcher):
            holder = os.pread(launcher, 100, 0).decode().strip()
            raise DirectoryInUse(
                f"A demo is already running in {self.path} ({holder}). "
                "Stop it first, or start another one beside it with DEMO_DIR=."
            )
        self.describe(f"process {os.getpid()}")
        family = self._open(FAMILY)
        if not _locked(family):
            say("Waiting for the processes of an earlier start to end")
            deadline = time.monotonic() + PATIENCE
            while not _locked(family):
                if time.monotonic() > deadline:
                    raise DirectoryInUse(
                        f"Processes of an earlier start still use {self.path}. End them first."
                    )
                time.sleep(0.1)

    def describe(self, holder: str) -> None:
        """Tells a later launcher who holds the directory."""
        os.ftruncate(self._locks[0], 0)
        os.pwrite(self._locks[0], holder.encode(), 0)

    def clear(self) -> None:
        """Removes all that earlier starts have left, except the locks."""
        for service in (self.postgres(), self.valkey()):
            service.remove()
        for path in self.path.iterdir():
            if path.name in {MARKER, FAMILY}:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

    def postgres(self) -> EmbeddedPostgres:
        return EmbeddedPostgres(self.path / "postgresql", inherited=self._locks[1:])

    def valkey(self) -> EmbeddedValkey:
        return EmbeddedValkey(self.path / "valkey", inherited=self._locks[1:])

    def release(self) -> None:
        """Gives the directory free; the end of the process does the same."""
        while self._locks:
            os.close(self._locks.pop())

    def _open(self, name: str) -> int:
        descriptor = os.open(self.path / name, os.O_RDWR | os.O_CREAT, 0o600)
        self._locks.append(descriptor)
        return descriptor


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
