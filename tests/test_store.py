"""The store: what it keeps, what it refuses, what it notices."""

import errno
import json
import os
import pickle
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import durable
from analysis.store import BLOCKS, PAPERS, Store
from engine.errors import OutputError, ScenarioError
from tests.block_samples import IDENTITY, content_of

DATA = bytes(range(256)) * 2


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "sweep", IDENTITY)


def refusal(call: Callable[[], Any]) -> str:
    with pytest.raises(ScenarioError) as caught:
        call()
    assert len(caught.value.problems) == 1
    return str(caught.value)


# ---- keeping ---------------------------------------------------------------------------------


def test_what_is_written_is_read(store: Store) -> None:
    assert store.read("b") is None
    assert not store.holds("b")
    store.write("b", DATA)
    assert store.read("b") == DATA
    assert store.holds("b")
    assert list(store.names()) == ["b"]


def test_no_bytes_are_bytes(store: Store) -> None:
    store.write("empty", b"")
    assert store.read("empty") == b""
    assert store.holds("empty")


def test_writing_again_changes_nothing(store: Store) -> None:
    first = store.write("b", DATA)
    before = store.path("b").stat()
    assert store.write("b", DATA) == first
    assert store.path("b").stat().st_ino == before.st_ino
    assert store.keeps(first)


def test_two_results_of_one_computation_are_told(store: Store) -> None:
    store.write("b", DATA)
    with pytest.raises(OutputError, match="computed twice, with two results"):
        store.write("b", DATA + b"x")
    assert store.read("b") == DATA


def test_a_receipt_holds_for_one_content_only(store: Store) -> None:
    receipt = store.write("b", DATA)
    other = store.write("c", DATA + b"x")
    assert Path(receipt.path) == store.path("b")
    assert store.keeps(receipt)
    assert not store.keeps(receipt._replace(digest=other.digest))
    store.path("b").unlink()
    assert not store.keeps(receipt)


def test_a_store_travels(store: Store) -> None:
    store.write("b", DATA)
    assert pickle.loads(pickle.dumps(store)).read("b") == DATA


@pytest.mark.parametrize("name", ["", "../b", "a/b", "B", ".b", "b\n", "ä", "b" * 201, "b b"])
def test_names_that_files_may_not_have(store: Store, name: str) -> None:
    with pytest.raises(ValueError, match="can't name a block"):
        store.write(name, DATA)


def test_a_file_is_flushed_before_it_is_named_and_its_folder_after(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)

        def watched(*args: Any, name: str = name, real: Any = real) -> Any:
            kind = ""
            if name == "fsync":
                kind = " folder" if stat.S_ISDIR(os.fstat(args[0]).st_mode) else " file"
            calls.append(name + kind)
            return real(*args)

        monkeypatch.setattr(os, name, watched)
    store.write("b", DATA)
    assert calls == ["fsync file", "replace", "fsync folder"]


def test_a_disk_that_writes_in_pieces(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, bytes(data[:7])))
    store.write("b", DATA)
    assert store.read("b") == DATA


def test_disks_that_know_no_links_and_flush_no_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync = os.fsync

    def flush(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        fsync(handle)

    def link(*_args: Any, **_more: Any) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "fsync", flush)
    monkeypatch.setattr(os, "link", link)
    store = Store.open(tmp_path / "sweep", IDENTITY)
    store.write("b", DATA)
    assert sorted(content_of(store.folder)) == ["blocks/b.block", "store.json"]


# ---- identity --------------------------------------------------------------------------------


def test_opening_again_goes_on(store: Store) -> None:
    store.write("b", DATA)
    again = Store.open(store.folder, dict(reversed(IDENTITY.items())))
    assert again.read("b") == DATA
    assert Store.at(store.folder) == again


@pytest.mark.parametrize(
    ("field", "value"), [("scenario", "ffff"), ("seed", 1), ("design", "0"), ("version", "0.2.0")]
)
def test_a_change_is_refused_with_its_field_and_both_values(
    store: Store, field: str, value: Any
) -> None:
    store.write("b", DATA)
    before = content_of(store.folder)
    told = refusal(lambda: Store.open(store.folder, {**IDENTITY, field: value}))
    assert told.startswith(f"{field}: ")
    assert f"holds a sweep with {IDENTITY[field]}, and {value} is asked for now" in told
    assert "choose another folder with --out" in told
    assert content_of(store.folder) == before


