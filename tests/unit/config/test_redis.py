"""One address for cache and broker: a server's, or that of its sentinels."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.redis import Sentinels, broker_options, broker_url, cache_settings, sentinels_of

SENTINELS = "sentinel://:p%40ss@one:26379,two:26380/3?master=headroom&sentinel_password=s"


class TestAServer:
    def test_is_passed_on_as_it_is(self) -> None:
        url = "redis://:word@cache:6379/0"
        assert (broker_url(url), broker_options(url)) == (url, {})
        assert cache_settings(url)["LOCATION"] == url
        assert "OPTIONS" not in cache_settings(url)


class TestSentinels:
    def test_are_read_with_their_logins(self) -> None:
        assert sentinels_of(SENTINELS) == Sentinels(
            hosts=(("one", 26379), ("two", 26380)),
            master="headroom",
            password="p@ss",
            sentinel_password="s",
            database=3,
        )

    def test_are_told_to_celery_one_by_one(self) -> None:
        assert broker_url(SENTINELS) == (
            "sentinel://:p%40ss@one:26379/3;sentinel://:p%40ss@two:26380/3"
        )
        assert broker_options(SENTINELS) == {
            "master_name": "headroom",
            "sentinel_kwargs": {"password": "s"},
        }

    @pytest.mark.parametrize(
        "url",
        [
            "sentinel://one:26379/0",  # which master?
            "sentinel://one:x/0?master=headroom",
            "sentinel://one:26379,/0?master=headroom",
            "sentinel://one:26379/zero?master=headroom",
        ],
    )
    def test_without_what_they_need_stop_the_start(self, url: str) -> None:
        with pytest.raises(ImproperlyConfigured, match="REDIS_URL"):
            sentinels_of(url)
