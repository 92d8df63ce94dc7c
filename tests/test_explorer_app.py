"""What the addresses answer: the page, its data, what is saved and opened, who is let in."""

import asyncio
import gzip
import json
import re

import pytest

from analysis.explorer import page, reporting
from analysis.explorer.budget import Allowance, Budget
from analysis.explorer.kept import Kept
from analysis.explorer.work import StoppedError
from analysis.view import answer as view_answer
from analysis.view import boot as view_boot
from analysis.view import save_as, settings
from analysis.view import twin as view_twin
from engine import loader
from engine.errors import ScenarioError
from tests.explorer_samples import (
    ANSWER,
    FILES,
    FIRST,
    HOST,
    ORIGIN,
    OTHER,
    SCENARIOS,
    TEXT,
    Quick,
    books,
    errors,
    visit,
)

SAME = {"sec-fetch-site": "same-origin"}
YAML = {"origin": ORIGIN, "content-type": "application/yaml"}
TOKEN = "a-token-of-this-server"


def get(path, headers=None, **options):
    async def script(client, parts):
        return await client.get(path, headers=headers or SAME)

    return visit(script, **options)


# ---- the page and its files --------------------------------------------------------------------


def test_the_page_holds_no_script_and_no_style_of_its_own_and_names_files_there_are():
    text = page.page().body.plain.decode()
    files = page.files()
    named = re.findall(r'(?:src|href)="/static/([^"]+)"', text)
    assert named == list(dict.fromkeys(named))
    assert set(named) == set(files)
    assert not re.search(r"<script(?![^>]*src=)", text)
    assert "<style" not in text
    assert "style=" not in text
    assert not re.search(r"\son\w+=", text)


def test_a_file_is_checked_and_not_sent_again():
    async def script(client, parts):
        first = await client.get("/static/vendor/d3.min.js")
        tag = first.headers["etag"]
        again = await client.get("/static/vendor/d3.min.js", headers={"if-none-match": tag})
        return first, again

    first, again = visit(script)
    assert first.content == FILES["vendor/d3.min.js"].body.plain
    assert first.headers["content-type"] == "text/javascript; charset=utf-8"
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == "no-cache"


def test_what_is_long_is_compressed_for_those_who_take_it():
    async def script(client, parts):
        plain = await client.get(
            "/static/vendor/d3.min.js", headers={"accept-encoding": "identity"}
        )
        packed = await client.get("/static/vendor/d3.min.js", headers={"accept-encoding": "gzip"})
        return plain, packed

    plain, packed = visit(script)
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert (
        plain.content
        == packed.content
        == gzip.decompress(FILES["vendor/d3.min.js"].body.compressed)
    )


def test_a_head_request_has_the_headers_of_the_page():
    async def script(client, parts):
        return await client.head("/")

    answer = visit(script)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


# ---- data --------------------------------------------------------------------------------------


def test_an_answer_is_the_views_own_for_the_same_state():
    given = {"latency": "30s", "watched": "0.5"}
    got = get(f"{ANSWER}&latency=30s&watched=0.5&seed=7&replications=100").json()
    scenario = loader.load(SCENARIOS / f"{FIRST}.yaml")
    wanted = view_answer.answer(
        scenario, given, seed=7, replications=100, key=FIRST, file=books()[0].file
    )
    assert got == json.loads(json.dumps(wanted))


def test_the_order_of_keys_doesnt_matter_and_the_kept_answer_is_given_again():
    async def script(client, parts):
        one = await client.get(f"{ANSWER}&latency=30s&watched=0.5")
        other = await client.get(f"/api/answer?watched=0.5&latency=30s&scenario={FIRST}")
        return one.json(), other.json(), parts.answers.asked

    one, other, asked = visit(script, made=Quick())
    assert one == other
    assert len(asked) == 1


def test_what_differs_is_asked_for_again():
    async def script(client, parts):
        for more in ("", "&seed=0", "&seed=1", "&replications=100", "&latency=1s", "&latency=2s"):
            await client.get(ANSWER + more)
        await client.get(f"/api/answer?scenario={OTHER}")
        return parts.answers.asked

    assert len(visit(script, made=Quick())) == 6


def test_the_page_starts_with_the_scenario_named_or_the_first():
    scenario = loader.load(SCENARIOS / f"{FIRST}.yaml")
    listed = [{"key": book.key, "title": book.scenario.title} for book in books()]
    wanted = view_boot.boot(scenario, key=FIRST, scenarios=listed)
    assert get("/api/boot").json() == json.loads(json.dumps(wanted))
    assert get(f"/api/boot?scenario={OTHER}").json()["scenario"]["key"] == OTHER


