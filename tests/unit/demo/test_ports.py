"""Which loopback port a demo takes."""

import socket
from collections.abc import Iterator

import pytest

from demo.ports import LOOPBACK, PortClaims, any_free_port, is_free


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


class TestClaim:
    @pytest.fixture
    def claims(self) -> Iterator[PortClaims]:
        claims = PortClaims()
        yield claims
        claims.release()

    def test_takes_the_wanted_port_when_it_is_free(self, claims: PortClaims) -> None:
        wanted = any_free_port()
        assert claims.claim(wanted) == wanted

    def test_takes_another_free_port_when_the_wanted_one_is_busy(
        self, claims: PortClaims, busy_port: int
    ) -> None:
        taken = claims.claim(busy_port)
        assert taken != busy_port
        assert is_free(taken)

    def test_finds_a_port_even_when_the_last_one_is_busy(self, claims: PortClaims) -> None:
        with socket.socket() as listener:
            listener.bind((LOOPBACK, 65535))
            listener.listen()
            assert is_free(claims.claim(65535))

    def test_two_demos_that_start_together_choose_different_ports(self, claims: PortClaims) -> None:
        wanted = any_free_port()
        other = PortClaims()
        assert claims.claim(wanted) == wanted
        assert other.claim(wanted) != wanted
        other.release()

    def test_a_released_port_can_be_claimed_again(self, claims: PortClaims) -> None:
        wanted = any_free_port()
        assert claims.claim(wanted) == wanted
        claims.release()
        assert claims.claim(wanted) == wanted
