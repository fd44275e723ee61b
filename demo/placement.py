"""Where the embedded services keep their programs and data.

Normally the programs run from their wheels and the data lies in the directory asked for. As root
the services run under another account, which may be unable to reach either (`/root` is closed, so
are pytest's directories). Then the programs are copied, and the data placed, below one shared
directory that belongs to root and that the account can pass through.
"""

import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

from demo.process import Account

SHARED = Path("/var/tmp/headroom-services")  # noqa: S108 - ownership is checked before each use
ORIGIN = "origin"


class UnsafeDirectory(Exception):
    """The shared directory exists, but somebody else could change what lies in it."""


def can_reach(path: Path, account: Account) -> bool:
    """Whether the account may pass through every directory above `path`, which need not exist."""
    for parent in path.absolute().parents:
        status = parent.stat()
        needed = stat.S_IXUSR if status.st_uid == account.uid else stat.S_IXOTH
        if not status.st_mode & needed:
            return False
    return True


def shared_directory() -> Path:
    """The directory for copies, made on first use. Raises UnsafeDirectory when others may write."""
    SHARED.mkdir(mode=0o755, exist_ok=True)
    status = SHARED.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
        raise UnsafeDirectory(
            f"{SHARED} belongs to somebody else or can be written by others. "
            "Remove it and start again."
        )
    return SHARED


def programs(root: Path, parts: tuple[str, ...], account: Account | None) -> Path:
    """The directory to run programs from: `root` itself, or a copy of its `parts`.

    `root` holds several directories that find each other by relative paths, so all are copied.
    """
    paths = [root / part for part in parts]
    if account is None or all(can_reach(path / "x", account) for path in paths):
        return root
    state = "\n".join(f"{path}:{path.stat().st_mtime_ns}" for path in paths)
    copy = shared_directory() / f"programs-{hashlib.sha256(state.encode()).hexdigest()[:12]}"
    if copy.exists():
        return copy
    partial = Path(tempfile.mkdtemp(prefix="partial-", dir=shared_directory()))
    partial.chmod(0o755)
    for part, path in zip(parts, paths, strict=True):
        shutil.copytree(path, partial / part, symlinks=True, ignore=_left_behind)
    try:
        partial.rename(copy)
    except OSError:
        # Another start was faster; its copy is the same.
        shutil.rmtree(partial)
    return copy


def _left_behind(directory: str, names: list[str]) -> set[str]:
    """Headers, documentation and static libraries, which no program needs to run."""
    return {
        name for name in names if name in {"include", "doc", "__pycache__"} or name.endswith(".a")
    }


def place_data(directory: Path, account: Account | None) -> Path:
    """Makes the data directory that stands for `directory`, owned by `account` alone."""
    home = directory
    if account is not None and not can_reach(directory, account):
        _remove_abandoned()
        home = _substitute(directory)
        home.mkdir(mode=0o755, parents=True, exist_ok=True)
        (home / ORIGIN).write_text(str(directory.parent.absolute()))
    home.mkdir(parents=True, exist_ok=True)
    if account is not None:
        os.chown(home, account.uid, account.gid)
    home.chmod(0o700)
    return home


def remove_data(directory: Path) -> None:
    """Removes the data of `directory`, wherever it was placed."""
    if directory.exists():
        shutil.rmtree(directory)
    if os.geteuid() == 0 and _substitute(directory).exists():
        shutil.rmtree(_substitute(directory))


def _substitute(directory: Path) -> Path:
    name = hashlib.sha256(str(directory.absolute()).encode()).hexdigest()[:16]
    return SHARED / f"data-{name}"


def _remove_abandoned() -> None:
    """Removes data whose service directory is gone, and with it the only copy of the password."""
    for marker in shared_directory().glob(f"data-*/{ORIGIN}"):
        if not Path(marker.read_text()).exists():
            shutil.rmtree(marker.parent, ignore_errors=True)