def test_a_server_has_a_seed_for_those_who_name_none():
    seeds = []

    class Seeds(Quick):
        def answer(self, book, state, replications, should_stop):
            seeds.append(state.seed)
            return b"{}"

    async def script(client, parts):
        await client.get(ANSWER)
        await client.get(f"{ANSWER}&seed=0")
        return (await client.get("/api/boot")).json()

    boot = visit(script, made=Seeds(seed=5), seed=5)
    assert seeds == [5, 0]
    assert boot["seed"] == 5


def test_what_cant_be_set_is_told_with_all_its_problems():
    answer = get(f"{ANSWER}&latency=soon&watched=7")
    assert answer.status_code == 422
    found = answer.json()["error"]
    assert [problem["path"] for problem in found["problems"]] == ["latency", "watched"]
    assert all(problem["allowed"] for problem in found["problems"])
    assert "latency" in found["message"]


def test_a_scenario_that_would_take_too_long_is_refused_with_the_number_of_cases():
    async def script(client, parts):
        large = re.sub(r"cases: \d+", "cases: 200000", TEXT)
        assert large != TEXT
        key = (await client.post("/api/scenarios", content=large, headers=YAML)).json()["key"]
        return await client.get(f"/api/answer?scenario={key}&replications=500")

    answer = visit(script)
    assert answer.status_code == 422
    assert re.search(r"[\d,]{9,} cases would be simulated", answer.json()["error"]["message"])


def test_a_scenario_whose_file_has_changed_is_read_again_with_the_page(tmp_path):
    from analysis.explorer import shelf

    path = tmp_path / "mine.yaml"
    path.write_text(TEXT)

    async def script(client, parts):
        parts.shelf = shelf.Shelf(shelf.named([path]))
        before = (await client.get("/api/boot")).json()["scenario"]["title"]
        path.write_text(re.sub(r"^title: .*$", "title: Another title", TEXT, flags=re.MULTILINE))
        after = (await client.get("/api/boot")).json()["scenario"]["title"]
        path.write_text("nothing: at all")
        broken = await client.get("/api/boot")
        return before, after, broken

    before, after, broken = visit(script)
    assert before != after == "Another title"
    assert broken.status_code == 422
    assert broken.json()["error"]["problems"]


def test_the_positions_of_the_controls_are_made_ready_once_the_page_is_open():
    async def script(client, parts):
        boot = (await client.get("/api/boot")).json()
        for _ in range(2000):
            if len(parts.kept) > sum(len(each["positions"]) - 1 for each in moved(boot)):
                break
            await asyncio.sleep(0.005)
        before = list(parts.answers.asked)
        for control in moved(boot):
            for position in control["positions"]:
                if position["token"] != control["own"]:
                    await client.get(f"{ANSWER}&{control['key']}={position['token']}")
        await client.get("/api/boot")
        await asyncio.sleep(0.05)
        return before, parts.answers.asked

    def moved(boot):
        return [each for each in boot["controls"] if not each["leeway"]]

    before, after = visit(script, made=Quick())
    assert len(before) > 40
    assert after == before
    settings_first = [len(settings) for _, settings, _ in before]
    assert settings_first == [0] + [1] * (len(before) - 1)


# ---- saving and opening ------------------------------------------------------------------------


def test_a_scenario_is_saved_with_its_settings_and_comments():
    answer = get(f"/api/scenario.yaml?scenario={FIRST}&permissiveness=0.3&latency=30s")
    assert answer.headers["content-disposition"] == f'attachment; filename="{FIRST}.yaml"'
    given = {"permissiveness": "0.3", "latency": "30s"}
    assert answer.text == save_as.save_as(TEXT, given)
    scenario = loader.load(SCENARIOS / f"{FIRST}.yaml")
    assert loader.loads(answer.text).hash == settings.apply(scenario, given).hash


def test_a_readers_own_scenario_is_opened_listed_and_answered_and_kept_from_others():
    async def script(client, parts):
        await client.get("/")
        mine = re.sub(r"^title: .*$", "title: My own", TEXT, flags=re.MULTILINE)
        opened = await client.post("/api/scenarios", content=mine, headers=YAML)
        key = opened.json()["key"]
        own = (await client.get("/api/boot")).json()["scenarios"]
        answer = await client.get(f"/api/answer?scenario={key}")
        client.cookies.clear()
        others = (await client.get("/api/boot")).json()["scenarios"]
        return opened, key, own, answer, others

    opened, key, own, answer, others = visit(script)
    assert (opened.status_code, opened.json()["title"]) == (201, "My own")
    assert {"key": key, "title": "My own"} in own
    assert key not in [each["key"] for each in others]
    assert answer.status_code == 200


