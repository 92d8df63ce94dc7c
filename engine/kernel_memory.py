"""How compiled code reaches the kernel's memory: by the address of an array and a place in it.

Passing thirty arrays through a tree of functions costs more than what the functions do, and minutes
of compiling. So one record, the ward, holds the addresses, and an accessor turns an address and a
place into a view of one record, which costs an addition. As with any compiled array access nothing
checks the place; whoever makes the arrays (engine.kernel_state) keeps them alive.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numba
import numpy as np
from llvmlite import ir
from numba import _dynfunc  # type: ignore[attr-defined]
from numba.core import types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering
from numba.extending import intrinsic

Code = TypeVar("Code", bound=Callable[..., Any])

_WORD = ir.IntType(64)


def unit(function: Code) -> Code:
    """A law that only compiled code calls; for integers it is compiled once, not per constant.

    It is a part of whatever law calls it: machine code is made of the whole, once.
    """
    options: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    njit: Any = numba.njit
    dispatcher = njit(
        fastmath=False, error_model="numpy", nogil=True, pipeline_class=_PartCompiler, **options
    )(function)
    template = dispatcher.get_call_template
    unliteral: Any = types.unliteral

    def plainly(args: Any, kws: Any) -> Any:
        plain = tuple(unliteral(each) for each in args)
        return template(plain, {name: unliteral(each) for name, each in kws.items()})

    dispatcher.get_call_template = plainly
    compiled: Code = dispatcher
    return compiled


_build: Any = DefaultPassBuilder.define_nopython_pipeline
_make_known: Any = _dynfunc.make_function
_register: Any = register_pass


class _Part(JITCodeLibrary):
    """Code to be linked into that of a law; by itself it is neither optimised nor turned into
    machine code, which took most of the time of compiling the kernel."""

    def finalize(self) -> None:
        self._finalized = True

    def add_linking_library(self, library: Any) -> None:
        if library not in self._linking_libraries:
            self._linking_libraries.append(library)


@_register(mutates_CFG=True, analysis_only=False)
class _PartLowering(NativeLowering):
    """Lowers a function into a part."""

    _name = "leeway_part_lowering"

    def run_pass(self, state: Any) -> bool:
        context, flags = state.targetctx, state.flags
        make: Any = _Part
        part = make(context.codegen(), state.func_id.func_qualname)
        state.library = part
        flags.no_compile = True
        try:
            lower: Any = super().run_pass
            lower(state)
        finally:
            flags.no_compile = False
        lowered = state["cr"]
        module, name = lowered.fndesc.lookup_module(), lowered.fndesc.qualname
        # by this object numba knows the part; like any law without a wrapper it has no address
        known_as = _make_known(module, name, "a part", 0, lowered.env, (part,))
        context.insert_user_function(known_as, lowered.fndesc, [part, *part._linking_libraries])
        state["cr"] = lowered._replace(cfunc=known_as)
        return True


class _PartCompiler(Compiler):
    """Compiles a function as a part."""

    def define_pipelines(self) -> list[Any]:
        manager = _build(self.state)
        for place, (each, text) in enumerate(manager.passes):
            if each is NativeLowering:
                manager.passes[place] = (_PartLowering, text)
        manager.finalize()
        return [manager]


def cells(ward: Any, address: str, cell: Any, width: str | None = None) -> Any:
    """An accessor `cell_at(ward, i)`, or `cell_at(ward, i, j)` for rows of `width` cells.

    `address` and `width` name int64 fields of the dtype `ward`; `cell` is the dtype of the result.
    """
    record = numba.from_dtype(cell)

    def build(builder: Any, target: Any, first: Any, index: Any) -> Any:
        offset = builder.mul(index, ir.Constant(_WORD, cell.itemsize))
        return builder.inttoptr(builder.add(first, offset), target)

    def in_list(_typing: Any, ward_type: Any, _i: Any) -> Any:
        def code(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            first = _field(builder, args[0], ward, address)
            return build(builder, context.get_value_type(record), first, args[1])

        return record(ward_type, types.int64), code

    def in_table(_typing: Any, ward_type: Any, _i: Any, _j: Any) -> Any:
        def code(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            first = _field(builder, args[0], ward, address)
            row = builder.mul(args[1], _field(builder, args[0], ward, str(width)))
            index = builder.add(row, args[2])
            return build(builder, context.get_value_type(record), first, index)

        return record(ward_type, types.int64, types.int64), code

    return intrinsic(in_list if width is None else in_table)


def _field(builder: Any, pointer: Any, dtype: Any, name: str) -> Any:
    """Load an int64 field of a record."""
    here = builder.add(builder.ptrtoint(pointer, _WORD), ir.Constant(_WORD, dtype.fields[name][1]))
    return builder.load(builder.inttoptr(here, _WORD.as_pointer()))


def _float_pointer(_typing: Any, _address: Any) -> Any:
    """An address as a pointer to float64."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], context.get_value_type(signature.return_type))

    pointer: Any = types.CPointer
    return pointer(types.float64)(types.int64), code


float_pointer: Any = intrinsic(_float_pointer)


def address_of(array: np.ndarray[Any, Any]) -> int:
    """Where an array begins. The caller keeps it alive."""
    return int(array.ctypes.data)
