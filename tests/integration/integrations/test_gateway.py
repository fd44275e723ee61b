"""Posting to addresses that others chose: real HTTP to a server on this machine."""

import socket
import threading

import pytest

from integrations.gateways.http import LARGEST_ANSWER, LARGEST_BODY, Unreachable, post
from tests.support.receiver import receiver


class TestPosting:
    def test_brings_back_the_answer_without_following_it(self) -> None:
        with receiver() as server, receiver() as elsewhere:
            server.status, server.headers = 302, {"Location": elsewhere.url}
            server.answer = b"x" * 10_000
            answer = post(server.url + "/hook?a=1", b"{}", {"webhook-id": "m"}, allow_private=True)
            ((path, headers, body),) = server.seen
            assert not elsewhere.seen
        assert (path, body, headers["webhook-id"]) == ("/hook?a=1", b"{}", "m")
        assert (answer.status, len(answer.text)) == (302, LARGEST_ANSWER)

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0x7f.1", "2130706433"])
    def test_reaches_nothing_private(self, host: str) -> None:
        with receiver() as server:
            port = server.url.rsplit(":", 1)[1]
            with pytest.raises(Unreachable):
                post(f"https://{host}:{port}/", b"{}", {}, allow_private=False)
            assert not server.seen

    def test_says_that_nobody_listens(self) -> None:
        with receiver() as server:
            url = server.url
        with pytest.raises(Unreachable, match="No connection"):
            post(url, b"{}", {}, allow_private=True)

    def test_ends_at_its_deadline_though_bytes_drip(self) -> None:
        stop = threading.Event()
        with socket.create_server(("127.0.0.1", 0)) as listening:

            def drip() -> None:
                taken, _address = listening.accept()
                with taken:
                    taken.sendall(b"HTTP/1.1 200 OK\r\n")
                    while not stop.wait(0.02):
                        try:
                            taken.sendall(b"X-More: a\r\n")
                        except OSError:
                            return

            thread = threading.Thread(target=drip, daemon=True)
            thread.start()
            url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
            with pytest.raises(Unreachable):
                post(url, b"{}", {}, allow_private=True, deadline_seconds=0.2)
            stop.set()
            thread.join()

    def test_sends_nothing_too_large(self) -> None:
        with receiver() as server:
            with pytest.raises(Unreachable, match="too large"):
                post(server.url, b"x" * (LARGEST_BODY + 1), {}, allow_private=True)
            assert not server.seen