def test_the_problems_of_a_readers_scenario_are_told_with_their_lines():
    async def script(client, parts):
        wrong = TEXT.replace("learning_cases: 27", "learning_case: 27")
        assert wrong != TEXT
        return await client.post("/api/scenarios", content=wrong, headers=YAML)

    answer = visit(script)
    assert answer.status_code == 422
    problems = answer.json()["error"]["problems"]
    assert any(problem["path"] == "task.learning_case" for problem in problems)
    assert all(problem["place"].startswith("line ") for problem in problems)


# ---- who is let in -----------------------------------------------------------------------------


def test_the_token_lets_in_once_shown_and_leaves_the_address():
    async def script(client, parts):
        refused = [await client.get(path) for path in ("/", ANSWER, "/static/vendor/d3.min.js")]
        wrong = await client.get(f"/?token={TOKEN}x")
        entered = await client.get(f"/?token={TOKEN}&scenario={FIRST}&latency=30s")
        inside = [await client.get(path) for path in ("/", ANSWER, "/static/vendor/d3.min.js")]
        return refused, wrong, entered, inside

    refused, wrong, entered, inside = visit(script, token=TOKEN, made=Quick())
    assert [each.status_code for each in [*refused, wrong]] == [403] * 4
    assert refused[0].headers["content-type"].startswith("text/plain")
    assert entered.status_code == 303
    assert entered.headers["location"] == f"/?scenario={FIRST}&latency=30s"
    cookie = entered.headers["set-cookie"]
    assert TOKEN not in cookie
    assert cookie.endswith("; Path=/; HttpOnly; SameSite=Strict")
    assert [each.status_code for each in inside] == [200] * 3


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (f"{ANSWER}&token={TOKEN}", {}),
        (f"/static/vendor/d3.min.js?token={TOKEN}", {}),
        (f"/?token={TOKEN}&token={TOKEN}", {}),
        (f"/?token=&x={TOKEN}", {}),
        (f"/?token={TOKEN[:-1]}", {}),
        ("/", {"authorization": f"Bearer {TOKEN}"}),
        ("/", {"x-token": TOKEN}),
        ("/", {"cookie": f"leeway-token-8000={TOKEN}"}),
        ("/", {"cookie": "leeway-token-8000="}),
    ],
)
def test_a_token_in_the_wrong_place_lets_nobody_in(path, headers, caplog):
    answer = get(path, headers=headers or {"accept": "*/*"}, token=TOKEN, made=Quick())
    assert answer.status_code == 403
    assert TOKEN not in answer.text
    assert errors(caplog) == []


def test_the_cookie_of_another_server_lets_nobody_in():
    async def enter(client, parts):
        await client.get(f"/?token={TOKEN}")
        return dict(client.cookies)

    cookies = visit(enter, token=TOKEN)

    async def use(client, parts):
        header = "; ".join(f"{name}={value}" for name, value in cookies.items())
        return await client.get("/", headers={"cookie": header})

    assert cookies
    assert visit(use, token=TOKEN).status_code == 403


def test_who_follows_a_link_of_another_site_is_sent_on_by_the_page_itself():
    visiting = {
        "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document",
    }  # fmt: skip
    answer = get(f"/?token={TOKEN}&scenario={FIRST}", headers=visiting, token=TOKEN)
    assert answer.status_code == 200
    assert answer.headers["refresh"] == f"0; url=/?scenario={FIRST}"
    assert get("/?token=x", headers=visiting, token=TOKEN).status_code == 403
    assert get("/", headers=visiting).status_code == 200


def test_where_a_token_leads_is_always_here():
    for given in ("//evil.example", "%2f%2fevil.example", "x%0d%0aset-cookie:a=b"):
        answer = get(f"/?token={TOKEN}&scenario={given}", token=TOKEN)
        if answer.status_code == 303:
            assert answer.headers["location"].startswith("/?scenario=")
            assert "evil.example" not in answer.headers.get("set-cookie", "")
        else:
            assert answer.status_code == 403


# ---- budgets -----------------------------------------------------------------------------------


