"""What a run of the benchmarks leaves on their page."""

from tests.load.report import Line, merged

ORDER = ["scan", "memory"]


def line(section: str, measured: str, minutes: float | None = None) -> Line:
    return Line(section, "what", measured, "", minutes=minutes)


class TestMerged:
    def test_lines_replace_those_of_their_section_but_not_those_of_a_longer_look(self) -> None:
        page = [line("scan", "old"), line("memory", "long", 10.0), line("gone", "old")]
        run = [line("memory", "short", 1.0), line("scan", "new")]
        assert merged(page, run, order=ORDER) == [line("scan", "new"), line("memory", "long", 10.0)]

    def test_an_equally_long_look_replaces_and_what_was_not_measured_stays(self) -> None:
        page = [line("scan", "old"), line("memory", "long", 10.0)]
        again = line("memory", "again", 10.0)
        assert merged(page, [again], order=ORDER) == [line("scan", "old"), again]
