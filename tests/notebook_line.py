"""The line between a notebook and its kernel, without either: what is sent is kept."""

import json
import threading

from comm.base_comm import BaseComm

WAIT_S = 60
"""How long a test waits for what must come. Only a failure ever takes so long."""


class Line(BaseComm):
    """The kernel's end of a line to a notebook that isn't there; what is sent is kept."""

    def __init__(self, *args, **kwargs):
        self.sent = []
        self.came = threading.Condition()
        super().__init__(*args, **kwargs)

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
        with self.came:
            self.sent.append((msg_type, json.loads(json.dumps(data, allow_nan=False))))
            self.came.notify_all()

    def replies(self):
        """What was sent to the page as messages, without states."""
        return [
            data["content"]
            for _, data in self.sent
            if data is not None and data.get("method") == "custom"
        ]

    def reply(self, number):
        """The reply to a question, once it has come."""
        found = []

        def came():
            found[:] = [reply for reply in self.replies() if reply["id"] == number]
            return found

        with self.came:
            assert self.came.wait_for(came, WAIT_S)
        assert len(found) == 1
        return found[0]


def ask(page, number, query, kind="answer"):
    """What the scripts of the page send."""
    page._handle_msg(
        {
            "content": {
                "data": {
                    "method": "custom",
                    "content": {"kind": kind, "id": number, "query": query},
                }
            },
            "buffers": [],
        }
    )


def turn(page, query):
    """The reader moves something: the page writes its new state."""
    page._handle_msg({"content": {"data": {"method": "update", "state": {"query": query}}}})