def test_who_asks_too_much_is_told_when_to_come_again_and_others_are_served():
    async def script(client, parts):
        parts.budget = Budget(lambda: 0.0, requests=Allowance(3, 0.5), cases=Allowance(1e9, 1))
        flood = [(await client.get(ANSWER)) for _ in range(4)]
        client.cookies.set(parts.clients.client_cookie, parts.clients.new())
        return flood, await client.get(ANSWER)

    flood, other = visit(script, made=Quick())
    assert [each.status_code for each in flood] == [200, 200, 200, 429]
    assert flood[-1].headers["retry-after"] == "2"
    assert flood[-1].json()["error"]["message"]
    assert other.status_code == 200


def test_cases_are_paid_for_once_and_refused_ones_not_at_all():
    async def script(client, parts):
        cases = 10 * 16 * 4 * (60 + 170)
        parts.budget = Budget(lambda: 0.0, requests=Allowance(99, 1), cases=Allowance(cases, 1000))
        found = [await client.get(f"{ANSWER}&latency=soon"), await client.get(ANSWER)]
        return [*found, await client.get(ANSWER), await client.get(f"{ANSWER}&latency=1s")]

    assert [each.status_code for each in visit(script, made=Quick())] == [422, 200, 200, 429]


def test_a_flood_of_one_page_is_superseded_and_its_last_question_answered():
    async def script(client, parts):
        asked = [
            client.get(f"{ANSWER}&watched=0.{number}", headers={"leeway-page": "tab"})
            for number in range(1, 9)
        ]
        return await asyncio.gather(*asked)

    found = visit(script)
    statuses = [each.status_code for each in found]
    assert set(statuses) <= {200, 409}
    assert statuses[-1] == 200
    assert 409 in statuses
    assert found[-1].json()["request"]["settings"]["watched"] == "0.8"


def test_what_goes_wrong_inside_is_logged_and_told_without_its_details(caplog):
    class Broken(Quick):
        def answer(self, book, state, replications, should_stop):
            raise ZeroDivisionError("secret details")

    async def script(client, parts):
        return await client.get(ANSWER), await client.get("/")

    answer, after = visit(script, made=Broken())
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert len(errors(caplog)) == 1
    assert after.status_code == 200


def test_kept_answers_have_a_bound():
    async def script(client, parts):
        parts.kept = Kept(20_000)
        for number in range(200):
            await client.get(f"{ANSWER}&seed={number}")
        return parts.kept.bytes, len(parts.kept)

    held, count = visit(script, made=Quick())
    assert 0 < held <= 20_000
    assert count < 200 or held <= 20_000


def test_the_host_of_a_test_is_the_host_of_the_server():
    assert get("/", headers={"host": HOST}).status_code == 200


def test_a_twin_is_the_views_own_for_the_same_state():
    query = f"scenario={FIRST}&latency=30s&second.permissiveness=0.5&seed=2&attempt=0.1.2"
    got = get(f"/api/twin?{query}").json()
    scenario = loader.load(SCENARIOS / f"{FIRST}.yaml")
    wanted = view_twin.twin(
        scenario, {"latency": "30s"}, {"permissiveness": "0.5"}, seed=2, replications=16,
        attempt=(0, 1, 2), key=FIRST,
    )  # fmt: skip
    assert got == json.loads(json.dumps(wanted))


def test_a_report_is_one_page_of_the_run_with_these_settings():
    answer = get(f"/api/report.html?scenario={FIRST}&latency=30s&variant=pessimistic&seed=2")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="{FIRST}.html"'
    scenario = loader.load(SCENARIOS / f"{FIRST}.yaml")
    given = {"latency": "30s", "variant": "pessimistic"}
    assert answer.text.startswith("<!DOCTYPE html>")
    assert settings.apply(scenario, given).hash[:12] in answer.text
    assert "Simulated, not clinical advice." in answer.text
    assert "Content-Security-Policy" in answer.text
    assert len(answer.content) < 3_000_000
    assert not re.search(r"(src|href)=\"(https?:)?//", answer.text)


def test_a_report_that_nobody_waits_for_is_given_up_and_a_large_one_has_fewer_replications():
    book = books()[0]
    with pytest.raises(StoppedError):
        reporting.report_html(book, settings.State(), lambda: True)
    assert reporting.replications(book.scenario) == 500
    large = book.scenario.with_({"study.cases": 5_000, "independent.cases": 0})
    assert 100 <= reporting.replications(large) < 500
    with pytest.raises(ScenarioError):
        reporting.replications(book.scenario.with_({"study.cases": 50_000}))
