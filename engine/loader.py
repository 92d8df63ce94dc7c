"""A scenario file -> Scenario, with file:line:column in every error.

A file is data: it is read once, up to a limit, and only if it is a regular file, so that a pipe
can't hang the reader and a device can't feed it for ever. Nothing is ever written.
"""

import io
import os
import stat
from pathlib import Path

from ruamel.yaml import YAML

from engine.errors import Finding, Loc, Problem, ScenarioError
from engine.nodes import Place, Text, UnreadableError, compose
from engine.paths import shown_path
from engine.scenario import Scenario
from engine.validate import check
from engine.words import plain

LARGEST_FILE = 2**20
# A file with more problems than this has one cause, and it is among the first.
MOST_SHOWN = 200


def load(path: str | os.PathLike[str]) -> Scenario:
    """The scenario in a file. Raises ScenarioError with every problem, and nothing else."""
    name = plain(os.fsdecode(path), most=1000)
    return _from_bytes(_read(path, name), name)


def loads(text: str, name: str = "<text>") -> Scenario:
    """The scenario in a text; `name` stands for the file in messages."""
    return _from_bytes(text.encode("utf-8", "surrogatepass"), name)


def to_yaml(scenario: Scenario) -> str:
    """The resolved scenario as a scenario file: loading it gives the same hash."""
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.allow_unicode = True
    writer.width = 100
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    out = io.StringIO()
    writer.dump(scenario.resolved(), out)
    return out.getvalue()


def _read(path: str | os.PathLike[str], name: str) -> bytes:
    try:
        _refuse_irregular(Path(path).stat().st_mode, name)
        # A pipe may have taken the file's place since: opening one must not wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            _refuse_irregular(os.fstat(descriptor).st_mode, name)
            return file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:  # ValueError: the name holds a NUL
        reason = error.strerror if isinstance(error, OSError) else str(error)
        given = f"it can't be read ({reason})"
        advice = "check the name and the folder"
        raise _refused(name, given, "a scenario file is needed", advice) from error


def _refuse_irregular(mode: int, name: str) -> None:
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "a pipe, a device or the like"
        raise _refused(name, f"this is {what}", "a scenario is a file", "name a .yaml file")


def _refused(name: str, given: str, allowed: str, advice: str) -> ScenarioError:
    return ScenarioError([Problem(name, None, None, "", given, allowed, advice)])


def _from_bytes(content: bytes, name: str) -> Scenario:
    text = _decoded(content, name)
    try:
        composed = compose(text)
    except UnreadableError as unreadable:
        raise ScenarioError([_problem(name, "", unreadable.finding, unreadable.place)]) from None
    scenario, found = check(Scenario, composed.data)
    placed = [*composed.findings, *((finding, _place(composed, finding)) for finding in found)]
    if scenario is None or placed:
        placed.sort(key=lambda each: each[1])
        raise ScenarioError(
            _problem(name, shown_path(composed.data, finding.loc), finding, place)
            for finding, place in placed[:MOST_SHOWN]
        )
    return scenario


def _decoded(content: bytes, name: str) -> str:
    """The text of a file in UTF-8, with or without a byte order mark."""
    if len(content) > LARGEST_FILE:
        given = "the file is longer than 1 MiB"
        raise _refused(name, given, "a scenario has at most 1,048,576 bytes", "shorten it")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refused(name, "the file is UTF-16", "a scenario is UTF-8 text", "save it as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig", "replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        given = f"the byte 0x{content[error.start]:02X} was given"
        finding = Finding((), given, "a scenario is UTF-8 text", "save the file as UTF-8")
        raise ScenarioError([_problem(name, "", finding, Place(line, column))]) from None


def _place(text: Text, finding: Finding) -> Place:
    """Where a finding is: at its key or value, or at the section a missing key should be in."""
    loc: Loc = finding.loc
    if finding.on_key and loc in text.keys:
        return text.keys[loc]
    if loc in text.values:
        return text.values[loc]
    while loc:
        loc = loc[:-1]
        if loc in text.keys or loc in text.values:
            return text.keys.get(loc) or text.values[loc]
    return Place(1, 1)


def _problem(name: str, path: str, finding: Finding, place: Place) -> Problem:
    return Problem(
        name, place.line, place.column, path, finding.given, finding.allowed, finding.advice
    )
