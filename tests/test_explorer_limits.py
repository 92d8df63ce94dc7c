"""Budgets, what is kept, who is who, the shelf, and how a query is read."""

import os
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.explorer import shelf
from analysis.explorer.budget import MOST_BUCKETS, Allowance, Budget
from analysis.explorer.clients import Clients, read_cookies
from analysis.explorer.guard import Place
from analysis.explorer.kept import Kept, packed, takes_gzip
from analysis.explorer.query import LONGEST, QueryError, pairs
from analysis.explorer.shelf import (
    MOST_OWNERS,
    MOST_UPLOADS,
    MOST_UPLOADS_OF_A_CLIENT,
    Shelf,
    UnknownScenarioError,
    uploaded,
)
from engine.errors import ScenarioError
from tests.explorer_samples import FIRST, SCENARIOS, TEXT


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def budget(clock, clients=3):
    return Budget(
        clock, requests=Allowance(5, 1), cases=Allowance(100, 10), clients_per_address=clients
    )


# ---- budgets -----------------------------------------------------------------------------------


def test_a_client_may_ask_for_so_much_and_then_has_to_wait_for_as_long_as_it_says():
    clock = Clock()
    found = budget(clock)
    assert [found.take("ann", "here", 60), found.take("ann", "here", 60)] == [0, 2]
    clock.now += 1.9
    assert found.take("ann", "here", 60) == 1
    clock.now += 0.1
    assert found.take("ann", "here", 60) == 0


def test_requests_that_cost_nothing_are_counted_too():
    found = budget(Clock())
    assert [found.take("ann", "here", 0) for _ in range(6)] == [0, 0, 0, 0, 0, 1]


def test_another_client_isnt_concerned_and_all_of_an_address_together_are():
    found = budget(Clock(), clients=2)
    assert found.take("ann", "here", 100) == 0
    assert found.take("bob", "here", 100) == 0
    assert found.take("cleo", "here", 100) > 0
    assert found.take("cleo", "there", 100) == 0


def test_what_was_refused_is_not_taken_and_what_was_not_computed_is_given_back():
    found = budget(Clock())
    assert found.take("ann", "here", 80) == 0
    assert found.take("ann", "here", 30) > 0
    assert found.take("ann", "here", 20) == 0
    found.give_back("ann", "here", 1000)
    assert found.take("ann", "here", 100) == 0


def test_more_than_a_bucket_holds_waits_for_a_full_one():
    clock = Clock()
    found = budget(clock)
    assert found.take("ann", "here", 1000) == 0
    assert found.take("ann", "here", 0) > 0


def test_buckets_of_clients_long_gone_are_forgotten():
    found = budget(Clock())
    for number in range(3 * MOST_BUCKETS):
        found.take(f"client {number}", f"address {number}", 0)
    assert len(found) <= MOST_BUCKETS


# ---- what is kept ------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 60)), max_size=60))
def test_what_is_kept_never_exceeds_its_bytes_and_gives_back_what_was_put(puts):
    kept, newest = Kept(100), {}
    for key, size in puts:
        body = packed(bytes([key]) * size)
        kept.put(key, body)
        newest[key] = body
        assert kept.bytes <= 100
        assert kept.get(key) in (body, None) if size > 100 else kept.get(key) == body
    assert kept.bytes == sum(each.size for key in range(10) if (each := kept.get(key)) is not None)
    assert all(kept.get(key) in (body, None) for key, body in newest.items())


def test_what_was_used_longest_ago_goes_first():
    kept = Kept(100)
    for key in "abc":
        kept.put(key, packed(b"x" * 40))
        kept.get("a")
    assert [kept.get(key) is not None for key in "abc"] == [True, False, True]


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        (["gzip"], True), (["br, GZip;q=0.5"], True), (["br", "gzip"], True), (["*"], True),
        (["gzip;q=0.001"], True), ([], False), ([""], False), (["identity"], False),
        (["gzip;q=0"], False), (["gzip ; q=0.000"], False), (["*, gzip;q=0"], False),
        (["*;q=0"], False), (["xgzip"], False), (["gzipped, br"], False),
    ],
)  # fmt: skip
def test_what_a_browser_takes_compressed_is_read_with_its_weights(accepted, taken):
    assert takes_gzip(accepted) is taken


# ---- who is who --------------------------------------------------------------------------------


def test_a_client_is_known_by_its_cookie_and_nobody_takes_anothers_place():
    one, other = Clients(8000, None), Clients(8000, None)
    cookie = one.new()
    number = cookie.partition(".")[0]
    assert one.client({one.client_cookie: cookie}) == number
    for wrong in ("", ".", number, f"{number}.", f"{number}.0", f"x{cookie}", other.new(), "é.é"):
        assert one.client({one.client_cookie: wrong}) is None
    assert one.asking({}, "10.0.0.7") == "10.0.0.7"
    assert one.asking({one.client_cookie: cookie}, "10.0.0.7") == number
    assert one.asking({one.client_cookie: other.new()}, "10.0.0.7") == "10.0.0.7"


