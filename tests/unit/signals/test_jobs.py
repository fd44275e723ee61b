"""The words of the page of jobs."""

from celery.schedules import crontab

from config.celery import app
from signals.selectors.jobs import job_name, schedule_in_words


class TestJobs:
    def test_of_the_schedule_all_have_a_name_for_people(self) -> None:
        tasks = [entry["task"] for entry in app.conf.beat_schedule.values()]
        assert [task for task in tasks if job_name(task) == task] == []

    def test_say_how_often_they_run(self) -> None:
        assert schedule_in_words(crontab(minute="*/10")) == "every 10 minutes"
        assert schedule_in_words(crontab(minute=35)) == "every hour, at minute 35"
        assert schedule_in_words(crontab(hour=4, minute=5)) == "daily at 04:05 UTC"
        assert schedule_in_words(60.0) == "every minute"
        assert schedule_in_words(15.0) == "every 15 seconds"
