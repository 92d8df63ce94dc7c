"""What only a real connection can do: half requests, bytes that are no HTTP, floods."""

import socket
import threading
import time

import pytest

from analysis.explorer.work import StoppedError
from tests.explorer_samples import (
    ANSWER,
    TEXT,
    UPLOAD,
    Impatient,
    Quick,
    errors,
    head,
    honest,
    listening,
    read_all,
    status,
    tell,
    until,
)

BYTES = {
    "no HTTP at all": (400, lambda port: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n"),
    "no Host": (400, lambda port: b"GET / HTTP/1.1\r\n\r\n"),
    "two Hosts": (400, lambda port: head(port, "GET / HTTP/1.1", "Host: evil.example")),
    "two Hosts that are the same": (
        400, lambda port: head(port, "GET / HTTP/1.1", f"Host: 127.0.0.1:{port}")),
    "HTTP/1.0 without a Host": (400, lambda port: b"GET / HTTP/1.0\r\n\r\n"),
    "HTTP/1.0": (200, lambda port: head(port, "GET / HTTP/1.0")),
    "HTTP/2 at once": (400, lambda port: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "an absolute address": (400, lambda port: head(port, f"GET http://127.0.0.1:{port}/ HTTP/1.1")),
    "an absolute address elsewhere": (
        400, lambda port: head(port, "GET http://evil.example/ HTTP/1.1")),
    "an asterisk": (400, lambda port: head(port, "GET * HTTP/1.1")),
    "CONNECT": (400, lambda port: head(port, "CONNECT evil.example:443 HTTP/1.1")),
    "a way up as it is": (404, lambda port: head(port, "GET /static/../app.py HTTP/1.1")),
    "a space in an address": (400, lambda port: head(port, "GET / x HTTP/1.1")),
    "a byte beyond ASCII in an address": (400, lambda port: b"GET /\xff HTTP/1.1\r\n\r\n"),
    "a header without a name": (400, lambda port: head(port, "GET / HTTP/1.1", ": x")),
    "a header that goes on in the next line": (
        200, lambda port: head(port, "GET / HTTP/1.1", "X: a\r\n b")),
    "a NUL in a header": (400, lambda port: head(port, "GET / HTTP/1.1", "X: a\0b")),
    "a header of a megabyte": (
        431, lambda port: head(port, "GET / HTTP/1.1", "X: " + "y" * 2**20)),
    "an address of a megabyte": (431, lambda port: head(port, f"GET /{'a' * 2**20} HTTP/1.1")),
    "two lengths": (400, lambda port: head(
        port, *UPLOAD, "Content-Length: 1", "Content-Length: 2") + b"xy"),
    "a length and chunks": (403, lambda port: head(
        port, *UPLOAD, "Content-Length: 5", "Transfer-Encoding: chunked") + b"0\r\n\r\n"),
    "a length below zero": (400, lambda port: head(port, *UPLOAD, "Content-Length: -1")),
    "a length beyond all files": (400, lambda port: head(
        port, *UPLOAD, "Content-Length: " + "9" * 30)),
    "a length of a terabyte": (413, lambda port: head(
        port, *UPLOAD, f"Origin: http://127.0.0.1:{port}", "Content-Length: 1000000000000")),
    "chunks that are none": (None, lambda port: head(
        port, *UPLOAD, f"Origin: http://127.0.0.1:{port}", "Transfer-Encoding: chunked")
        + b"zz\r\nxx"),
    "another encoding": (400, lambda port: head(port, *UPLOAD, "Transfer-Encoding: gzip")),
    "a socket": (400, lambda port: head(
        port, "GET / HTTP/1.1", "Connection: Upgrade, close", "Upgrade: websocket",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13")),
    "another protocol": (200, lambda port: head(
        port, "GET / HTTP/1.1", "Connection: Upgrade, HTTP2-Settings, close", "Upgrade: h2c")),
    "TRACE": (405, lambda port: head(port, "TRACE / HTTP/1.1", "X-Secret: told")),
}  # fmt: skip


@pytest.fixture(scope="module")
def server():
    with listening(made=Quick()) as (port, _):
        yield port


@pytest.mark.parametrize("name", BYTES)
def test_bytes_are_refused_and_the_next_request_is_served(name, server, caplog):
    wanted, made = BYTES[name]
    answer = tell(server, made(server), seconds=10)
    honest(server)
    assert errors(caplog) == []
    assert b"Traceback" not in answer
    assert b"told" not in answer
    assert b"\r\nserver:" not in answer.lower()
    if wanted is None:
        assert status(answer) in (None, 400)
    else:
        assert status(answer) == wanted, answer[:300]


def test_a_body_in_chunks_is_cut_off_at_its_limit(server, caplog):
    start = head(
        server, *UPLOAD, f"Origin: http://127.0.0.1:{server}", "Transfer-Encoding: chunked"
    )
    chunk = b"10000\r\n" + b"#" * 0x10000 + b"\r\n"
    with socket.create_connection(("127.0.0.1", server), timeout=5) as connection:
        connection.sendall(start)
        try:
            for _ in range(200):
                connection.sendall(chunk)
        except OSError:
            pass  # it has stopped to listen
        answer = read_all(connection)
    honest(server)
    assert status(answer) in (413, None)
    assert errors(caplog) == []


def test_bytes_that_are_no_chunk_after_an_answer_dont_leave_a_traceback(server, caplog):
    start = head(server, *UPLOAD, "Transfer-Encoding: chunked", stay=True)
    answer = tell(server, start, b"zz\r\nxx", seconds=2, pause=0.3)
    honest(server)
    assert status(answer) == 403
    assert answer.count(b"HTTP/1.1 ") == 1
    assert errors(caplog) == []


def test_a_body_of_exactly_the_limit_is_read(server):
    body = (TEXT + "#").encode()
    body += b"x" * (2**20 - len(body))
    start = head(
        server, *UPLOAD, f"Origin: http://127.0.0.1:{server}", f"Content-Length: {len(body)}"
    )
    assert status(tell(server, start, body, seconds=20)) == 201


def test_requests_sent_all_at_once_are_answered_one_after_the_other(server):
    last = head(server)
    answer = tell(server, head(server, stay=True) * 20 + last)
    assert answer.count(b"HTTP/1.1 200 ") == 21


def test_a_bad_request_behind_a_good_one_doesnt_leave_a_traceback(server, caplog):
    answer = tell(
        server, head(server, f"GET {ANSWER} HTTP/1.1", stay=True) + b"\x00\x01\r\n\r\n", seconds=2
    )
    honest(server)
    assert status(answer) in (200, 400, None)
    assert errors(caplog) == []


def test_a_connection_that_ends_in_the_middle_of_anything_is_borne(server, caplog):
    whole = head(server, *UPLOAD, f"Origin: http://127.0.0.1:{server}", "Content-Length: 100")
    for size in (0, 1, 10, len(whole) - 1, len(whole)):
        socket.create_connection(("127.0.0.1", server)).close()
        with socket.create_connection(("127.0.0.1", server)) as connection:
            connection.sendall(whole[:size])
    with socket.create_connection(("127.0.0.1", server)) as connection:
        connection.sendall(whole + b"x" * 50)
    honest(server)
    assert errors(caplog) == []


class Few(Impatient):
    """A protocol with room for few connections."""

    most_connections = 30
    most_of_an_address = 20
    request_seconds = 60.0


def from_address(address, port):
    """A connection from one of this machine's own addresses."""
    return socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(address, 0))


def is_closed(connection, seconds=20):
    """Whether the other end has closed it, or does within so many seconds."""
    connection.settimeout(seconds)
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


def test_connections_of_one_address_that_ask_nothing_make_room_for_new_ones(caplog):
    with listening(made=Quick(), protocol=Few) as (port, _):
        held = [from_address("127.0.0.1", port) for _ in range(60)]
        assert all(is_closed(connection) for connection in held[:40])
        for _ in range(3):
            honest(port)  # while they are held
        for connection in held:
            connection.close()
    assert errors(caplog) == []


def test_one_address_doesnt_take_the_place_of_another(caplog):
    with listening(made=Quick(), protocol=Few) as (port, _):
        modest = [from_address("127.0.0.2", port) for _ in range(5)]
        greedy = [from_address(f"127.0.0.{3 + number % 2}", port) for number in range(60)]
        until(lambda: sum(is_closed(connection, 0.001) for connection in greedy) == 35)
        assert not any(is_closed(connection, 0.02) for connection in modest)
        for connection in [*modest, *greedy]:
            connection.close()
    assert errors(caplog) == []


def test_who_waits_for_an_answer_keeps_their_connection_and_one_more_is_turned_away(caplog):
    made = Slow()
    with listening(made=made, protocol=Few) as (port, parts):
        asking = []
        for _ in range(20):
            asking.append(from_address("127.0.0.1", port))
            # the same question: one piece of work, for which all of them wait
            asking[-1].sendall(head(port, f"GET {ANSWER}&seed=1 HTTP/1.1"))
        assert made.begun.acquire(timeout=20)
        until(lambda: sum(len(job.waiters) for job in list(parts.queue._wanted.values())) == 20)
        with from_address("127.0.0.1", port) as one_more:
            assert is_closed(one_more)
        assert not any(is_closed(connection, 0.02) for connection in asking)
        for connection in asking:
            connection.close()
        assert made.stopped.acquire(timeout=20)
        honest(port)
    assert errors(caplog) == []


class Slow(Quick):
    """Answers some of which take until they are asked to stop."""

    def __init__(self):
        super().__init__()
        self.begun, self.stopped = threading.Semaphore(0), threading.Semaphore(0)

    def answer(self, book, state, replications, should_stop):
        if state.seed == 0:
            return super().answer(book, state, replications, should_stop)
        self.begun.release()
        while not should_stop():
            time.sleep(0.005)
        self.stopped.release()
        raise StoppedError


def test_work_for_a_client_who_has_left_is_given_up(caplog):
    made = Slow()
    with listening(made=made) as (port, parts):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(head(port, f"GET {ANSWER}&seed=1 HTTP/1.1"))
            assert made.begun.acquire(timeout=10)
        assert made.stopped.acquire(timeout=10)
        honest(port)
        assert parts.queue.waiting == 0
    assert errors(caplog) == []


def test_a_flood_from_one_client_leaves_room_for_another(caplog):
    made = Slow()
    with listening(made=made) as (port, parts):
        flood = [socket.create_connection(("127.0.0.1", port)) for _ in range(12)]
        for number, connection in enumerate(flood, 1):
            connection.sendall(head(port, f"GET {ANSWER}&seed={number} HTTP/1.1"))
        assert made.begun.acquire(timeout=10)
        cookie = f"{parts.clients.client_cookie}={parts.clients.new()}"
        request = head(port, f"GET {ANSWER} HTTP/1.1", f"Cookie: {cookie}")
        assert status(tell(port, request, seconds=20)) == 200
        for connection in flood:
            connection.close()
        honest(port)
    assert errors(caplog) == []


def test_the_server_ends_at_once_while_it_computes(caplog):
    made = Slow()
    with listening(made=made) as (port, _):
        connection = socket.create_connection(("127.0.0.1", port), timeout=20)
        connection.sendall(head(port, f"GET {ANSWER}&seed=1 HTTP/1.1"))
        assert made.begun.acquire(timeout=10)
    assert status(read_all(connection)) == 503
    connection.close()
    assert made.stopped.acquire(timeout=10)
    assert errors(caplog) == []
