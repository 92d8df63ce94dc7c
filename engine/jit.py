"""How laws are compiled, and the cache of what numba compiled.

`@law` compiles a function of scalars the first time it is called. No fastmath and no fused
multiply-add: the same bits on every x86-64 processor matter more than the last few percent.

Numba's own `cache=True` looks only at the file a function stands in, so it goes on answering with
*old* rules after an edit in another file, and one truncated cache file fails every later run. The
cache here is keyed by every source file of the engine, the versions and the processor; each entry
carries its checksum, is written to a temporary name and renamed, and is simply compiled again when
anything about it is in doubt. An import reads the sources, for the key; nothing else is read or
written before the first call.
"""

import gc
import hashlib
import logging
import os
import pickle
import platform
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import llvmlite
import numba
import numpy as np
import platformdirs
from llvmlite import ir
from numba.core import types
from numba.core.caching import _Cache
from numba.core.compiler import CompileResult
from numba.core.runtime.nrt import rtsys
from numba.extending import intrinsic

from engine.parts import WholeCompiler, part

log = logging.getLogger(__name__)

CACHE_VARIABLE = "LEEWAY_CACHE_DIR"
"""Environment variable that names another folder for compiled code."""

_DIGEST_BYTES = 32  # of a sha256

Law = TypeVar("Law", bound=Callable[..., Any])


def law(function: Law) -> Law:
    """Compile `function` on its first call, and remember the machine code between processes.

    Where other compiled code calls it, it is a part of that (`engine.parts`).
    Division by zero gives an infinity or NaN as IEEE 754 says, instead of raising.
    """
    if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
        raise ImportError("leeway is compiled by numba, and NUMBA_DISABLE_JIT is set: unset it")
    options: dict[str, Any] = {"no_cfunc_wrapper": True, "pipeline_class": WholeCompiler}
    dispatcher: Any = numba.njit(fastmath=False, error_model="numpy", nogil=True, **options)(
        function
    )
    dispatcher._cache = CompiledCode(function)
    dispatcher.compile = _undisturbed(dispatcher.compile)
    inside: Any = part(function)
    dispatcher.get_call_template = inside.get_call_template
    dispatcher.get_overload = inside.get_overload
    compiled: Law = dispatcher
    return compiled


def _undisturbed(compile_it: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Without the collector of garbage, which finds none and takes a sixth of the time."""

    def compile_undisturbed(signature: Any) -> Any:
        if not gc.isenabled():
            return compile_it(signature)
        gc.disable()
        try:
            return compile_it(signature)
        finally:
            _count_as_old()
            gc.enable()

    return compile_undisturbed


def _count_as_old() -> None:
    """Spare the collector its first look at what compiling has left; a full one sees it all."""
    if gc.get_freeze_count() == 0:
        gc.freeze()
        gc.unfreeze()


class CompiledCode(_Cache):
    """Machine code of one function, by argument types, in a private folder.

    Numba calls `load_overload` before it compiles and `save_overload` afterwards.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._enabled = True

    @property
    def cache_path(self) -> str:
        return str(cache_folder())

    def enable(self) -> None:
        self._enabled = True

    def disable(self) -> None:
        self._enabled = False

    def flush(self) -> None:
        for path in cache_folder().glob(f"{self._stem()}-*.code"):
            path.unlink(missing_ok=True)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The compiled function for this signature, or None: then numba compiles it."""
        if not self._enabled:
            return None
        payload = _read_checked(self._path(sig, target_context.codegen()))
        if payload is None:
            return None
        # What machine code calls of numba's own. Numba refreshes the whole context here, which
        # takes 0.3 s for what compiling alone needs, and does it again when it compiles.
        rtsys.initialize(target_context)
        rebuild: Any = CompileResult._rebuild
        return rebuild(target_context, *pickle.loads(payload))

    def save_overload(self, sig: Any, data: Any) -> None:
        # An edit between the import of this module and that of a law's would mix old and new
        if self._enabled and key_of_sources() == _WHEN_IMPORTED:
            payload = pickle.dumps(data._reduce(), protocol=5)
            _write_checked(self._path(sig, data.codegen), payload)

    def _stem(self) -> str:
        return f"{self._function.__module__}.{self._function.__qualname__}"

    def _path(self, sig: Any, codegen: Any) -> Path:
        processor = repr((sig, codegen.magic_tuple())).encode()
        return cache_folder() / f"{self._stem()}-{hashlib.sha256(processor).hexdigest()[:24]}.code"


def key_of_sources() -> str:
    """What compiled code depends on: all sources of this package, and the versions (hex)."""
    digest = hashlib.sha256()
    versions = (sys.version, platform.machine(), numba.__version__, llvmlite.__version__)
    digest.update(repr((*versions, np.__version__)).encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()[:24]


_WHEN_IMPORTED = key_of_sources()
"""Of the sources as this process has read them; a file may be edited before a law is compiled."""


def engine_key() -> str:
    """The key of the laws in memory: of their sources when they were imported (hex)."""
    return _WHEN_IMPORTED


def cache_folder() -> Path:
    """Where compiled code is kept; `LEEWAY_CACHE_DIR` overrides the user's cache folder."""
    chosen = os.environ.get(CACHE_VARIABLE)
    root = Path(chosen) if chosen else Path(platformdirs.user_cache_dir("leeway", appauthor=False))
    return root / f"compiled-{engine_key()}"


def _read_checked(path: Path) -> bytes | None:
    """The payload of a cache file; None where it is absent, unreadable, damaged or not ours.

    An entry is machine code, so it is trusted only from a file and folder that this user owns
    and nobody else may write.
    """
    try:
        if not (_private(path.parent) and _private(path)):
            return None
        content = path.read_bytes()
    except OSError:
        return None
    digest, payload = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
    if hashlib.sha256(payload).digest() != digest:
        log.warning("compiled code in %s is damaged; compiling it again", path)
        return None
    return payload


def _private(path: Path) -> bool:
    status = path.stat()
    writable_by_others = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return not writable_by_others and (not hasattr(os, "getuid") or status.st_uid == os.getuid())


def _write_checked(path: Path, payload: bytes) -> None:
    """Write under a temporary name, then rename: other processes see all of a file or nothing.

    A folder that can't be written (read-only, full, somebody else's) costs only the next
    process's compile time, so it is reported and not raised.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            temporary = Path(file.name)
            try:
                file.write(hashlib.sha256(payload).digest() + payload)
                file.close()
                temporary.replace(path)
            except OSError:
                temporary.unlink(missing_ok=True)
                raise
    except OSError as problem:
        log.info("compiled code is not kept: %s", problem)


# Three machine instructions that Python has no word for. They move bits, they compute nothing.


def _build_high_word(_typing: Any, _a: Any, _b: Any) -> Any:
    """The upper 64 bits of the 128-bit product of two unsigned 64-bit words."""

    def build(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        wide = ir.IntType(128)
        product = builder.mul(builder.zext(args[0], wide), builder.zext(args[1], wide))
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), build


def _build_bits_of(_typing: Any, _x: Any) -> Any:
    """The bits of a float64 as a signed 64-bit integer."""

    def build(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(64))

    return types.int64(types.float64), build


def _build_float_of(_typing: Any, _bits: Any) -> Any:
    """The float64 that has these bits."""

    def build(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), build


high_word: Any = intrinsic(_build_high_word)
bits_of: Any = intrinsic(_build_bits_of)
float_of: Any = intrinsic(_build_float_of)
