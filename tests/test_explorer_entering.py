"""Who is let in: the token, once shown, and the cookie that stands for it."""

import pytest

from tests.explorer_samples import (
    ANSWER,
    FIRST,
    Quick,
    errors,
    get,
    visit,
)

TOKEN = "a-token-of-this-server"


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
