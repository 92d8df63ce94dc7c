"""The page and a real kernel: what a notebook's scripts would send, and what comes back."""

import json
import queue

import pytest
from jupyter_client.manager import start_new_kernel

from analysis.view import answer
from analysis.view.repeat import Source
from engine import load
from tests.analysis_samples import FILE
from tests.notebook_line import WAIT_S

MAKE = f"import analysis; page = analysis.explore({str(FILE)!r}); page"


@pytest.fixture(scope="module")
def kernel():
    """A kernel, and a client that speaks to it."""
    manager, client = start_new_kernel(kernel_name="python3")
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def heard(client, wanted):
    """The first message on the open line for which `wanted` is true."""
    while True:
        try:
            message = client.get_iopub_msg(timeout=WAIT_S)
        except queue.Empty:
            pytest.fail("the kernel says nothing")
        assert message["msg_type"] != "error", message["content"]
        if wanted(message["msg_type"], message["content"]):
            return message["content"]


def tell(client, line, data):
    """What the scripts of a page send to their kernel."""
    content = {"comm_id": line, "data": data}
    client.shell_channel.send(client.session.msg("comm_msg", content))


def test_a_page_is_shown_answers_and_gives_back_what_was_set(kernel):
    kernel.execute(MAKE)
    line = heard(
        kernel,
        lambda kind, content: kind == "comm_open" and "boot" in content["data"].get("state", {}),
    )["comm_id"]
    shown = heard(kernel, lambda kind, content: kind == "execute_result")["data"]
    assert shown["application/vnd.jupyter.widget-view+json"]["model_id"] == line
    assert "First intubations in theatre" in shown["text/plain"]
    question = {"id": 1, "kind": "answer", "query": "latency=30s&seed=2&replications=16"}
    tell(kernel, line, {"method": "custom", "content": question})
    reply = heard(
        kernel,
        lambda kind, content: kind == "comm_msg" and content["data"].get("method") == "custom",
    )["data"]["content"]
    expected = answer.answer(
        load(FILE), {"latency": "30s"}, seed=2, replications=16, key="first-intubations",
        source=Source(str(FILE)),
    )  # fmt: skip
    assert reply["id"] == 1
    assert reply["result"] == json.loads(json.dumps(expected))
    moved = {"query": "scenario=first-intubations&latency=30s"}
    tell(kernel, line, {"method": "update", "state": moved, "buffer_paths": []})
    kernel.execute("print(page.settings, page.scenario.supervision.response)")
    said = heard(kernel, lambda kind, content: kind == "stream" and content["name"] == "stdout")
    assert "{'latency': '30s'}" in said["text"]
