"""`leeway explore`: its start and end, who it lets in, and that it answers what `run` answers."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from analysis.cli import main
from analysis.explorer import serve, shelf
from analysis.explorer.serve import Address
from engine.errors import OutputError
from tests import browser

ROOT = Path(__file__).parent.parent
FIRST = ROOT / "scenarios" / "first-intubations.yaml"
LEEWAY = [sys.executable, "-c", "from analysis.cli import command; command()", "explore"]
START_SECONDS = 120


@contextmanager
def exploring(*words, folder=ROOT, end=signal.SIGINT, **environment):
    """A server started by the command; its process, and the URL it prints."""
    env = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT), **environment}
    process = subprocess.Popen(
        [*LEEWAY, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder,
        env=env,
    )  # fmt: skip
    try:
        yield process, url_of(process)
    finally:
        if process.poll() is None:
            process.send_signal(end)
        process.communicate(timeout=60)


def url_of(process):
    too_late = threading.Timer(START_SECONDS, process.kill)
    too_late.start()
    try:
        for line in process.stdout:
            found = re.search(r"http://\S+", line)
            if found is not None:
                return found[0]
    finally:
        too_late.cancel()
    raise AssertionError(process.communicate(timeout=60))


def fetch(url, path="", **headers):
    request = urllib.request.Request(url + path, headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.status, answer.read(), answer


def refusal(opener, request):
    """The status of what is refused."""
    with pytest.raises(urllib.error.HTTPError) as refused:
        opener.open(request, timeout=60)
    refused.value.close()
    return refused.value.code


def test_it_answers_what_leeway_run_prints_and_ends_at_ctrl_c(capsys):
    settings = "scenario=first-intubations&latency=30s&variant=pessimistic&seed=3"
    with exploring(str(FIRST), "--port", "0", "--no-browser") as (process, url):
        assert url.startswith("http://127.0.0.1:")
        _, text, _ = fetch(url, f"api/answer?{settings}&replications=100")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 130
    assert "Traceback" not in out + err
    found = json.loads(text)
    words = found["command"].split()
    assert words[:2] == ["leeway", "run"]
    change = ["--set", "supervision.response.lognormal.median=30 s", "--variant", "pessimistic"]
    given = ["--seed", "3", "--replications", "100", "--json"]
    assert main(["run", str(FIRST), *change, *given]) == 0
    run = json.loads(capsys.readouterr().out)
    assert found["hash"] == run["scenario"]["hash"]
    curve = {point["permissiveness"]: point["outcomes"] for point in run["curve"]}
    compared = 0
    for point in found["points"]:
        for name, outcome in point["outcomes"].items():
            wanted = curve[point["value"]][name]
            one = {"mean": None} if outcome is None else outcome
            assert {key: wanted[key] for key in one} == one
            compared += 1
    assert compared > 9 * 10


def test_the_command_that_an_answer_names_gives_the_same_numbers(capsys, monkeypatch):
    import shlex

    monkeypatch.chdir(ROOT)
    with exploring("scenarios/first-intubations.yaml", "--port", "0", "--no-browser") as (_, url):
        _, text, _ = fetch(url, "api/answer?watched=0.5&replications=16")
    found = json.loads(text)
    assert main([*shlex.split(found["command"])[1:], "--json"]) == 0
    run = json.loads(capsys.readouterr().out)
    assert run["scenario"]["hash"] == found["hash"]
    own = next(point for point in found["points"] if point["as_written"])
    assert own["outcomes"]["total_burden"]["mean"] == run["outcomes"]["total_burden"]["mean"]


def test_without_a_scenario_it_says_which_it_has_found():
    with exploring("--port", "0", "--no-browser") as (process, url):
        _, text, _ = fetch(url, "api/boot")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    names = sorted(path.stem for path in (ROOT / "scenarios").glob("*.yaml"))
    assert all(name in err for name in names)
    assert [each["key"] for each in json.loads(text)["scenarios"]] == names


def test_without_any_scenario_it_says_what_to_try(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["explore", "--no-browser"]) == 2
    out, err = capsys.readouterr()
    assert "leeway explore" in err
    assert "Traceback" not in out + err


def test_a_scenario_that_is_wrong_is_refused_before_anything_is_served(tmp_path, capsys):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("leeway: '1.0'\n")
    assert main(["explore", str(FIRST), str(wrong), "--no-browser"]) == 2
    assert f"{wrong}:1:1" in capsys.readouterr().err


def test_a_port_in_use_is_named_and_without_one_the_next_is_taken(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["explore", str(FIRST), "--port", str(port), "--no-browser"]) == 3
        assert f"port {port} is in use" in capsys.readouterr().err
    one, first = serve.bind(None, None)
    other, second = serve.bind(None, None)
    one.close()
    other.close()
    assert first.port < second.port < serve.FIRST_PORT + serve.PORTS


def test_a_host_that_there_is_not_is_named(capsys):
    with pytest.raises(OutputError, match="no-such-host"):
        serve.bind("no-such-host.invalid", 0)
    with pytest.raises(OutputError):
        serve.bind("192.0.2.1", 0)  # nobody's address


def test_others_are_let_in_with_the_whole_url_only():
    with exploring(str(FIRST), "--host", "0.0.0.0", "--port", "0", "--no-browser") as (
        process,
        url,
    ):
        match = re.fullmatch(r"http://([^/]+):(\d+)/\?token=([\w-]{40,})", url)
        assert match is not None
        base = f"http://127.0.0.1:{match[2]}/"
        assert refusal(urllib.request.build_opener(), base) == 403
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with opener.open(f"{base}?token={match[3]}", timeout=60) as answer:
            assert answer.status == 200
            assert "token" not in answer.url
        with opener.open(f"{base}api/boot", timeout=60) as answer:
            assert answer.status == 200
        for host in ("evil.example", f"evil.example:{match[2]}"):
            assert refusal(opener, urllib.request.Request(base, headers={"Host": host})) == 421
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert "isn't encrypted" in err
    assert match[3] not in err
    assert "Traceback" not in out + err


def test_it_ends_at_sigterm_as_well_while_it_computes():
    with exploring(str(FIRST), "--port", "0", "--no-browser") as (process, url):
        port = int(re.search(r":(\d+)/", url)[1])
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            host = f"127.0.0.1:{port}"
            for seed in range(5):
                line = (
                    f"GET /api/answer?replications=500&seed={seed} HTTP/1.1\r\nHost: {host}\r\n\r\n"
                )
                connection.sendall(line.encode())
            process.terminate()
            _, err = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGTERM
    assert "Traceback" not in err


def test_the_page_is_there_while_the_model_is_compiled(tmp_path):
    with exploring(str(FIRST), "--port", "0", "--no-browser", LEEWAY_CACHE_DIR=str(tmp_path)) as (
        process,
        url,
    ):
        status, text, _ = fetch(url)
        compiled = list(tmp_path.rglob("*_simulate*"))
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert status == 200
    assert b"<!DOCTYPE html>" in text
    assert compiled == []
    assert "compiling" in err
    assert "Traceback" not in err


def test_the_browser_is_opened_unless_there_is_none_or_it_isnt_wanted(monkeypatch):
    opened, served = [], []
    monkeypatch.setattr(serve, "open_browser", opened.append)
    monkeypatch.setattr(serve, "warm_up", lambda books: None)
    monkeypatch.setattr(serve, "can_show", lambda: True)

    def serves(books, listening, address, began, *, seed):
        listening.close()
        began()
        served.append((address.url, seed))

    monkeypatch.setattr(serve, "serve", serves)
    assert main(["explore", str(FIRST), "--port", "0", "--seed", "0"]) == 0
    assert main(["explore", str(FIRST), "--port", "0", "--seed", "7", "--no-browser"]) == 0
    monkeypatch.setattr(serve, "can_show", lambda: False)
    assert main(["explore", str(FIRST), "--port", "0"]) == 0
    assert opened == [served[0][0]]
    assert [seed for _, seed in served] == [0, 7, 0]


@pytest.mark.parametrize(("name", "value", "shows"), [
    ("DISPLAY", ":0", True), ("WAYLAND_DISPLAY", "wayland-0", True), ("BROWSER", "lynx", True),
    ("OTHER", "", False),
])  # fmt: skip
def test_a_browser_needs_a_screen(name, value, shows, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    for each in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv(name, value)
    assert serve.can_show() is shows


def test_without_its_packages_it_says_how_to_get_them(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    for name in [name for name in sys.modules if name.startswith("analysis.explorer")]:
        monkeypatch.delitem(sys.modules, name)
    import analysis

    monkeypatch.delattr(analysis, "explorer")
    assert main(["explore", str(FIRST)]) == 2
    err = capsys.readouterr().err
    here, published = (
        err.index("make run, or pip install -e '.[web]'"),
        err.index("leeway-sim[web]"),
    )
    assert here < err.index("once it is published") < published
    assert "Traceback" not in err


def test_other_commands_dont_load_the_packages_of_the_web():
    code = (
        "import sys, analysis.cli; print([m for m in ('starlette', 'uvicorn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_addresses_and_the_names_they_go_by():
    local = Address("127.0.0.1", 8000, None)
    assert local.url == "http://127.0.0.1:8000/"
    assert not local.is_public
    assert local.place.is_host("localhost:8000", None)
    assert not local.place.is_host(f"{socket.gethostname()}:8000", None)
    six = Address("::1", 8000, "t")
    assert six.url == "http://[::1]:8000/?token=t"
    assert six.place.is_host("[::1]:8000", None)
    public = Address("0.0.0.0", 8000, "t")
    assert public.is_public
    assert "0.0.0.0" not in public.url
    assert public.place.is_host(f"{socket.gethostname().lower()}:8000", None)
    assert public.place.is_host("10.1.2.3:8000", ("10.1.2.3", 8000))
    assert not public.place.is_host("10.1.2.4:8000", ("10.1.2.3", 8000))


def test_the_scenarios_of_a_folder_are_found_in_the_order_of_their_names(tmp_path):
    (tmp_path / "scenarios" / "folder.yaml").mkdir(parents=True)
    for name in ("b.yaml", "a.yaml", "c.json", "d.txt"):
        (tmp_path / "scenarios" / name).touch()
    assert [path.name for path in shelf.found_here(tmp_path)] == ["a.yaml", "b.yaml"]


def test_an_explorer_that_doesnt_start_says_why(tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("leeway: '1.0'\n")
    with pytest.raises(AssertionError, match=r"wrong\.yaml"), browser.explorer(wrong):
        raise ZeroDivisionError("it has started")
