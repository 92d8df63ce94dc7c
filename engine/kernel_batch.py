"""Uniform numbers turned into variates, one by one or a column at a time, with the same bits.

What most numbers need is computed for all of a column in loops without a branch, which become
vector code; the rest is made good one by one.
"""

from typing import Any

from engine.elementary import exp, exp_near
from engine.kernel_memory import floats_at
from engine.kernel_state import BATCH, COLUMNS
from engine.parts import part
from engine.quantiles import (
    CENTRAL,
    EMPIRICAL,
    LOGNORMAL,
    normal_in_the_middle,
    quantile,
    standard_normal,
)

_COLUMN_BYTES = 8 * BATCH
_SPARE = COLUMNS - 2


@part
def draw(ward: Any, distribution: Any, u: float) -> float:
    """The variate of a DISTRIBUTION at u."""
    values: Any = floats_at(ward.values_at, ward.values)
    if distribution.family == EMPIRICAL:
        values = values[distribution.first : distribution.first + distribution.count]
    variate: float = quantile(
        distribution.family, distribution.a, distribution.b, distribution.c, values, u
    )
    return variate


@part
def column_of(ward: Any, number: int) -> Any:
    """One of the columns."""
    return floats_at(ward.columns_at + number * _COLUMN_BYTES, BATCH)


@part
def draw_all(ward: Any, distribution: Any, column: Any, count: int) -> None:
    """The variates of a DISTRIBUTION in place of uniform numbers."""
    if distribution.family == LOGNORMAL:
        normal_all(ward, column, count)
        for place in range(count):
            column[place] = distribution.b * column[place]
        exp_all(column, count)
        for place in range(count):
            column[place] = distribution.a * column[place]
        return
    for place in range(count):
        column[place] = draw(ward, distribution, column[place])


@part
def normal_all(ward: Any, column: Any, count: int) -> None:
    """Standard normal numbers in place of uniform ones."""
    tails, where, u = 0, column_of(ward, _SPARE), column_of(ward, _SPARE + 1)
    for place in range(count):
        where[tails], u[tails] = place, column[place]
        tails += abs(column[place] - 0.5) > CENTRAL
    for place in range(count):
        column[place] = normal_in_the_middle(column[place] - 0.5)
    for each in range(tails):
        column[int(where[each])] = standard_normal(u[each])


@part
def exp_all(column: Any, count: int) -> None:
    """e to the power of each."""
    far = 0
    for place in range(count):
        far += not abs(column[place]) <= 700.0
    if far:
        for place in range(count):
            column[place] = exp(column[place])
        return
    for place in range(count):
        column[place] = exp_near(column[place])
