"""Requests that no page of ours would make: each is refused, and the next honest one answered."""

import pytest

from tests.explorer_samples import (
    ANSWER,
    FIRST,
    HOST,
    ORIGIN,
    TEXT,
    Quick,
    errors,
    visit,
)

OWN = {"origin": ORIGIN}
YAML = {**OWN, "content-type": "text/yaml"}
BOMB = "leeway: '1.0'\na: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\nd: [*c, *c, *c]\n"
NUMBER = f"{ANSWER}&permissiveness="


async def honest(client):
    """What the page itself asks for is answered."""
    answer = await client.get(ANSWER, headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["replications"] == 16
    page = await client.get("/")
    assert page.status_code == 200
    assert page.text.startswith("<!DOCTYPE html>")


def one(method, path, *, headers=None, body=None):
    return (method, path, headers or {}, body)


ABUSES = {
    # whose server is this?
    "a name that was made to point here": (421, one("GET", "/", headers={"host": "evil.example"})),
    "our name at another port": (421, one("GET", "/", headers={"host": "127.0.0.1:9000"})),
    "our name without a port": (421, one("GET", "/", headers={"host": "127.0.0.1"})),
    "a name that begins like ours": (
        421, one("GET", "/", headers={"host": f"{HOST}.evil.example"})),
    "a name with a user in front": (421, one("GET", "/", headers={"host": f"x@{HOST}"})),
    "another address of the machine": (421, one("GET", "/", headers={"host": "127.0.0.2:8000"})),
    "the same address in another spelling": (
        421, one("GET", "/", headers={"host": "2130706433:8000"})),
    "no name at all": (421, one("GET", "/", headers={"host": ""})),
    "a proxy's word for the name": (
        421, one("GET", "/", headers={"host": "evil.example", "x-forwarded-host": HOST})),
    # from where?
    "an answer read by another site": (
        403, one("GET", ANSWER, headers={"sec-fetch-site": "cross-site"})),
    "an answer read by a site next door": (
        403, one("GET", ANSWER, headers={"sec-fetch-site": "same-site"})),
    "an answer read with another origin": (
        403, one("GET", ANSWER, headers={"origin": "https://evil.example"})),
    "a script taken by another site": (
        403, one("GET", "/static/vendor/d3.min.js", headers={"sec-fetch-site": "cross-site"})),
    "the page in another site's frame": (403, one("GET", "/", headers={
        "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"})),
    "a report opened by another site's link": (403, one("GET", "/api/report.html", headers={
        "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate",
        "sec-fetch-dest": "document"})),
    "an upload without an origin": (
        403, one("POST", "/api/scenarios", headers={"content-type": "text/yaml"}, body=TEXT)),
    "an upload from nowhere": (
        403, one("POST", "/api/scenarios", headers={**YAML, "origin": "null"}, body=TEXT)),
    "an upload from another port of ours": (
        403, one("POST", "/api/scenarios", headers={**YAML, "origin": "http://127.0.0.1:9000"},
                 body=TEXT)),
    "an upload over another protocol": (
        403, one("POST", "/api/scenarios", headers={**YAML, "origin": f"https://{HOST}"},
                 body=TEXT)),
    "an upload that a form of another site sends": (
        403, one("POST", "/api/scenarios", headers={**YAML, "sec-fetch-site": "cross-site"},
                 body=TEXT)),
    "an upload that was typed as an address": (
        403, one("POST", "/api/scenarios", headers={**YAML, "sec-fetch-site": "none"}, body=TEXT)),
    # how?
    "OPTIONS, to ask what a site may do": (
        405, one("OPTIONS", "/api/scenarios", headers={**OWN, "access-control-request-method":
                                                       "POST"})),
    "TRACE, to have headers sent back": (405, one("TRACE", "/")),
    "PUT": (405, one("PUT", "/api/scenarios", headers=OWN)),
    "DELETE": (405, one("DELETE", "/api/scenarios", headers=OWN)),
    "CONNECT": (405, one("CONNECT", "/")),
    "a method nobody knows": (405, one("FROB", "/")),
    "POST to an answer": (405, one("POST", ANSWER, headers=OWN)),
    "GET of uploads": (405, one("GET", "/api/scenarios")),
    "a socket": (400, one("GET", "/", headers={"connection": "upgrade", "upgrade": "websocket"})),
    "a body with GET": (413, one("GET", ANSWER, body="x")),
    # which file?
    "a way up, escaped": (404, one("GET", "/static/..%2f..%2fpyproject.toml")),
    "a way up, escaped twice": (404, one("GET", "/static/%252e%252e/pyproject.toml")),
    "a way up with backslashes": (404, one("GET", "/static/..\\..\\pyproject.toml")),
    "an absolute path": (404, one("GET", "/static//etc/passwd")),
    "a file of Python's": (404, one("GET", "/static/explorer/app.py")),
    "a NUL in a name": (404, one("GET", "/static/vendor/d3.min.js%00.css")),
    "an overlong dot": (404, one("GET", "/static/%c0%ae%c0%ae/pyproject.toml")),
    "a folder": (404, one("GET", "/static/vendor/")),
    "a parameter of a file": (400, one("GET", "/static/vendor/d3.min.js?x=1")),
    # what is asked?
    "a path that is too long": (414, one("GET", "/" + "a" * 5000)),
    "a query that is too long": (414, one("GET", f"{ANSWER}&seed={'1' * 5000}")),
    "a percent sign alone": (400, one("GET", f"{ANSWER}&latency=%zz")),
    "a query that isn't UTF-8": (400, one("GET", f"{ANSWER}&latency=%ff%fe")),
    "an overlong slash": (400, one("GET", f"{ANSWER}&latency=%c0%af")),
    "half of a pair of surrogates": (400, one("GET", f"{ANSWER}&latency=%ed%a0%80")),
    "a NUL in the query": (400, one("GET", f"{ANSWER}&latency=30s%00")),
    "a line break in the query": (400, one("GET", f"{ANSWER}&latency=30s%0d%0aset-cookie:x=1")),
    "the same key twice": (400, one("GET", f"{ANSWER}&seed=1&seed=2")),
    "the same key twice, once escaped": (400, one("GET", f"{ANSWER}&seed=1&%73eed=2")),
    "a key without a value": (400, one("GET", f"{ANSWER}&seed")),
    "a hundred keys": (400, one("GET", ANSWER + "".join(f"&k{i}=1" for i in range(100)))),
    "a key nobody knows": (422, one("GET", f"{ANSWER}&colour=red")),
    "a path of the scenario as a key": (422, one("GET", f"{ANSWER}&supervision.response=1s")),
    "a scenario nobody has": (404, one("GET", "/api/answer?scenario=none")),
    "a file as a scenario": (404, one("GET", "/api/boot?scenario=../../etc/passwd")),
    "a parameter of the page's start": (400, one("GET", f"/api/boot?scenario={FIRST}&x=1")),
    "not a number": (422, one("GET", f"{NUMBER}nan")),
    "an infinite number": (422, one("GET", f"{NUMBER}inf")),
    "a number beyond all numbers": (422, one("GET", f"{NUMBER}1e999")),
    "a number below the least": (422, one("GET", f"{NUMBER}-1")),
    "a number in other digits": (422, one("GET", f"{NUMBER}%D9%A1")),
    "a token of a thousand characters": (422, one("GET", f"{NUMBER}{'1' * 1000}")),
    "a seed below zero": (422, one("GET", f"{ANSWER}&seed=-1")),
    "a seed beyond all seeds": (422, one("GET", f"{ANSWER}&seed=18446744073709551616")),
    "replications of one's own": (400, one("GET", f"{ANSWER}&replications=1000000")),
    "replications in other words": (400, one("GET", f"{ANSWER}&replications=016")),
    "more trainees than a page takes": (422, one("GET", f"{ANSWER}&trainees=9999")),
    "an attempt that is none": (422, one("GET", f"{ANSWER}&attempt=0.0.x")),
    "YAML in a setting": (422, one("GET", f"{ANSWER}&latency=%7Bfixed:%201s%7D")),
    # what is sent?
    "an upload longer than a scenario": (
        413, one("POST", "/api/scenarios", headers=YAML, body="#" * (2**20 + 1))),
    "an upload that is no YAML": (422, one(
        "POST", "/api/scenarios", headers=YAML, body="[" * 9999)),
    "an upload of nothing": (422, one("POST", "/api/scenarios", headers=YAML, body="")),
    "an upload that would explode": (422, one("POST", "/api/scenarios", headers=YAML, body=BOMB)),
    "an upload that would run something": (422, one(
        "POST", "/api/scenarios", headers=YAML, body="a: !!python/object/apply:os.system [ls]")),
    "an upload in another encoding": (422, one(
        "POST", "/api/scenarios", headers=YAML, body=TEXT.encode("utf-16"))),
    "an upload of bytes": (422, one("POST", "/api/scenarios", headers=YAML, body=b"a: \xff\xfe")),
    "an upload of not a number": (422, one("POST", "/api/scenarios", headers=YAML,
        body=TEXT.replace("permissiveness: 0.2", "permissiveness: .nan"))),
    "an upload with a path as its name": (422, one(
        "POST", "/api/scenarios", headers=YAML, body=TEXT.replace(f"id: {FIRST}", "id: ../x"))),
    "an upload of a form": (415, one("POST", "/api/scenarios", headers={
        **OWN, "content-type": "multipart/form-data; boundary=x"}, body="--x--")),
    "an upload of JSON by a script": (415, one("POST", "/api/scenarios", headers={
        **OWN, "content-type": "application/json"}, body="{}")),
    "an upload without a type": (
        415, one("POST", "/api/scenarios", headers=OWN, body=TEXT.encode())),
    "an upload in another character set": (415, one("POST", "/api/scenarios", headers={
        **OWN, "content-type": "text/yaml; charset=utf-7"}, body=TEXT)),
    "a compressed upload": (415, one("POST", "/api/scenarios", headers={
        **YAML, "content-encoding": "gzip"}, body=b"\x1f\x8b")),
    "parameters of an upload": (400, one("POST", "/api/scenarios?as=x", headers=YAML, body=TEXT)),
    # how much around it?
    "a hundred headers": (431, one("GET", "/", headers={f"x-{i}": "1" for i in range(100)})),
    "a header of twenty thousand bytes": (431, one("GET", "/", headers={"x": "y" * 20_000})),
    "a cookie that can't be read": (200, one("GET", "/", headers={"cookie": "=;;\x80=é;[]=1"})),
    "a tag that isn't ours": (200, one("GET", "/static/vendor/d3.min.js", headers={
        "if-none-match": '"x", W/"y"'})),
    "a part of a file": (200, one("GET", "/static/vendor/d3.min.js", headers={
        "range": "bytes=0-0,5-9999999999"})),
}  # fmt: skip


def raw(headers):
    return [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]


@pytest.mark.parametrize("name", ABUSES)
def test_it_is_refused_and_the_next_one_is_served(name, caplog):
    wanted, (method, path, headers, body) = ABUSES[name]

    async def script(client, parts):
        request = client.build_request(method, ORIGIN, headers=raw(headers), content=body)
        request.url = request.url.copy_with(raw_path=path.encode())
        answer = await client.send(request)
        await honest(client)
        return answer

    answer = visit(script, made=Quick())
    assert answer.status_code == wanted, answer.text
    assert errors(caplog) == []
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "server" not in answer.headers
    assert not any(name.startswith("access-control") for name in answer.headers)
    if path.startswith("/api/") and wanted >= 400:
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json()["error"]["message"]
    if wanted == 405:
        assert answer.headers["allow"]


def test_a_body_that_says_no_length_is_cut_off_at_its_limit(caplog):
    async def endless():
        for _ in range(1000):
            taken.append(1)
            yield b"#" * 2**16

    async def script(client, parts):
        answer = await client.post("/api/scenarios", content=endless(), headers=YAML)
        await honest(client)
        return answer

    taken = []
    assert visit(script, made=Quick()).status_code == 413
    assert len(taken) <= 18
    assert errors(caplog) == []


def test_nothing_given_comes_back_as_markup():
    async def script(client, parts):
        return await client.get(
            ANSWER, params={"scenario": FIRST, "<script>alert(1)</script>": "x"}
        )

    answer = visit(script, made=Quick())
    assert answer.status_code == 422
    assert "<script>" not in answer.text
