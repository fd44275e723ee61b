"""Which loopback port a demo takes."""

import socket
from collections.abc import Iterator

import pytest

from demo.ports import LOOPBACK, any_free_port, is_free, next_free_port


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        listener.listen()
        yield listener.getsockname()[1]


class TestIsFree:
    def test_a_port_that_somebody_listens_on_is_not_free(self, busy_port: int) -> None:
        assert not is_free(busy_port)

    def test_a_port_is_free_again_when_the_listener_has_gone(self) -> None:
        with socket.socket() as listener:
            listener.bind((LOOPBACK, 0))
            listener.listen()
            port = listener.getsockname()[1]
        assert is_free(port)

    def test_a_listener_on_every_address_occupies_the_loopback_port_too(self) -> None:
        with socket.socket() as listener:
            listener.bind(("", 0))
            listener.listen()
            assert not is_free(listener.getsockname()[1])

    def test_a_number_beyond_the_last_port_is_not_free(self) -> None:
        assert not is_free(65536)


class TestNextFreePort:
    def test_takes_the_wanted_port_when_it_is_free(self) -> None:
        wanted = any_free_port()
        assert next_free_port(wanted) == wanted

    def test_takes_another_free_port_when_the_wanted_one_is_busy(self, busy_port: int) -> None:
        taken = next_free_port(busy_port)
        assert taken != busy_port
        assert is_free(taken)

    def test_finds_a_port_even_when_the_last_one_is_busy(self) -> None:
        with socket.socket() as listener:
            listener.bind((LOOPBACK, 65535))
            listener.listen()
            assert is_free(next_free_port(65535))
