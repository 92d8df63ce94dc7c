"""Files that are there whole or not at all, whatever happens while they are written.

A file is written under a temporary name, flushed to the disk, given its name, and the folder is
flushed. The temporary name tells the machine and the process that use it, so whoever comes later
can tell what a killed process has left behind. All failures are OutputErrors that say what to do.
"""

import errno
import os
import re
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from engine.errors import OutputError

_TEMPORARY = re.compile(r"\.tmp-(?P<host>[A-Za-z0-9-]*)\.(?P<pid>[0-9]+)\.[0-9a-f]+")
_STALE_S = 24 * 3600.0
"""Age at which a temporary file of another machine counts as left behind."""
_UNKNOWN_CALL = {errno.EINVAL, errno.ENOTSUP, errno.ENOSYS}
_ADVICE = {
    errno.ENOSPC: "the disk is full: make room",
    errno.EDQUOT: "your quota is used up: make room",
    errno.EACCES: "check whose folder it is and who may write there",
    errno.EPERM: "check whose folder it is and who may write there",
    errno.EROFS: "the disk may only be read: choose another folder with --out",
    errno.ENOTDIR: "one of those above it is a file: choose another folder with --out",
    errno.EIO: "the disk fails: copy the folder to a sound one",
}


def read_file(path: Path) -> bytes | None:
    """The content of a file; None where there is none. Raises OutputError."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise trouble(path, "read", error) from error


def entries(folder: Path) -> Iterator[Path]:
    """What is in a folder; nothing where there is none. Raises OutputError."""
    try:
        yield from folder.iterdir()
    except FileNotFoundError:
        return
    except OSError as error:
        raise trouble(folder, "read", error) from error


def flush_folder(folder: Path) -> None:
    """The names in a folder onto the disk. Raises OutputError."""
    try:
        _flush(folder)
    except OSError as error:
        raise trouble(folder, "written", error) from error


def resolved(folder: Path) -> Path:
    """A folder's path without links. Raises OutputError."""
    try:
        return Path(folder).resolve()
    except OSError as error:
        raise trouble(folder, "read", error) from error
    except RuntimeError as error:  # what Python before 3.13 raises where links go in a circle
        raise OutputError(f"{folder} can't be read: its links go in a circle") from error


def make_folder(folder: Path) -> None:
    """A folder and those above it, durably. Raises OutputError."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    try:
        with suppress(FileExistsError):  # a second process was quicker
            folder.mkdir()
        _flush(folder.parent)
    except OSError as error:
        raise trouble(folder, "made", error) from error


def write_file(path: Path, content: bytes, *, only_new: bool = False) -> None:
    """A file that is there whole or not at all, and durably. Raises OutputError.

    only_new: a file that another process has put there meanwhile is left alone.
    """
    try:
        try:
            _write_once(path, content, only_new=only_new)
        except FileNotFoundError:  # somebody swept our temporary file, or the folder is gone
            _write_once(path, content, only_new=only_new)
    except OSError as error:
        raise trouble(path, "written", error) from error


def _write_once(path: Path, content: bytes, *, only_new: bool) -> None:
    temporary = _temporary(path.parent)
    try:
        _fill(temporary, content)
        if only_new:
            _put_if_absent(temporary, path)
        else:
            temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    _flush(path.parent)


def _host() -> str:
    """The name of this machine, as it may stand in a file name."""
    return re.sub("[^A-Za-z0-9-]", "-", socket.gethostname())


def _temporary(folder: Path) -> Path:
    """A name nobody else uses, which tells the machine and the process that use it."""
    return folder / f".tmp-{_host()}.{os.getpid()}.{secrets.token_hex(6)}"


def _fill(path: Path, content: bytes) -> None:
    """A new file with this content, all of it on the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    except BaseException:
        with suppress(OSError):
            os.close(handle)
        raise
    os.close(handle)


def _put_if_absent(temporary: Path, path: Path) -> None:
    """Give a file its name unless another has it: of two processes that begin, one wins."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        pass
    except OSError as error:
        if error.errno not in {*_UNKNOWN_CALL, errno.EPERM}:
            raise
        temporary.replace(path)  # a disk without links
        return
    temporary.unlink(missing_ok=True)


def _flush(folder: Path) -> None:
    """The names in a folder onto the disk; not every kind of disk can, nor needs to."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in {*_UNKNOWN_CALL, errno.EROFS}:
            raise
    finally:
        os.close(handle)


def flag_in(folder: Path) -> str:
    """Put an empty file with a temporary name into a folder; its name. Raises OutputError."""
    flag = _temporary(folder)
    try:
        _fill(flag, b"")
    except OSError as error:
        with suppress(OSError):
            flag.unlink()
        raise trouble(flag, "written", error) from error
    return flag.name


def is_temporary(name: str) -> bool:
    """Whether a file of this name is one of ours under way, or left behind."""
    return _TEMPORARY.fullmatch(name) is not None


def is_left_behind(path: Path) -> bool:
    """Whether a file is a temporary one whose process is gone."""
    found = _TEMPORARY.fullmatch(path.name)
    if found is None:
        return False
    if found["host"] == _host() and os.name == "posix":
        return not _lives(int(found["pid"]))
    try:
        return time.time() - path.stat().st_mtime > _STALE_S
    except OSError:
        return False


def _lives(pid: int) -> bool:
    """Whether a process of this machine is running."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True  # another user's
    return True


def trouble(path: Path, doing: str, error: OSError) -> OutputError:
    """An operating system's error in words: what, why, and what to do."""
    why = error.strerror or type(error).__name__
    advice = _ADVICE.get(error.errno or 0, "mend that")
    return OutputError(
        f"{path} can't be {doing}: {why}; {advice}, then run the same command again: "
        "what is done is kept"
    )
