"""Blocks of bytes on disk that no kill, no full disk and no second process can spoil.

DIR/store.json       the identity: what the blocks are results of, field by field
DIR/blocks/*.block   a block each: head, data, checksum

A store knows nothing of scenarios. It keeps named blocks under an identity, and promises:

- A block appears whole or not at all: temporary file, fsync, rename, fsync of the folder.
- That a file exists proves nothing. A block counts once its checksum is right, and the checksum
  covers the identity, the name and the data: a block of another sweep, or under another name, is
  no block of this one. A damaged block reads as absent, so it is computed again.
- Opening a folder resumes it. Another identity is refused, with the first field that differs.
- Blocks are deterministic, so two processes may fill one folder at once: whoever comes second
  finds the block there, or replaces it by the same bytes.
- What a killed process leaves behind is a temporary file; nobody reads it, and the next to open
  the folder sweeps it away.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from analysis.durable import (
    entries,
    flag_in,
    flush_folder,
    is_left_behind,
    is_temporary,
    make_folder,
    read_file,
    resolved,
    write_file,
)
from engine.errors import OutputError, Problem, ScenarioError

Identity = Mapping[str, Any]

PAPERS, BLOCKS, SUFFIX = "store.json", "blocks", ".block"
KIND, FORMAT = "leeway store", 1

_MAGIC = b"leeway block 1\n"
_DIGEST_BYTES = 32  # of a sha256
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,199}")  # lower case: some disks know no other
_WIDEST = 200  # characters of a value in a message


class Fault(NamedTuple):
    """What is wrong with a block; `name` is empty where it is the store's papers."""

    name: str
    path: Path
    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


class Receipt(NamedTuple):
    """What is known of a block that somebody else has written: where, and its checksum (hex)."""

    name: str
    path: str
    digest: str


