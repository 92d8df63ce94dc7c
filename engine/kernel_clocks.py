"""All clocks of a ward in a heap, the one that rings next at its top.

One clock stands for each trainee (0, 1, ...) and, behind them, for each latent episode: the next
of their events. Events of one instant come in the order of their keys (rank, trainee, case, step).
"""

from typing import Any

from engine.kernel_state import NEVER, NOBODY, node_at, place_at
from engine.parts import part


@part
def set_clock(ward: Any, who: int, due: float, order: int) -> None:
    """Set, move or stop (due: infinity) a clock."""
    at = place_at(ward, who).at
    if due == NEVER:
        if at != NOBODY:
            _take_out(ward, at)
        return
    if at == NOBODY:
        at = ward.clocks
        ward.clocks += 1
    at = _raised(ward, at, due, order)
    at = _lowered(ward, at, due, order)
    node = node_at(ward, at)
    node.due, node.order, node.who = due, order, who
    place_at(ward, who).at = at


@part
def next_of_others(ward: Any, who: int) -> float:
    """When the first clock rings that is not this one; its own may stand in the past."""
    if ward.clocks == 0:
        return NEVER
    if place_at(ward, who).at != 0:
        return float(node_at(ward, 0).due)
    due = NEVER
    for below in range(1, min(3, ward.clocks)):
        due = min(due, node_at(ward, below).due)
    return due


@part
def _take_out(ward: Any, at: int) -> None:
    place_at(ward, node_at(ward, at).who).at = NOBODY
    ward.clocks -= 1
    last = ward.clocks
    if at == last:
        return
    moved = node_at(ward, last)
    due, order, who = moved.due, moved.order, moved.who
    at = _raised(ward, at, due, order)
    at = _lowered(ward, at, due, order)
    node = node_at(ward, at)
    node.due, node.order, node.who = due, order, who
    place_at(ward, who).at = at


@part
def _earlier(ward: Any, at: int, due: float, order: int) -> bool:
    """Whether the clock at this place rings before a clock of that time and key."""
    node = node_at(ward, at)
    return bool(node.due < due or (node.due == due and node.order < order))


@part
def _move(ward: Any, source: int, target: int) -> None:
    a, b = node_at(ward, source), node_at(ward, target)
    b.due, b.order, b.who = a.due, a.order, a.who
    place_at(ward, b.who).at = target


@part
def _raised(ward: Any, at: int, due: float, order: int) -> int:
    """Where a clock put at this place belongs, if it belongs higher."""
    while at > 0:
        above = (at - 1) >> 1
        if _earlier(ward, above, due, order):
            break
        _move(ward, above, at)
        at = above
    return at


@part
def _lowered(ward: Any, at: int, due: float, order: int) -> int:
    """Where a clock put at this place belongs, if it belongs lower."""
    size = ward.clocks
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size:
            right = node_at(ward, below + 1)
            if not _earlier(ward, below, right.due, right.order):
                below += 1
        if not _earlier(ward, below, due, order):
            break
        _move(ward, below, at)
        at = below
    return at
