"""A worker process: reads names of blocks, computes, writes data back. Never touches the store.

Run as a script by `analysis.executors_local`; imports nothing of ours before it is told to, so it
starts quickly. Speaks in pickles through its standard input and output:

    in   (sys.path, compute as a pickle), then names
    out  (READY, ""), then per name (DATA, bytes), (WRONG, why) or (STOP, exception as a pickle)

It ends at once when its input ends, in the middle of a block too: the process that started it is
gone then, and nobody would take the block.
"""

import os
import pickle
import queue
import signal
import sys
import threading
from typing import Any, BinaryIO

READY, DATA, WRONG, STOP = "ready", "data", "wrong", "stop"

_LONGEST = 500  # characters of a reason


def serve() -> None:
    """Answer until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started us
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a block prints must not mix with answers
    requests = queue.SimpleQueue[Any]()
    source = sys.stdin.buffer
    path, function = pickle.load(source)
    sys.path[:] = path
    threading.Thread(target=listen, args=(source, requests), daemon=True).start()
    try:
        compute = pickle.loads(function)
    except Exception as error:
        answer(answers, WRONG, reason(error))
        return
    answer(answers, READY, "")
    while True:
        name = requests.get()
        try:
            kind, content = DATA, compute(name)
        except BaseException as error:
            kind, content = (STOP, pickle.dumps(error)) if ours(error) else (WRONG, reason(error))
        answer(answers, kind, content)


def listen(source: BinaryIO, requests: "queue.SimpleQueue[Any]") -> None:
    """Take names in as they come; end the process when no more can come."""
    while True:
        try:
            requests.put(pickle.load(source))
        except Exception:
            os._exit(0)


def answer(answers: BinaryIO, kind: str, content: Any) -> None:
    try:
        pickle.dump((kind, content), answers, protocol=5)
        answers.flush()
    except OSError:  # nobody reads any more
        os._exit(0)


def ours(error: BaseException) -> bool:
    """Whether an exception is one that leeway raises on purpose."""
    errors = sys.modules.get("engine.errors")
    return errors is not None and isinstance(error, errors.LeewayError)


def reason(error: BaseException) -> str:
    """An exception in one line."""
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


if __name__ == "__main__":
    serve()