@dataclass(frozen=True)
class Store:
    """A folder of blocks under an identity. Made by `open` or `at`; may be pickled."""

    folder: Path
    identity: Identity
    digest: str
    """sha256 of the identity (hex): every block carries it."""

    @classmethod
    def open(cls, folder: Path, identity: Identity, *, beside: Collection[str] = ()) -> "Store":
        """The store in `folder`: begun where there is none, gone on with where there is.

        identity: JSON, best a flat mapping; `beside`: names of files of the caller's own that may
        already lie in the folder of a store yet to be begun.
        Raises ScenarioError where the folder holds something else, or blocks of another identity
        (the first field that differs, and both values); OutputError where it can't be written.
        """
        folder = resolved(folder)
        plain = _plain(identity)
        store = cls(folder, plain, _digest(plain))
        if folder.is_file():
            _refuse("--out", f"{folder} is a file", "a folder is needed", "choose another folder")
        new = not (folder / PAPERS).exists()  # asked first: another process may begin meanwhile
        found = _papers(folder)
        if found is None:
            _check_own(store, beside)
            for made in (folder, folder / BLOCKS):
                make_folder(made)
            write_file(folder / PAPERS, _papers_of(plain), only_new=new)
            found = _papers(folder)
        _compare(folder, found, plain)
        make_folder(folder / BLOCKS)
        for known in (folder, folder / BLOCKS):  # names given just before a kill
            flush_folder(known)
        store.sweep()
        return store

    @classmethod
    def at(cls, folder: Path) -> "Store":
        """The store that is in a folder, whatever its identity; nothing is written.

        Raises ScenarioError where there is none, OutputError where its papers are damaged.
        """
        folder = resolved(folder)
        if not (folder / PAPERS).is_file():
            _refuse(
                "DIR", f"{folder} has no {PAPERS}", "the folder of a sweep is needed",
                "give a folder that leeway sweep has written",
            )  # fmt: skip
        found = _papers(folder)
        if found is None:
            raise OutputError(
                f"{folder / PAPERS} is damaged; run the sweep again with the same folder, "
                "which mends it and keeps every block that is whole"
            )
        return cls(folder, found, _digest(found))

    def path(self, name: str) -> Path:
        """The file of a block. Raises ValueError for a name that can't be one's."""
        if _NAME.fullmatch(name) is None:
            raise ValueError(f"{name!r} can't name a block: a-z, 0-9, '.', '_' and '-' only")
        return self.folder / BLOCKS / f"{name}{SUFFIX}"

    def read(self, name: str) -> bytes | None:
        """The data of a block; None where it is absent, damaged or of another identity.

        Raises OutputError where there is a file and it can't be read.
        """
        whole = read_file(self.path(name))
        if whole is None:
            return None
        head = self._head(name)
        return whole[len(head) : -_DIGEST_BYTES] if _intact(whole, head) else None

    def holds(self, name: str) -> bool:
        """Whether a block is there and whole: it is read for that. Raises OutputError."""
        return self.read(name) is not None

    def write(self, name: str, data: bytes) -> Receipt:
        """Keep a block, durably, and say where.

        Harmless where the block is already there. Raises OutputError where it can't be written
        (nothing half-written is left), where it is there with *other* data (then the same
        computation has given two results, and none can be trusted), or where a block of another
        sweep is in its place.
        """
        path, head = self.path(name), self._head(name)
        body = head + data
        digest = hashlib.sha256(body).digest()
        kept = read_file(path)
        if kept is None or not _intact(kept, _MAGIC):
            write_file(path, body + digest)
        elif not _intact(kept, head):
            raise OutputError(
                f"{path} is a block of another sweep, or under another name; move it away, then "
                "run the same command again"
            )
        elif kept != body + digest:
            raise OutputError(
                f"{path}: the block was computed twice, with two results; a block depends on its "
                "identity alone, so this machine's memory, disk or installed versions are in doubt"
            )
        return Receipt(name, str(path), digest.hex())

    def keeps(self, receipt: Receipt) -> bool:
        """Whether the block that a receipt speaks of can be seen here, whole. Raises OutputError"""
        whole = read_file(self.path(receipt.name))
        return (
            whole is not None
            and _intact(whole, self._head(receipt.name))
            and whole[-_DIGEST_BYTES:].hex() == receipt.digest
        )

    def names(self) -> Iterator[str]:
        """Names of the block files there are, whole or not, in no order. Raises OutputError."""
        for path in entries(self.folder / BLOCKS):
            if path.name.endswith(SUFFIX) and _NAME.fullmatch(path.name[: -len(SUFFIX)]):
                yield path.name[: -len(SUFFIX)]

    def verify(self, expected: Iterable[str] = ()) -> list[Fault]:
        """Read every block, and say which are damaged, and which of those expected are missing.

        An empty list: all is well. Nothing is written or mended; running the sweep again does
        that. Raises OutputError where the folder can't be read.
        """
        faults = []
        for name in sorted(self.names()):
            problem = self._problem(name)
            if problem is not None:
                faults.append(Fault(name, self.path(name), problem))
        missing = "missing: not computed yet, or lost"
        for name in expected:
            if not self.path(name).exists():
                faults.append(Fault(name, self.path(name), missing))
        return faults

    def sweep(self) -> int:
        """Remove what killed processes have left behind, and say how many files that were.

        Removing the file of a process that lives would cost it no more than a second try.
        """
        swept = 0
        for path in chain(entries(self.folder), entries(self.folder / BLOCKS)):
            if is_left_behind(path):
                with suppress(OSError):
                    path.unlink()
                    swept += 1
        return swept

    def raise_flag(self) -> str:
        """Put an empty file into the folder, and return its name, by which others know the folder.

        It is swept away like any temporary file once this process is gone. Raises OutputError.
        """
        return flag_in(self.folder)

    def lower_flag(self, name: str) -> None:
        """Remove what `raise_flag` put there."""
        with suppress(OSError):
            (self.folder / name).unlink()

    def _head(self, name: str) -> bytes:
        """What a block begins with: what this file is, of which identity, and its name."""
        return _MAGIC + f"{self.digest}\n{name}\n".encode()

    def _problem(self, name: str) -> str | None:
        """What is wrong with a block file; None where it is whole."""
        try:
            whole = read_file(self.path(name))
        except OutputError as error:
            return str(error)
        if whole is None or _intact(whole, self._head(name)):
            return None
        if _intact(whole, _MAGIC):
            return "whole, but of another sweep or under another name"
        return "damaged: its checksum is wrong"


