"""Mutation testing of the pure rules of billing: `python -m scripts.mutants [module ...]`.

With `report` instead, the verdicts of the last run are shown again.

mutmut changes one operator, constant, argument or branch of `billing/domain` at a time and runs the
unit tests that reach it. A mutant that no test notices has survived: either a test is missing, or
the mutant means the same as the original; those are named, each with its reason, in
`scripts/equivalent_mutants.py`. Everything happens in a copy under `.cache/mutants`, which needs
no database. Property tests draw the same examples every time, so that two runs agree.
"""
# ruff: noqa: S603, T201

import ast
import difflib
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from scripts.equivalent_mutants import EQUIVALENT

ROOT = Path(__file__).resolve().parents[1]
COPY = ROOT / ".cache" / "mutants"
SOURCE = Path("billing/domain")
TESTS = Path("tests/unit/billing")
WANTED = 0.95
_REACHES_FURTHER = re.compile(r"^(from|import) billing\.(?!domain\b)", re.MULTILINE)

SETTINGS = """\
[tool.pytest.ini_options]
pythonpath = ["."]
addopts = "-p no:cacheprovider -p no:django -p no:xdist"

[tool.mutmut]
source_paths = ["billing/domain"]
only_mutate = [{modules}]
also_copy = ["billing/__init__.py", "tests"]
pytest_add_cli_args_test_selection = ["tests/unit/billing"]
use_git_change_detection = false
process_isolation = "forkserver"
"""
REPEATABLE = """\
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
settings.load_profile("repeatable")
"""
# Exit codes of pytest as mutmut keeps them: 1 a test failed, 3 pytest itself broke, 0 nobody
# noticed, 33 no test reaches the function, the negative ones and 24, 36 and 152 ran out of time.
_SURVIVED = {0, 5, 33}
_UNDECIDED = {None, 2, 34, 35}


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of a module's mutants."""

    module: str
    killed: int
    survived: tuple[str, ...]
    equivalent: int

    @property
    def total(self) -> int:
        return self.killed + len(self.survived) + self.equivalent

    @property
    def share(self) -> float:
        """Killed among those that could be killed."""
        possible = self.total - self.equivalent
        return self.killed / possible if possible else 1.0


def prepare(modules: list[str]) -> None:
    """Copies the domain, its tests and nothing else, anew, but keeps verdicts that still hold."""
    for part in (SOURCE, TESTS):
        shutil.rmtree(COPY / part, ignore_errors=True)
        shutil.copytree(ROOT / part, COPY / part, ignore=shutil.ignore_patterns("__pycache__"))
    for test in (COPY / TESTS).glob("*.py"):
        # What draws on more of billing than its rules cannot run here.
        if _REACHES_FURTHER.search(test.read_text()):
            test.unlink()
    for package in ("billing", "tests", "tests/unit"):
        (COPY / package / "__init__.py").touch()
    (COPY / "tests" / "conftest.py").write_text(REPEATABLE)
    chosen = ", ".join(f'"{SOURCE}/{module}.py"' for module in modules or ["*"])
    (COPY / "pyproject.toml").write_text(SETTINGS.format(modules=chosen))


def mutate() -> None:
    """Runs mutmut over the copy, on one core less than there are."""
    mutmut = Path(sys.executable).with_name("mutmut")
    children = str(max(1, (os.cpu_count() or 2) - 1))
    shutil.rmtree(COPY / "mutants", ignore_errors=True)
    done = subprocess.run(
        [str(mutmut), "run", "--max-children", os.environ.get("MUTANT_WORKERS", children)],
        cwd=COPY,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={key: value for key, value in os.environ.items() if "DJANGO" not in key},
    )
    if done.returncode:
        print(done.stdout[-4000:])
        raise SystemExit(done.returncode)


def tallies() -> list[Tally]:
    """Reads the verdicts; raises ValueError for a mutant without one."""
    found = []
    for meta in sorted((COPY / "mutants" / SOURCE).glob("*.py.meta")):
        verdicts: dict[str, int | None] = json.loads(meta.read_text())["exit_code_by_key"]
        undecided = [name for name, verdict in verdicts.items() if verdict in _UNDECIDED]
        if undecided:
            raise ValueError(f"No verdict on {undecided[0]} and {len(undecided) - 1} more.")
        unnoticed = [name for name, verdict in verdicts.items() if verdict in _SURVIVED]
        survived = tuple(name for name in unnoticed if name not in EQUIVALENT)
        if verdicts:
            found.append(
                Tally(
                    module=meta.name.removesuffix(".py.meta"),
                    killed=len(verdicts) - len(unnoticed),
                    survived=survived,
                    equivalent=len(unnoticed) - len(survived),
                )
            )
    return found


def show(name: str) -> str:
    """The change that a mutant makes, as the lines that differ."""
    module, function = name.rsplit(".", 1)
    tree = ast.parse((COPY / "mutants" / f"{module.replace('.', '/')}.py").read_text())
    bodies = {
        node.name: ast.unparse(node).splitlines()[1:]
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    }
    original = function.rsplit("__mutmut_", 1)[0] + "__mutmut_orig"
    diff = difflib.unified_diff(bodies[original], bodies[function], n=0, lineterm="")
    return "\n".join(f"      {line}" for line in diff if not line.startswith(("+++", "---", "@@")))


def report(found: list[Tally]) -> None:
    """A line for every module, the survivors with their change, and the total."""
    for tally in found:
        for name in tally.survived:
            print(f"  survived: {name}\n{show(name)}")
    print(
        f"\n{'module':<20}{'mutants':>9}{'killed':>9}{'survived':>10}{'equivalent':>12}{'share':>8}"
    )
    sums: Counter[str] = Counter()
    for tally in found:
        sums.update(killed=tally.killed, survived=len(tally.survived), equivalent=tally.equivalent)
        print(
            f"{tally.module:<20}{tally.total:>9}{tally.killed:>9}{len(tally.survived):>10}"
            f"{tally.equivalent:>12}{tally.share:>8.1%}"
        )
    share = sums["killed"] / max(1, sums["killed"] + sums["survived"])
    print(
        f"{'total':<20}{sum(sums.values()):>9}{sums['killed']:>9}{sums['survived']:>10}"
        f"{sums['equivalent']:>12}{share:>8.1%}"
    )


def main(modules: list[str]) -> int:
    """Returns 0 when enough mutants were killed."""
    if modules != ["report"]:
        prepare(modules)
        mutate()
    found = tallies()
    report(found)
    killed = sum(tally.killed for tally in found)
    survived = sum(len(tally.survived) for tally in found)
    return 0 if killed >= WANTED * (killed + survived) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