def test_the_token_is_needed_where_there_is_one():
    without, one, other = Clients(1, None), Clients(1, "token"), Clients(1, "token")
    assert without.may_enter({})
    assert not without.knows_token("")
    assert one.knows_token("token")
    assert not one.knows_token("tokeN")
    assert not one.knows_token("")
    assert one.may_enter({one.token_cookie: one.pass_value})
    assert not one.may_enter({other.token_cookie: other.pass_value})
    assert not one.may_enter({one.token_cookie: "token"})
    assert not one.may_enter({})


def test_cookies_that_cant_be_read_are_none():
    assert read_cookies(["a=1; b=2", "c=3", "=;;", "\x00"])["c"] == "3"


def test_a_server_goes_by_its_names_only():
    local = Place(8000, frozenset({"127.0.0.1", "localhost"}))
    assert local.is_host("LocalHost:8000", ("127.0.0.1", 8000))
    assert not local.is_host("10.0.0.5:8000", ("10.0.0.5", 8000))
    public = Place(80, frozenset({"room"}), own_address=True)
    assert public.is_host("room", None)
    assert public.is_host("10.0.0.5:80", ("10.0.0.5", 80))
    assert public.is_host("[fe80::1]", ("fe80::1", 80))
    assert not public.is_host("10.0.0.6", ("10.0.0.5", 80))


# ---- a query -----------------------------------------------------------------------------------

WORDS = st.text(st.characters(exclude_categories=("C", "Z")), max_size=20)


@given(st.dictionaries(WORDS, WORDS, max_size=8))
def test_a_query_is_read_as_it_was_written(found):
    text = "&".join(
        f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in found.items()
    )
    assert pairs(text.encode()) == found


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_in_a_sentence(raw):
    try:
        told = [text for pair in pairs(raw).items() for text in pair]
    except QueryError as error:
        told = [str(error)]
    assert all(text.isprintable() for text in told)


def test_a_plus_is_a_space_and_an_empty_query_has_no_keys():
    assert pairs(b"latency=30+s&x=") == {"latency": "30 s", "x": ""}
    assert pairs(b"") == {}
    with pytest.raises(QueryError):
        pairs(b"a=" + b"1" * LONGEST)


# ---- the shelf ---------------------------------------------------------------------------------


def variation(number):
    return uploaded(f"{TEXT}# {number}\n".encode())


def test_a_reader_keeps_the_newest_few_and_the_shelf_some_of_all():
    found = Shelf(shelf.named([SCENARIOS / f"{FIRST}.yaml"]))
    books = [variation(number) for number in range(6)]
    for book in books:
        found.put(book, "ann")
    assert [book.key for book in found.offered("ann")] == [
        FIRST, *(book.key for book in books[-MOST_UPLOADS_OF_A_CLIENT:])
    ]  # fmt: skip
    assert [book.key for book in found.offered("bob")] == [FIRST]
    with pytest.raises(UnknownScenarioError):
        found.find(books[0].key)
    for number in range(6, 6 + 2 * MOST_UPLOADS):
        found.put(books[number % 2] if number % 3 == 0 else variation(number), f"client {number}")
        assert len(found._uploads) <= MOST_UPLOADS
    assert found.find(None).key == FIRST


def test_readers_of_one_text_are_remembered_up_to_a_number():
    found = Shelf(shelf.named([SCENARIOS / f"{FIRST}.yaml"]))
    book = uploaded(TEXT.encode())
    for number in range(MOST_OWNERS + 50):
        found.put(book, f"client {number}")
    assert len(found._owners) == MOST_OWNERS
    assert book in found.offered(f"client {MOST_OWNERS + 49}")
    assert book not in found.offered("client 0")


def test_the_same_text_has_the_same_key_whoever_opens_it():
    found = Shelf(shelf.named([SCENARIOS / f"{FIRST}.yaml"]))
    book, again = uploaded(TEXT.encode()), uploaded(TEXT.encode())
    assert book.key == again.key
    assert book.key.startswith(f"own-{FIRST}-")
    found.put(book, "ann")
    found.put(again, "bob")
    for number in range(MOST_UPLOADS_OF_A_CLIENT):
        found.put(variation(number), "ann")
    assert found.find(book.key).digest == book.digest


def test_files_with_one_id_have_keys_of_their_own_and_all_problems_are_told(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.yaml").write_text(TEXT)
    paths = [tmp_path / "a.yaml", tmp_path / "b.yaml"]
    assert [book.key for book in shelf.named(paths)] == [FIRST, f"{FIRST}-2"]
    for name in "ab":
        (tmp_path / f"{name}.yaml").write_text("nothing: here")
    with pytest.raises(ScenarioError) as caught:
        shelf.named([*paths, tmp_path / "missing.yaml"])
    files = {problem.file for problem in caught.value.problems}
    assert files == {str(path) for path in [*paths, tmp_path / "missing.yaml"]}


def test_a_file_that_has_changed_is_noticed_and_one_that_is_gone_is_not(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(TEXT)
    found = Shelf(shelf.named([path]))
    book = found.find(None)
    assert found.changed_file(book) is None
    path.write_text(TEXT + "\n")
    os.utime(path, ns=(1, 1))
    assert found.changed_file(book) == path
    path.unlink()
    assert found.changed_file(book) is None
