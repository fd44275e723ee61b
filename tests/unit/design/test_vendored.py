"""What others wrote is served as its versions say, each with its licence."""

import hashlib
import re

from tests.unit.design.paths import STATIC

VENDOR = STATIC / "vendor"


def recorded() -> dict[str, str]:
    """Return the SHA-256 recorded for each file."""
    text = (VENDOR / "VENDORED.md").read_text()
    return {name: digest for digest, name in re.findall(r"^([0-9a-f]{64})  (\S+)$", text, re.M)}


class TestVendoredFiles:
    def test_each_is_the_file_that_was_recorded(self) -> None:
        for name, digest in recorded().items():
            assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest, name

    def test_none_is_there_without_a_record(self) -> None:
        served = {
            str(path.relative_to(VENDOR))
            for path in VENDOR.rglob("*")
            if path.suffix in {".js", ".woff2", ".css"}
        }
        assert served == set(recorded())

    def test_each_licence_is_beside_it(self) -> None:
        for name in ("htmx.LICENSE", "chart.LICENSE.md", "inter/LICENSE", "lucide.LICENSE"):
            assert (VENDOR / name).stat().st_size > 500
