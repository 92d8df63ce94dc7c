"""What a connection may do: so many at a time, a request within so long, an answer taken in time.

uvicorn itself waits for ever for the rest of a request, and for a reader who doesn't read.
"""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 400
MOST_OF_AN_ADDRESS = 200
"""A class of 30 may share one address and has 180: a browser opens up to six."""
REQUEST_SECONDS = 15.0
"""For a whole request, its body included."""
READING_SECONDS = 30.0
"""For a reader who has stopped reading."""
KEEP_ALIVE_SECONDS = 65
LARGEST_HEAD = 32 * 1024
"""Bytes before the end of the headers; more than what is answered with a sentence."""

BAD, TOO_LONG = (400, "this is not HTTP"), (431, "the headers are too long")


class Protocol(H11Protocol):
    """A connection with limits."""

    request_seconds = REQUEST_SECONDS
    reading_seconds = READING_SECONDS
    most_connections = MOST_CONNECTIONS
    most_of_an_address = MOST_OF_AN_ADDRESS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request_timer: asyncio.TimerHandle | None = None
        self._reading_timer: asyncio.TimerHandle | None = None
        self._since = self.loop.time()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """One connection too many costs another one, which has rested longest, its place."""
        super().connection_made(transport)
        self._time_request()
        crowd = self._crowd()
        if crowd:
            resting = [each for each in crowd if each is not self and not each._complete]
            gone = min(resting, key=lambda each: each._since, default=self)
            gone.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """No timer outlives its connection."""
        self._end_request_timer()
        self._end_reading_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """The clock runs from the first byte of a request to its last."""
        self._since = self.loop.time()
        super().data_received(data)
        if self._complete:
            self._end_request_timer()
        elif not self.transport.is_closing():
            self._time_request()

    def on_response_complete(self) -> None:
        """What came behind the request just answered is a request, too, and its time runs."""
        super().on_response_complete()
        begun = self.conn.their_state is h11.SEND_BODY or self.conn.trailing_data[0] != b""
        if begun and not self._complete and not self.transport.is_closing():
            self._time_request()

    def send_400_response(self, _msg: str) -> None:
        """What can't be read is refused in words, unless an answer is under way already."""
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.abort()
            return
        status, text = TOO_LONG if len(self.conn.trailing_data[0]) > LARGEST_HEAD else BAD
        headers = [
            ("content-type", "text/plain; charset=utf-8"),
            ("x-content-type-options", "nosniff"),
            ("connection", "close"),
        ]
        for event in (
            h11.Response(status_code=status, headers=headers),
            h11.Data(data=f"{text}\n".encode()),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def pause_writing(self) -> None:
        """From now on the reader has some time to read."""
        super().pause_writing()
        self._reading_timer = self.loop.call_later(self.reading_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """The reader reads."""
        self._end_reading_timer()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """An answer that hasn't been taken by now never will be."""
        if self.transport.get_write_buffer_size() > 0:
            self.transport.abort()
        else:
            super().timeout_keep_alive_handler()

    @property
    def _address(self) -> str:
        """Where the other end is."""
        return "unknown" if self.client is None else self.client[0]

    def _crowd(self) -> "list[Protocol]":
        """All connections of an address that has too many; none where there is room.

        Where all addresses together have too many, the one that has most gives way.
        """
        there: dict[str, list[Protocol]] = {}
        for each in self.connections:
            if isinstance(each, Protocol) and not each.transport.is_closing():
                there.setdefault(each._address, []).append(each)
        own = there[self._address]
        if len(own) > self.most_of_an_address:
            return own
        if sum(map(len, there.values())) > self.most_connections:
            return max(there.values(), key=len)
        return []

    @property
    def _complete(self) -> bool:
        """Whether a whole request has come that isn't answered yet."""
        return self.cycle is not None and not (self.cycle.response_complete or self.cycle.more_body)

    def _time_request(self) -> None:
        if self._request_timer is None:
            self._request_timer = self.loop.call_later(self.request_seconds, self._too_slow)

    def _too_slow(self) -> None:
        self._request_timer = None
        if not self._complete:
            self.transport.abort()

    def _end_request_timer(self) -> None:
        if self._request_timer is not None:
            self._request_timer.cancel()
            self._request_timer = None

    def _end_reading_timer(self) -> None:
        if self._reading_timer is not None:
            self._reading_timer.cancel()
            self._reading_timer = None