def test_fields_that_come_or_go_are_refused(store: Store) -> None:
    told = refusal(lambda: Store.open(store.folder, {**IDENTITY, "policy": "mine"}))
    assert told.startswith("policy: ")
    assert "with none, and mine is asked for" in told
    fewer = {name: value for name, value in IDENTITY.items() if name != "seed"}
    assert "with 0, and none is asked for" in refusal(lambda: Store.open(store.folder, fewer))


@pytest.mark.parametrize(("then", "now"), [(0, False), (1, 1.0), (0, None), (1, True)])
def test_values_that_python_holds_equal_are_not_the_same(
    tmp_path: Path, then: Any, now: Any
) -> None:
    Store.open(tmp_path / "sweep", {"seed": then})
    assert refusal(lambda: Store.open(tmp_path / "sweep", {"seed": now})).startswith("seed: ")


def test_tuples_are_lists(tmp_path: Path) -> None:
    Store.open(tmp_path / "sweep", {"paths": ("a", "b")})
    assert Store.open(tmp_path / "sweep", {"paths": ["a", "b"]}).identity["paths"] == ["a", "b"]


def test_a_block_of_another_sweep_is_none_of_this_one(store: Store, tmp_path: Path) -> None:
    other = Store.open(tmp_path / "other", {**IDENTITY, "seed": 1})
    other.write("b", DATA)
    store.path("b").write_bytes(other.path("b").read_bytes())
    assert store.read("b") is None
    assert [fault.name for fault in store.verify()] == ["b"]
    assert "of another sweep" in str(store.verify()[0])
    with pytest.raises(OutputError, match="a block of another sweep"):
        store.write("b", DATA)


def test_a_block_under_another_name_is_none(store: Store) -> None:
    store.write("b", DATA)
    store.path("b").rename(store.path("c"))
    assert store.read("c") is None
    assert "under another name" in str(store.verify()[0])


def test_a_newer_format_is_refused(store: Store) -> None:
    papers = json.loads((store.folder / PAPERS).read_text())
    (store.folder / PAPERS).write_text(json.dumps({**papers, "format": 2}))
    assert "was written in format 2" in refusal(lambda: Store.open(store.folder, IDENTITY))


# ---- folders ---------------------------------------------------------------------------------


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "sweep").write_text("mine")
    told = refusal(lambda: Store.open(tmp_path / "sweep", IDENTITY))
    assert "is a file" in told
    with pytest.raises(OutputError, match="Not a directory; one of those above it is a file"):
        Store.open(tmp_path / "sweep" / "below", IDENTITY)
    assert (tmp_path / "sweep").read_text() == "mine"


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("mine")
    told = refusal(lambda: Store.open(tmp_path, IDENTITY))
    assert "holds other files: thesis.docx" in told
    assert sorted(content_of(tmp_path)) == ["thesis.docx"]
    Store.open(tmp_path, IDENTITY, beside=["thesis.docx"])


def test_links_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(OutputError):
        Store.open(tmp_path / "a", IDENTITY)


