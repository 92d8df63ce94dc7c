"""How compiled code reaches the kernel's memory: by the address of an array and a place in it.

Passing thirty arrays through a tree of functions costs more than what the functions do, and minutes
of compiling. So one record, the ward, holds the addresses, and an accessor turns an address and a
place into a view of one record, which costs an addition. As with any compiled array access nothing
checks the place; whoever makes the arrays (engine.kernel_state) keeps them alive.
"""

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

_WORD = ir.IntType(64)


def cells(
    ward: Any, address: str, cell: Any, width: str | None = None, *, moves: bool = False
) -> Any:
    """An accessor `cell_at(ward, i)`, or `cell_at(ward, i, j)` for rows of `width` cells.

    `address` and `width` name int64 fields of the dtype `ward`; `cell` is the dtype of the result.
    `moves`: the address changes while compiled code runs; others needn't be loaded twice.
    """
    record = numba.from_dtype(cell)

    def build(builder: Any, target: Any, first: Any, index: Any) -> Any:
        offset = builder.mul(index, ir.Constant(_WORD, cell.itemsize))
        return builder.inttoptr(builder.add(first, offset), target)

    def in_list(_typing: Any, ward_type: Any, _i: Any) -> Any:
        def code(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            first = _field(builder, args[0], ward, address, moves)
            return build(builder, context.get_value_type(record), first, args[1])

        return record(ward_type, types.int64), code

    def in_table(_typing: Any, ward_type: Any, _i: Any, _j: Any) -> Any:
        def code(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            first = _field(builder, args[0], ward, address, moves)
            row = builder.mul(args[1], _field(builder, args[0], ward, str(width), False))
            index = builder.add(row, args[2])
            return build(builder, context.get_value_type(record), first, index)

        return record(ward_type, types.int64, types.int64), code

    return intrinsic(in_list if width is None else in_table)


def _field(builder: Any, pointer: Any, dtype: Any, name: str, changes: bool) -> Any:
    """Load an int64 field of a record."""
    here = builder.add(builder.ptrtoint(pointer, _WORD), ir.Constant(_WORD, dtype.fields[name][1]))
    found = builder.load(builder.inttoptr(here, _WORD.as_pointer()))
    if not changes:
        found.set_metadata("invariant.load", builder.module.add_metadata([]))
    return found


_FLOATS: Any = types.Array(types.float64, 1, "C")


def _floats_at(_typing: Any, _address: Any, _count: Any) -> Any:
    """So many float64 that begin at an address."""

    def code(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        array = context.make_array(_FLOATS)(context, builder)
        data = builder.inttoptr(args[0], array.data.type)
        size = ir.Constant(_WORD, 8)
        fill: Any = populate_array
        fill(array, data, [args[1]], [size], size, None)
        return array._getvalue()

    return _FLOATS(types.int64, types.int64), code


floats_at: Any = intrinsic(_floats_at)


def address_of(array: np.ndarray[Any, Any]) -> int:
    """Where an array begins. The caller keeps it alive."""
    return int(array.ctypes.data)
