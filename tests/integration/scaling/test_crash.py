"""What `make crash` does for hours, once: kill -9 of everything that takes and counts usage."""

from pathlib import Path

from tests.crash.run import crash


class TestKilledUnderLoad:
    def test_every_event_that_was_answered_202_is_counted_exactly_once(
        self, tmp_path: Path
    ) -> None:
        counts = crash(
            tmp_path, rounds=1, victims=("web", "worker", "postgres", "broker"), between=0.5
        )
        assert sorted(counts.kills) == ["broker", "postgres", "web", "worker"]
        # Batches were under way when something died, and some events were sent twice.
        assert counts.unanswered > 0
        assert counts.duplicates > 0
        # The recount by hand knows the events that were answered 202, by person, feature and day.
        assert counts.events > 500
        assert counts.counted == counts.events
        assert counts.different_days == 0
        # Sign-ins are among them: days of activity, and each person's first and last moments.
        assert counts.sign_ins > 20
        assert (counts.different_activity, counts.different_people) == (0, 0)
