"""Where labels go so that none covers another: geometry of rectangles, no drawing.

Lengths are in any one unit (the figures use pixels), x to the right and y upwards.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle by its lower left and upper right corner."""

    left: float
    bottom: float
    right: float
    top: float


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share an area (touching edges don't count)."""
    return (
        one.left < other.right
        and other.left < one.right
        and one.bottom < other.top
        and other.bottom < one.top
    )


def around(x: float, y: float, width: float, height: float) -> Box:
    """The box of that size centred on a point."""
    return Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def inside(box: Box, bounds: Box) -> bool:
    """Whether a box lies within the bounds."""
    return (
        bounds.left <= box.left
        and bounds.bottom <= box.bottom
        and box.right <= bounds.right
        and box.top <= bounds.top
    )


def distance(box: Box, x: float, y: float) -> float:
    """How far a point lies from a box; 0 inside."""
    across = max(box.left - x, 0.0, x - box.right)
    up = max(box.bottom - y, 0.0, y - box.top)
    return math.hypot(across, up)


def tells(
    box: Box, own: tuple[float, float], points: Sequence[tuple[float, float]], clear: float
) -> bool:
    """Whether a reader sees whose label a box is: near its own point, and clearly farther from
    every other; `clear` is the size of a point."""
    near = distance(box, *own)
    others = [distance(box, *point) for point in points if point != own]
    return near <= 1.5 * clear and all(other > near + clear for other in others)


def place(
    points: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    bounds: Box,
    obstacles: Sequence[Box] = (),
) -> list[Box]:
    """A box for each point's label: near its point, within bounds, over no other and no obstacle.

    points and sizes: one (x, y) and one (width, height) per label. Candidates go round the point
    in widening rings, nearest first, so that the answer depends on nothing but the numbers. Where
    a crowd leaves no free place at all, the obstacles are given up before the other labels are.
    """
    placed: list[Box] = []
    for (x, y), (width, height) in zip(points, sizes, strict=True):
        candidates = [box for box in rings(x, y, width, height, bounds) if inside(box, bounds)]
        free = [box for box in candidates if not any(overlap(box, other) for other in placed)]
        clear = (box for box in free if not any(overlap(box, other) for other in obstacles))
        fallback = free[0] if free else around(x, y, width, height)
        placed.append(next(clear, fallback))
    return placed


def rings(x: float, y: float, width: float, height: float, bounds: Box) -> list[Box]:
    """Candidate boxes around a point, nearest ring first, above right before below left."""
    reach = math.hypot(bounds.right - bounds.left, bounds.top - bounds.bottom)
    step = max(height, 1.0) / 2
    boxes = []
    for ring in range(1, math.ceil(reach / step) + 1):
        distance = step * ring
        for turn in range(16):
            angle = math.pi / 4 + turn * math.pi / 8
            across = (width / 2 + distance) * math.cos(angle)
            up = (height / 2 + distance) * math.sin(angle)
            boxes.append(around(x + across, y + up, width, height))
    return boxes


def flag_rows(starts: Sequence[float], widths: Sequence[float], gap: float) -> list[int]:
    """The row of each flag, 0 lowest, so that no flag covers another or another's pole.

    starts: where each flag stands on the line, ascending; its text begins there and runs to the
    right for its width. A flag over which a later one's pole would rise goes above that later one.
    Raises ValueError where starts are not ascending.
    """
    if any(later < earlier for earlier, later in pairwise(starts)):
        raise ValueError("flags are placed from left to right; sort them first")
    rows = [0] * len(starts)
    for i in reversed(range(len(starts))):
        end = starts[i] + widths[i] + gap
        covered = [rows[j] for j in range(i + 1, len(starts)) if starts[j] < end]
        rows[i] = max(covered, default=-1) + 1
    return rows
