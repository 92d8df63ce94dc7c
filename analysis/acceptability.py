"""Which setting is best for which weight on harm, and how surely.

A weight is how many units of learning one is ready to give up to spare one unit of harm; the net
benefit of a setting is gain - weight * harm. Nobody's weight is recommended: the whole range is
shown. The probability that a setting has the greatest net benefit is its acceptability; read at
the setting that is best in the mean it is the acceptability frontier (Fenwick, Claxton, Sculpher,
Health Economics 2001;10:779-787; Barton, Briggs, Fenwick, Value in Health 2008;11:886-897).
These probabilities are about chance in the simulation, which more replications remove; they say
nothing of how well the inputs are known.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import words
from analysis.folder import refuse
from analysis.resampling import snapped

Floats = NDArray[np.float64]
DECADES = 2.0
STEPS = 81


def usual_weights(gain: Floats, harm: Floats) -> tuple[float, ...]:
    """0, and weights on a log grid around (range of gain) / (range of harm), two decades each way.

    gain, harm: means, shape (settings,). At the middle one, the whole range of harm is worth the
    whole range of gain; it is a place to begin drawing at, not a recommendation.
    """
    across, up = float(np.ptp(harm)), float(np.ptp(gain))
    middle = up / across if across > 0 and up > 0 else 1.0
    return (0.0, *(float(one) for one in middle * np.logspace(-DECADES, DECADES, STEPS)))


def acceptability(
    settings: Sequence[float],
    gain: Floats,
    harm: Floats,
    drawn_gain: Floats,
    drawn_harm: Floats,
    *,
    weights: Sequence[float],
) -> pd.DataFrame:
    """One row per weight and setting: weight, setting, net_benefit, probability, best.

    gain, harm: means, shape (settings,); drawn_*: resampled means, shape (draws, settings).
    Probabilities of one weight sum to 1: settings that tie in a resample share it. `best` is the
    greatest net benefit in the mean, of equal ones the one with the least harm, then the first.
    Raises ScenarioError for a weight below 0 or without end.
    """
    wrong = [weight for weight in weights if not 0 <= weight < np.inf]
    if wrong or len(weights) == 0:
        given = words.listed([str(weight) for weight in wrong])
        refuse("weights", f"{given} was given", "numbers from 0 that have an end", "try [0, 1, 2]")
    rows = []
    for weight in sorted(set(weights)):
        net = benefit(gain, harm, weight)
        drawn = benefit(drawn_gain, drawn_harm, weight)
        most = np.fmax.reduce(drawn, axis=1)
        known = ~np.isnan(most)  # resamples in which any setting has a value
        top = drawn[known] == most[known, np.newaxis]
        shares = np.full(len(settings), np.nan)
        if known.any():
            shares = (top / top.sum(axis=1, keepdims=True)).mean(axis=0)
        ties = np.flatnonzero(net == np.nanmax(net))
        best = ties[np.argmin(harm[ties])]
        rows += [
            (float(weight), setting, float(net[i]), float(shares[i]), i == best)
            for i, setting in enumerate(settings)
        ]
    columns = ["weight", "setting", "net_benefit", "probability", "best"]
    return pd.DataFrame(rows, columns=columns)


def benefit(gain: Floats, harm: Floats, weight: float) -> Floats:
    """gain - weight * harm, without the digits that rounding decides."""
    net = gain - weight * harm
    return snapped(net, np.nan_to_num(np.stack([gain, weight * harm])))


def frontier(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of the setting that is best in the mean, by weight."""
    return table[table["best"]].sort_values("weight").reset_index(drop=True)
