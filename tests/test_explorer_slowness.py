"""Who is slow to ask, or to read the answer: how long a connection waits for them."""

import socket
import threading
import time

import pytest

from tests.explorer_samples import (
    UPLOAD,
    Impatient,
    Quick,
    errors,
    head,
    honest,
    listening,
    read_all,
)


def is_closed_behind(connection, seconds=5):
    """Whether the other end closes it after all that it still has to say."""
    connection.settimeout(seconds)
    try:
        while connection.recv(65536):
            pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize("sent", ["", "GET / HT", "GET / HTTP/1.1\r\nHost: x\r\nX", "body"])
def test_who_sends_a_request_for_ever_is_cut_off(sent, caplog):
    with listening(made=Quick(), protocol=Impatient) as (port, _):
        first = head(port, *UPLOAD, f"Origin: http://127.0.0.1:{port}", "Content-Length: 99")
        begun = first if sent == "body" else sent.encode()
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(begun)
            start = time.monotonic()
            cut = False
            while not cut and time.monotonic() - start < 15:
                time.sleep(0.05)
                try:
                    connection.sendall(b"a" if begun else b"")
                    connection.settimeout(0.001)
                    cut = connection.recv(1000) == b""
                except TimeoutError:
                    connection.settimeout(20)
                except OSError:
                    cut = True
        assert cut
        honest(port)
    assert errors(caplog) == []


def test_a_drip_after_an_answer_is_cut_off_too():
    with (
        listening(made=Quick(), protocol=Impatient) as (port, _),
        socket.create_connection(("127.0.0.1", port), timeout=20) as connection,
    ):
        connection.sendall(head(port, stay=True))
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
        connection.sendall(b"GET / HTTP/1.1\r\n")
        assert read_all(connection) is not None  # and comes to an end
        honest(port)


BEHIND = {
    "half a head": lambda port: head(port, *UPLOAD, stay=True)[:-10],
    "a head without its body": lambda port: head(
        port, *UPLOAD, f"Origin: http://127.0.0.1:{port}", "Content-Length: 99", stay=True),
    "a head that is refused, without its body": lambda port: head(
        port, *UPLOAD, "Content-Length: 99", stay=True),
}  # fmt: skip


@pytest.mark.parametrize("name", BEHIND)
def test_half_a_request_behind_a_whole_one_has_no_more_time_than_any(name, caplog):
    with (
        listening(made=Quick(), protocol=Impatient) as (port, _),
        socket.create_connection(("127.0.0.1", port), timeout=20) as connection,
    ):
        connection.sendall(head(port, stay=True) + BEHIND[name](port))
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
        assert is_closed_behind(connection)
        honest(port)
    assert errors(caplog) == []


def test_a_request_that_comes_in_time_behind_another_is_answered():
    with (
        listening(made=Quick(), protocol=Impatient) as (port, _),
        socket.create_connection(("127.0.0.1", port), timeout=20) as connection,
    ):
        whole = head(port, stay=True)
        connection.sendall(whole + whole[:20])
        time.sleep(Impatient.request_seconds / 2)
        connection.sendall(whole[20:])
        time.sleep(2 * Impatient.request_seconds)  # no time runs where nothing is asked
        connection.sendall(head(port))
        assert read_all(connection).count(b"HTTP/1.1 200 ") == 3


def test_who_doesnt_read_the_answer_is_cut_off(caplog):
    class Long(Quick):
        def boot(self, book, offered):
            return b" " * 50_000_000

    cut = threading.Event()

    class Watched(Impatient):
        def connection_lost(self, exc):
            if self.transport.get_extra_info("peername") == unread:
                cut.set()
            super().connection_lost(exc)

    with listening(made=Long(), protocol=Watched) as (port, _):
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", port))
            unread = connection.getsockname()
            connection.sendall(head(port, "GET /api/boot HTTP/1.1", stay=True))
            honest(port)
            assert cut.wait(30)
        honest(port)
    assert errors(caplog) == []
