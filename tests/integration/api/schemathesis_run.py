"""The API does what its OpenAPI file says, with data of every kind: `make fuzz`."""

import os
from pathlib import Path

from tests.integration.api.test_bad_bodies import acme
from tests.support.acme import Acme
from tests.support.fuzz import run_schemathesis, served
from tests.support.stripe import Sandbox, sandbox_process

__all__ = ["acme", "sandbox_process"]

SECONDS = int(os.environ.get("FUZZ_SECONDS", "0"))
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "1"))
PHASES = os.environ.get("FUZZ_PHASES", "examples,coverage,fuzzing,stateful")
# Only the operations under these tags of the OpenAPI file; all without any.
TAGS = os.environ.get("FUZZ_TAGS", "").replace(",", " ").split()


class TestSchema:
    def test_holds_for_good_and_bad_data(
        self,
        acme: Acme,  # pytest's way to ask for a fixture
        sandbox_process: Sandbox,
        tmp_path: Path,
    ) -> None:
        chains = "stateful" in PHASES
        single = ",".join(phase for phase in PHASES.split(",") if phase != "stateful")
        with served(tmp_path, stripe=sandbox_process.url) as address:
            for phases in (single, "stateful" if chains else ""):
                if not phases:
                    continue
                code, output = run_schemathesis(
                    address,
                    acme,
                    tmp_path,
                    phases=phases,
                    seconds=SECONDS,
                    examples=EXAMPLES,
                    tags=TAGS,
                )
                assert code == 0, output[-6000:]