# ---- blocks ---------------------------------------------------------------------------------


def _intact(whole: bytes, head: bytes) -> bool:
    """Whether the content of a block file begins as it must and agrees with its checksum."""
    body, digest = whole[:-_DIGEST_BYTES], whole[-_DIGEST_BYTES:]
    return body.startswith(head) and hashlib.sha256(body).digest() == digest


# ---- papers ----------------------------------------------------------------------------------


def _plain(identity: Identity) -> dict[str, Any]:
    """An identity as JSON gives it back: tuples are lists, keys are text."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(identity), allow_nan=False))
    return plain


def _digest(identity: Identity) -> str:
    """sha256 of an identity (hex), whatever the order of its fields."""
    text = json.dumps(identity, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _papers_of(identity: Identity) -> bytes:
    """The content of store.json."""
    papers = {"kind": KIND, "format": FORMAT, "identity": identity, "sha256": _digest(identity)}
    return (json.dumps(papers, indent=2, ensure_ascii=False) + "\n").encode()


def _papers(folder: Path) -> dict[str, Any] | None:
    """The identity that a folder's papers tell; None where they are absent or damaged.

    Raises ScenarioError where they are of a format this leeway doesn't know.
    """
    whole = read_file(folder / PAPERS)
    try:
        papers = json.loads((whole or b"").decode())
        kind, number, identity = papers["kind"], papers["format"], papers["identity"]
        if kind == KIND and isinstance(number, int) and number > FORMAT:
            _refuse(
                "format", f"{folder} was written in format {number}",
                f"this leeway knows format {FORMAT}", "use the version that began the sweep",
            )  # fmt: skip
        sound = kind == KIND and number == FORMAT and papers["sha256"] == _digest(identity)
    except (ValueError, KeyError, TypeError):
        return None
    return identity if sound and isinstance(identity, dict) else None


def _compare(folder: Path, found: Identity | None, asked: Identity) -> None:
    """Refuse another identity than the one that the folder was begun with."""
    if found is None:
        raise OutputError(f"{folder / PAPERS} can't be read back just after it was written")
    nothing = object()
    for field in [*asked, *(field for field in found if field not in asked)]:
        then, now = found.get(field, nothing), asked.get(field, nothing)
        # as JSON: to Python 1, 1.0 and True are equal
        if then is nothing or now is nothing or _digest({"": then}) != _digest({"": now}):
            before, after = ("none" if one is nothing else _short(one) for one in (then, now))
            _refuse(
                field, f"{folder} holds a sweep with {before}, and {after} is asked for now",
                "a sweep goes on only where nothing has changed",
                f"take {before} again, or choose another folder with --out",
            )  # fmt: skip


def _short(value: Any) -> str:
    """A value of an identity in a message."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _WIDEST else f"{text[:_WIDEST]}..."


def _check_own(store: Store, beside: Collection[str]) -> None:
    """Refuse to begin in a folder that holds other things, or blocks of another identity.

    Blocks without papers: store.json was damaged or removed. They prove what they belong to, so
    papers of the same identity can be written anew; with any other the folder is refused.
    """
    folder = store.folder
    own = {PAPERS, BLOCKS, *beside}
    foreign = sorted(
        path.name
        for path in entries(folder)
        if path.name not in own and not is_temporary(path.name)
    )
    if foreign:
        _refuse(
            "--out", f"{folder} holds other files: {', '.join(foreign[:5])}",
            "a new folder, or that of the same sweep, is needed",
            "choose another folder with --out",
        )  # fmt: skip
    others = 0
    for name in store.names():
        whole = read_file(store.path(name))
        if whole is None or not _intact(whole, _MAGIC):
            continue
        if _intact(whole, store._head(name)):
            return
        others += 1
    if others:
        _refuse(
            "--out", f"{folder} holds {others} blocks of another sweep, and its {PAPERS} is "
            "missing or damaged", "a new folder, or that of the same sweep, is needed",
            "choose another folder with --out",
        )  # fmt: skip


def _refuse(path: str, given: str, allowed: str, advice: str) -> NoReturn:
    raise ScenarioError([Problem(None, None, None, path, given, allowed, advice)])
