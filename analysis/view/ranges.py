"""Where a control's slider steps: nice values, the scenario's own among them."""

import math
from collections.abc import Iterable, Sequence

SECONDS = (1, 2, 5, 10, 15, 20, 30, 45)
MINUTES = (1, 2, 3, 5, 10, 15, 20, 30, 45)
HOURS = (1, 2, 3, 4, 6, 8, 12)
DAYS = (1, 2, 4)
NICE_TIMES = (
    *(number / 60 for number in (0.1, 0.2, 0.5)),
    *(number / 60 for number in SECONDS),
    *(float(number) for number in MINUTES),
    *(60.0 * number for number in HOURS),
    *(1440.0 * number for number in DAYS),
    *(10080.0 * number for number in (1, 2, 4, 8, 20, 40)),
)
"""Times that are easily said, in minutes, ascending."""
MANTISSAS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.5)
FRACTIONS = (0.1, 0.15, 0.25, 0.5, 0.75, 1.0)
MOST_TIMES = 11
"""Positions of a slider of times, the scenario's own not counted."""
DOWN, UP = 8, 24
"""A slider of times reaches at least from own/DOWN to own*UP."""
CLOSE = 0.06
"""A share is left out where the scenario's own is nearer than this."""


def times(own: float, ends: Iterable[float]) -> tuple[float, ...]:
    """Times around a scenario's own (minutes) that span `ends` too, about evenly on a log scale."""
    spanned = [each for each in ends if each > 0]
    unit = own if own > 0 else max(spanned, default=1.0)
    low, high = min([unit / DOWN, *spanned]), max([unit * UP, *spanned])
    scale = [each for each in NICE_TIMES if low <= each <= high]
    scale = scale or [low, unit, high]
    wanted = spaced(min(scale[0], low), max(scale[-1], high), MOST_TIMES)
    chosen = {nearest(each, scale) for each in wanted}
    chosen |= {each for each in spanned if each in NICE_TIMES}
    return tuple(sorted({*far_enough(chosen, own), own}))


def far_enough(values: Iterable[float], own: float) -> list[float]:
    """The values that aren't nearly the scenario's own."""
    return [each for each in values if own <= 0 or not 0.8 < each / own < 1.25]


def spaced(low: float, high: float, count: int) -> list[float]:
    """So many values from low to high, evenly on a log scale."""
    step = math.log(high / low) / (count - 1)
    return [low * math.exp(step * number) for number in range(count)]


def nearest(value: float, scale: Sequence[float]) -> float:
    """The value of a scale that is nearest by ratio."""
    return min(scale, key=lambda each: max(each / value, value / each))


def factors(own: float, ends: Iterable[float]) -> tuple[float, ...]:
    """Numbers around a scenario's own, from a quarter to four times it, that span `ends` too."""
    spanned = [each for each in ends if each > 0]
    low, high = min([own / 4, *spanned]), max([own * 4, *spanned])
    chosen = {nice_number(each) for each in spaced(low, high, 9)}
    return tuple(sorted({*far_enough(chosen, own), own}))


def nice_number(value: float) -> float:
    """The number that is easily said nearest to a value: 0.25, 0.75, 1.5, 30."""
    power = math.floor(math.log10(value))
    if 0.1 < value < 1:
        return nearest(value, FRACTIONS)
    scale = [each * 10.0**exponent for exponent in (power, power + 1) for each in MANTISSAS]
    return float(f"{nearest(value, scale):.6g}")


def shares(own: float, ends: Iterable[float]) -> tuple[float, ...]:
    """Shares from 0 to 1."""
    usual = (0.1, 0.25, 0.5, 0.75, 0.9)
    kept = [each for each in (*usual, *ends) if abs(each - own) >= CLOSE or each == own]
    apart: list[float] = []
    for each in sorted(kept):
        if not apart or each - apart[-1] >= CLOSE:
            apart.append(each)
    return tuple(sorted({0.0, 1.0, own, *(each for each in apart if 0 < each < 1)}))


def counts(own: int, usual: Sequence[int], most: int) -> tuple[int, ...]:
    """Numbers of people from 1 up, the scenario's own and twice it among them."""
    scaled = {max(1, round(own / 4)), max(1, round(own / 2)), own, min(most, 2 * own)}
    few = usual if own <= usual[-1] else ()
    return tuple(sorted({1, *(each for each in few if each <= most), *scaled}))


def above(value: float) -> float:
    """The least easily said time (minutes) that isn't less than a value."""
    return next((each for each in NICE_TIMES if each >= value), value)
