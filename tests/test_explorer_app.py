"""What the addresses answer: the page, its files and its data."""

import asyncio
import gzip
import json
import re

from analysis.explorer import page, shelf
from analysis.view import answer as view_answer
from analysis.view import boot as view_boot
from analysis.view import twin as view_twin
from engine import loader
from tests.explorer_samples import (
    ANSWER,
    FILES,
    FIRST,
    HOST,
    OTHER,
    SCENARIOS,
    TEXT,
    YAML,
    Quick,
    books,
    get,
    visit,
)

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


def test_the_host_of_a_test_is_the_host_of_the_server():
    assert get("/", headers={"host": HOST}).status_code == 200


# ---- data --------------------------------------------------------------------------------------


def test_an_answer_is_the_views_own_for_the_same_state():
    given = {"latency": "30s", "watched": "0.5"}
    got = get(f"{ANSWER}&latency=30s&watched=0.5&seed=7&replications=100").json()
    scenario = loader.load(SCENARIOS / f"{FIRST}.yaml")
    wanted = view_answer.answer(
        scenario, given, seed=7, replications=100, key=FIRST, source=books()[0].source
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
    wanted["edition"] = books()[0].digest
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
    answer = get(f"{ANSWER}&latency=soon&watched=700")
    assert answer.status_code == 422
    found = answer.json()["error"]
    assert [problem["path"] for problem in found["problems"]] == ["latency", "watched"]
    assert all(problem["allowed"] for problem in found["problems"])
    assert found["message"].startswith("Rescue latency: ")
    assert [problem["message"] for problem in found["problems"]] == found["message"].split("\n")


def test_an_opened_file_is_told_its_place_and_what_was_meant_first():
    async def script(client, parts):
        typo = TEXT.replace("  permissiveness:", "  permisiveness:")
        broken = TEXT.replace("  watched:", "   watched:")
        return [await client.post("/api/scenarios", content=text, headers=YAML)
                for text in (typo, broken, "just text")]  # fmt: skip

    told = [answer.json()["error"] for answer in visit(script)]
    line = 1 + TEXT[: TEXT.index("  permissiveness:")].count("\n")
    assert [each["problems"][0]["message"] for each in told] == [each["message"] for each in told]
    assert told[0]["message"] == (
        f"line {line}, column 3, supervision.permisiveness: this key is not known here; did you "
        "mean permissiveness?"
    )
    assert told[1]["message"].startswith("line ")
    assert told[1]["message"].endswith("begin the keys of one section in the same column")
    messages = " ".join(each["message"] for each in told)
    assert not any(word in messages for word in ("scalar", "mapping", "<block"))


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


def test_a_page_of_an_earlier_edition_of_a_file_is_told_so_and_others_are_answered(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(TEXT)
    asked = f"scenario={FIRST}&watched=0.5"
    addresses = [f"/api/{name}?{asked}" for name in ("answer", "twin", "scenario.yaml")]
    addresses.append(f"/api/report.html?{asked}")

    async def script(client, parts):
        parts.shelf = shelf.Shelf(shelf.named([path]))
        edition = (await client.get("/api/boot")).json()["edition"]
        before = [await client.get(f"{address}&edition={edition}") for address in addresses]
        path.write_text(re.sub(r"permissiveness: 0.2", "permissiveness: 0.4", TEXT))
        unread = await client.get(f"{addresses[0]}&edition={edition}")
        newer = (await client.get("/api/boot")).json()["edition"]
        old = [await client.get(f"{address}&edition={edition}") for address in addresses]
        new = [await client.get(f"{address}&edition={newer}") for address in addresses]
        none = [await client.get(address) for address in addresses]
        return before, unread, old, new, none

    before, unread, old, new, none = visit(script, made=Report())
    assert [each.status_code for each in [*before, unread, *new, *none]] == [200] * 13
    assert [each.status_code for each in old] == [409] * 4
    message = old[0].json()["error"]["message"]
    assert message == "the file of this scenario has changed since this page was opened"
    assert [each.content for each in new] == [each.content for each in none]


class Report(Quick):
    """Answers that make no report."""

    def report_html(self, book, state, should_stop):
        return b"<!DOCTYPE html>"


def test_the_positions_of_the_controls_are_made_ready_once_the_page_is_open():
    async def script(client, parts):
        boot = (await client.get("/api/boot")).json()
        positions = sum(len(each["positions"]) - 1 for each in moved(boot))
        for _ in range(4000):
            if len(parts.kept) == positions + 2:  # and the page's start, and the file as written
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


def test_a_twin_is_the_views_own_for_the_same_state():
    query = f"scenario={FIRST}&latency=30s&second.permissiveness=0.5&seed=2&attempt=0.1.2"
    got = get(f"/api/twin?{query}").json()
    scenario = loader.load(SCENARIOS / f"{FIRST}.yaml")
    wanted = view_twin.twin(
        scenario, {"latency": "30s"}, {"permissiveness": "0.5"}, seed=2, replications=16,
        attempt=(0, 1, 2), key=FIRST,
    )  # fmt: skip
    assert got == json.loads(json.dumps(wanted))