def test_no_store_to_look_at(tmp_path: Path) -> None:
    assert "has no store.json" in refusal(lambda: Store.at(tmp_path))
    assert "has no store.json" in refusal(lambda: Store.at(tmp_path / "nothing"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", [b"", b"{", b"null", b"[]", b'{"kind": "leeway store"}', None])
def test_papers_that_are_damaged_or_lost_are_mended(store: Store, damage: bytes | None) -> None:
    store.write("b", DATA)
    before = content_of(store.folder)
    papers = store.folder / PAPERS
    if damage is None:
        papers.unlink()
    else:
        papers.write_bytes(damage)
        with pytest.raises(OutputError, match=r"store\.json is damaged; run the sweep again"):
            Store.at(store.folder)
    told = refusal(lambda: Store.open(store.folder, {**IDENTITY, "seed": 1}))
    assert "holds 1 blocks of another sweep" in told
    assert Store.open(store.folder, IDENTITY).read("b") == DATA
    assert content_of(store.folder) == before


# ---- damage ----------------------------------------------------------------------------------


def test_every_truncation_is_noticed(store: Store) -> None:
    store.write("a", DATA)
    store.write("b", DATA)
    whole = store.path("b").read_bytes()
    for length in range(len(whole)):
        store.path("b").write_bytes(whole[:length])
        assert store.read("b") is None, length
    assert [str(fault) for fault in store.verify(["a", "b"])] == [
        f"{store.path('b')}: damaged: its checksum is wrong"
    ]
    store.path("b").write_bytes(whole + b"\0")
    assert store.read("b") is None
    store.write("b", DATA)
    assert store.path("b").read_bytes() == whole
    assert store.verify(["a", "b"]) == []


def test_every_flipped_bit_is_noticed(store: Store) -> None:
    store.write("b", DATA[:64])
    whole = store.path("b").read_bytes()
    for place in range(len(whole)):
        for bit in range(8):
            spoilt = bytearray(whole)
            spoilt[place] ^= 1 << bit
            store.path("b").write_bytes(spoilt)
            assert store.read("b") is None, (place, bit)


@given(st.binary(max_size=200))
def test_no_bytes_are_taken_for_a_block(content: bytes) -> None:
    store = Store(Path("nowhere"), {}, "0" * 64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "read_bytes", lambda _path: content)
        assert store.read("b") is None
        assert store.verify(["b"]) != []


def test_papers_with_a_flipped_bit_never_change_the_identity(store: Store) -> None:
    store.write("b", DATA)
    whole = (store.folder / PAPERS).read_bytes()
    for place in range(len(whole)):
        spoilt = bytearray(whole)
        spoilt[place] ^= 1 << (place % 7)
        (store.folder / PAPERS).write_bytes(spoilt)
        try:
            assert Store.at(store.folder).identity == IDENTITY  # in the space between fields
        except (OutputError, ScenarioError):
            continue


def test_verify_tells_what_is_missing(store: Store) -> None:
    store.write("b", DATA)
    assert store.verify() == []
    assert store.verify(["b"]) == []
    (fault,) = store.verify(iter(["b", "c"]))
    assert fault.name == "c"
    assert "missing: not computed yet, or lost" in str(fault)


# ---- left behind -----------------------------------------------------------------------------


def a_dead_process() -> int:
    with subprocess.Popen(["true"]) as process:
        process.wait()
    return process.pid


def test_what_dead_processes_left_behind_is_swept(store: Store) -> None:
    host = durable._host()
    left = [
        store.folder / f".tmp-{host}.{a_dead_process()}.0a",
        store.folder / BLOCKS / f".tmp-{host}.{a_dead_process()}.0b",
        store.folder / BLOCKS / f".tmp-{host}.99999999999999999999.0c",
    ]
    others = [
        store.folder / BLOCKS / f".tmp-{host}.{os.getpid()}.0d",  # it lives
        store.folder / BLOCKS / ".tmp-elsewhere.1.0e",  # who knows
        store.folder / BLOCKS / "thesis.docx",
        store.folder / ".hidden",
    ]
    old = store.folder / BLOCKS / ".tmp-elsewhere.1.0f"
    for path in [*left, *others, old]:
        path.write_bytes(b"half a bl")
    then = time.time() - 2 * durable._STALE_S
    os.utime(old, (then, then))
    assert list(store.names()) == []
    assert store.verify() == []
    Store.open(store.folder, IDENTITY)
    assert not any(path.exists() for path in [*left, old])
    assert all(path.exists() for path in others)


def test_a_file_swept_by_mistake_is_written_once_more(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, swept = os.replace, []

    def hasty(source: Any, target: Any) -> None:
        if not swept:
            swept.append(source)
            Path(source).unlink()
        replace(source, target)

    monkeypatch.setattr(os, "replace", hasty)
    store.write("b", DATA)
    assert swept
    assert store.read("b") == DATA


def test_a_flag_is_gone_when_it_is_lowered_and_is_in_nobodys_way(store: Store) -> None:
    flag = store.raise_flag()
    assert (store.folder / flag).exists()
    assert store.verify() == []
    assert Store.open(store.folder, IDENTITY) == store
    assert (store.folder / flag).exists()
    store.lower_flag(flag)
    store.lower_flag(flag)
    assert sorted(content_of(store.folder)) == ["store.json"]
