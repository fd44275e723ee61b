"""Prepares `.venv` with exactly the pinned dependencies, on a machine that has only Python and pip.

Needs the standard library alone and runs on Python 3.11, whatever version the project itself uses.
Package indexes are whatever pip and uv are configured for. Runs at the same time wait for each
other; a run that finds everything in place takes no time.
"""
# ruff: noqa: S603, T201

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / ".tools"
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
LOCK = ROOT / "requirements" / "development.txt"
INSTALLER_LOCK = ROOT / "requirements" / "bootstrap.txt"
STAMP = ENVIRONMENT / ".bootstrapped"
PREFERRED = ((3, 13), (3, 12), (3, 14))
OLDEST_UV = (0, 5)


class CannotBootstrap(Exception):
    """The machine lacks something; the message says what, and the remedy."""


def main() -> int:
    """Returns the exit code."""
    try:
        if not is_prepared():
            TOOLS.mkdir(exist_ok=True)
            with (TOOLS / "bootstrap.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if not is_prepared():
                    prepare()
        compile_messages()
    except CannotBootstrap as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        command = " ".join(str(part) for part in error.cmd)
        print(
            f"\nThis command failed with exit code {error.returncode}: {command}", file=sys.stderr
        )
        return 1
    return 0


def wanted_stamp() -> str:
    """What the stamp file holds when the environment matches the lock."""
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()


def is_prepared() -> bool:
    """Whether the environment was completed for this very lock."""
    return STAMP.exists() and PYTHON.exists() and STAMP.read_text().strip() == wanted_stamp()


def prepare() -> None:
    """Makes the environment and installs the pinned dependencies into it."""
    uv = runnable_uv() or install_uv()
    if python_version(PYTHON) < min(PREFERRED):
        make_environment(uv)
    STAMP.unlink(missing_ok=True)
    print("Installing the pinned dependencies into .venv ...", flush=True)
    if not install_with_uv(uv):
        install_with_pip()
    STAMP.write_text(wanted_stamp() + "\n")


def install_with_uv(uv: Path) -> bool:
    """Installs with uv; with the certificates of the machine where those of uv do not do."""
    # Compiled once here, or by every process at each start where bytecode must not be written.
    options = ("--require-hashes", "--compile-bytecode", "--python", PYTHON)
    command: list[str | Path] = [uv, "pip", "sync", *options, LOCK]
    if not sys.stderr.isatty():
        command.append("--quiet")
    environment = installer_environment()
    if subprocess.run(command, cwd=ROOT, env=environment).returncode == 0:
        return True
    print("Trying again with the certificates of this machine ...", flush=True)
    environment |= {"UV_SYSTEM_CERTS": "true", "UV_NATIVE_TLS": "true"}
    return subprocess.run(command, cwd=ROOT, env=environment).returncode == 0


def install_with_pip() -> None:
    """Installs with the environment's own pip, which reads settings that uv does not."""
    print("Trying pip with its own configuration ...", flush=True)
    pip: list[str | Path] = [PYTHON, "-m", "pip"]
    if output_of(PYTHON, "-m", "ensurepip") is None:
        pip = [python_with_pip(), "-m", "pip", "--python", PYTHON]
    install = ("install", "--quiet", "--require-hashes", "-r", LOCK)
    subprocess.run([*pip, *install], cwd=ROOT, check=True)


def compile_messages() -> None:
    """Compiles the catalogs that changed since they were last compiled."""
    catalogs = list(ROOT.glob("locale/*/LC_MESSAGES/*.po"))
    stale = [
        catalog
        for catalog in catalogs
        if not catalog.with_suffix(".mo").exists()
        or catalog.with_suffix(".mo").stat().st_mtime < catalog.stat().st_mtime
    ]
    if stale:
        subprocess.run([PYTHON, "-m", "scripts.compile_messages"], cwd=ROOT, check=True)


def output_of(*command: str | Path) -> str | None:
    """What the command prints, or None when it does not run: a shim on PATH may be an empty one."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def runnable_uv() -> Path | None:
    """A uv that runs and is recent enough: ours, else the machine's."""
    for candidate in (TOOLS / "bin" / "uv", shutil.which("uv")):
        version = candidate and re.match(
            r"uv (\d+)\.(\d+)", output_of(candidate, "--version") or ""
        )
        if candidate and version and (int(version[1]), int(version[2])) >= OLDEST_UV:
            return Path(candidate)
    return None


def install_uv() -> Path:
    """Installs the pinned uv into .tools; needs pip, but neither root nor a virtual environment."""
    print("Installing uv into .tools ...", flush=True)
    options = ("--quiet", "--disable-pip-version-check", "--require-hashes", "--upgrade")
    pip: list[str | Path] = [python_with_pip(), "-m", "pip", "install", *options]
    subprocess.run([*pip, "--target", TOOLS, "-r", INSTALLER_LOCK], cwd=ROOT, check=True)
    uv = runnable_uv()
    if uv is None:
        raise CannotBootstrap(
            "uv was installed into .tools but does not run on this machine. "
            "Install uv yourself and put it on PATH, then run the command again."
        )
    return uv


def python_with_pip() -> Path:
    """A Python whose pip runs."""
    for python in pythons():
        if output_of(python, "-m", "pip", "--version"):
            return python
    raise CannotBootstrap(
        "No Python with pip was found. Install pip (on Debian: apt-get install python3-pip; "
        "elsewhere: python3 -m ensurepip), then run the command again."
    )


def pythons() -> Iterator[Path]:
    """Every Python interpreter of the machine that we know how to find."""
    names = ("python3", "python3.13", "python3.12", "python3.14", "python3.11", "python")
    yield Path(sys.executable)
    for directory in (*os.get_exec_path(), "/usr/local/bin", "/usr/bin", "/opt/homebrew/bin"):
        for name in names:
            path = Path(directory, name)
            if path.exists():
                yield path
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(pyenv.glob("versions/*/bin/python3"), reverse=True)
    yield from sorted(Path("/opt").glob("python*/bin/python3"), reverse=True)


def python_version(python: Path) -> tuple[int, int]:
    """The interpreter's version, (0, 0) when it does not run or is not a final release."""
    report = "import sys; v = sys.version_info; print(v.major, v.minor, v.releaselevel)"
    words = (output_of(python, "-c", report) or "0 0 none").split()
    return (int(words[0]), int(words[1])) if words[2] == "final" else (0, 0)


def make_environment(uv: Path) -> None:
    """Makes .venv with the preferred Python of the machine, else one that uv can fetch."""
    found: dict[tuple[int, int], Path] = {}
    for python in pythons():
        version = python_version(python)
        found.setdefault(version, python)
        if version == PREFERRED[0]:
            break
    usable = next((found[version] for version in PREFERRED if version in found), None)
    print(f"Creating .venv with {usable or 'a Python that uv provides'} ...", flush=True)
    if ENVIRONMENT.exists():
        shutil.rmtree(ENVIRONMENT)
    make: list[str | Path] = [uv, "venv", "--quiet", ENVIRONMENT, "--python", usable or "3.13"]
    if subprocess.run(make, cwd=ROOT, env=installer_environment()).returncode:
        raise CannotBootstrap(
            "No Python 3.12 or later could be found or fetched. Install Python 3.13 "
            "(for example: uv python install 3.13, or pyenv install 3.13), "
            "then run the command again."
        )


def installer_environment() -> dict[str, str]:
    """Our environment, with pip's index handed to uv, which does not read pip's settings."""
    environment = dict(os.environ)
    has_own = any(
        name in environment
        for name in ("UV_INDEX", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_NO_INDEX")
    )
    index = environment.get("PIP_INDEX_URL")
    if not has_own and not index:
        listing = output_of(sys.executable, "-m", "pip", "config", "list") or ""
        configured = re.search(r"^(?:global|install)\.index.url='(.*)'$", listing, re.MULTILINE)
        index = configured[1] if configured else None
    if index and not has_own:
        environment["UV_DEFAULT_INDEX"] = index
    if "PIP_CERT" in environment:
        environment.setdefault("SSL_CERT_FILE", environment["PIP_CERT"])
    # Its own notion of a project must not lead uv elsewhere.
    environment.pop("VIRTUAL_ENV", None)
    return environment


if __name__ == "__main__":
    sys.exit(main())
