"""A journey that fails says what went wrong in the demo."""

import json
from pathlib import Path

from tests.journeys.failures import faults_since, sizes_of


def line(**fields: object) -> str:
    return json.dumps(fields) + "\n"


class TestFaultsSince:
    def test_are_the_tracebacks_and_answers_of_500_after_the_moment(self, tmp_path: Path) -> None:
        web, worker = tmp_path / "web.log", tmp_path / "worker.log"
        web.write_text(line(request="GET /old/", exception="Traceback\nOldFault"))
        worker.write_text("")
        begun = sizes_of(tmp_path)
        with web.open("a") as log:
            log.write(line(event='1.1.1.1:5 - "GET /fine/ HTTP/1.1" 200'))
            log.write(line(request="GET /new/", event="request_failed", exception="T\nNewFault"))
            log.write(line(event='1.1.1.1:5 - "GET /new/ HTTP/1.1" 500'))

        assert faults_since(tmp_path, begun) == {
            "web.log": "GET /new/ request_failed\nT\nNewFault\n\n"
            '1.1.1.1:5 - "GET /new/ HTTP/1.1" 500'
        }

    def test_are_told_of_a_log_that_is_not_json(self, tmp_path: Path) -> None:
        text = "starting\nTraceback (most recent call last)\n  in main\nBoom: no"
        (tmp_path / "beat.log").write_text(text)

        assert faults_since(tmp_path, {}) == {"beat.log": text.removeprefix("starting\n")}

    def test_leaves_out_the_first_lines_of_a_long_traceback(self, tmp_path: Path) -> None:
        long = "\n".join(f"frame {number}" for number in range(100))
        (tmp_path / "web.log").write_text(line(event="failed", exception=long))

        told = faults_since(tmp_path, {})["web.log"].splitlines()

        # 100 lines of which the last 60 are shown, below the event and what is left out.
        assert told[:3] == ["failed", "… 40 lines", "frame 40"]
        assert told[-1] == "frame 99"
