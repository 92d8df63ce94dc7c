"""The limits that docs/explorer.md promises are those of the code."""

import re
from pathlib import Path

from analysis.explorer import answers, budget, guard, kept, protocol, query, serve, shelf, work
from engine.loader import LARGEST_FILE

PAGE = (Path(__file__).parent.parent / "docs" / "explorer.md").read_text()
MIB = 2**20


def row(start):
    """The second column of the row that begins so."""
    found = re.search(rf"^\| {re.escape(start)} \| (.*) \|$", PAGE, re.MULTILINE)
    assert found is not None, start
    return found[1]


def test_the_table_of_limits_says_what_the_code_does():
    million = 1_000_000
    assert row("connections").startswith(
        f"{protocol.MOST_CONNECTIONS}, {protocol.MOST_OF_AN_ADDRESS} of one network address"
    )
    assert row("a request, from its first byte to its last") == f"{protocol.REQUEST_SECONDS:.0f} s"
    assert row("an answer that isn't being read") == f"{protocol.READING_SECONDS:.0f} s"
    assert row("path, query, headers") == (
        f"{guard.LONGEST_PATH}, {query.LONGEST:,} and {guard.MOST_HEADER_BYTES:,} bytes, "
        f"{guard.MOST_HEADERS} headers"
    )
    assert row("a scenario opened in the page") == (
        f"{guard.LARGEST_BODY // MIB} MiB; {shelf.MOST_UPLOADS_OF_A_CLIENT} for each reader, "
        f"{shelf.MOST_UPLOADS} and {shelf.MOST_UPLOADED_BYTES // MIB} MiB in all"
    )
    assert guard.LARGEST_BODY == LARGEST_FILE
    assert row("cases that one request simulates") == f"{budget.MOST_CASES // million} million"
    assert row("a client") == (
        f"{budget.REQUESTS.per_second} requests a second, after a start of {budget.REQUESTS.most}"
    )
    assert row("a client of a class (with `--host`)") == (
        f"{budget.CASES.per_second // million} million cases a second, after a start of "
        f"{budget.CASES.most // million} million"
    )
    assert row("all clients of one network address") == (
        f"{budget.CLIENTS_PER_ADDRESS} times as much"
    )
    assert row("work that waits") == (
        f"{work.MOST_WAITING} pieces, {work.MOST_WAITING_OF_A_CLIENT} of one client"
    )
    assert row("answers kept in memory") == f"{kept.MOST_BYTES // MIB} MiB"
    assert row("simulated replications kept in memory") == f"{answers.MOST_BYTES // MIB} MiB"
    assert (
        f"{8 * serve.TOKEN_BYTES}\n  random bits" in PAGE
        or f"{8 * serve.TOKEN_BYTES} random" in PAGE
    )
