"""Which settings are on the front: no other setting tried gives more learning for less harm.

`gain` and `harm` are oriented: more gain is better, more harm is worse (Pareto's order; Kung,
Luccio, Preparata, Journal of the ACM 1975;22:469-476). Their last axis is the settings.
"""

import numpy as np
from numpy.typing import NDArray

from analysis.estimate import LEVEL
from analysis.resampling import clearly_above

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
CELLS = 2_000_000


def on_front(gain: Floats, harm: Floats) -> Flags:
    """Whether each setting is on the front, shape of `gain` and `harm`: (..., settings).

    A setting is off it where another has at least its gain and at most its harm, and is better in
    one of the two. Equal settings are on it together; NaN is never on it, and beats nothing.
    """
    flat_gain, flat_harm = (part.reshape(-1, gain.shape[-1]) for part in (gain, harm))
    settings = gain.shape[-1]
    block = max(1, CELLS // max(1, settings**2))
    parts = []
    for start in range(0, len(flat_gain), block):
        g, h = (part[start : start + block, :, np.newaxis] for part in (flat_gain, flat_harm))
        og, oh = (part.swapaxes(1, 2) for part in (g, h))  # the other, along the last axis
        beaten = (og >= g) & (oh <= h) & ((og > g) | (oh < h))
        parts.append(~beaten.any(axis=2) & ~np.isnan(g[..., 0]) & ~np.isnan(h[..., 0]))
    return np.concatenate(parts).reshape(gain.shape)


def may_be_on_front(gain: Floats, harm: Floats, *, level: float = LEVEL) -> Flags:
    """The settings that can't be told from the front, shape (settings,).

    gain, harm: shape (settings, replications), in the same luck. A setting is dropped where one
    other setting has clearly more gain and clearly less harm, both by one-sided paired t tests at
    (1 - level) / (settings * (settings - 1)). Both must hold, so neither needs a share of the risk
    (intersection-union: Berger, Technometrics 1982;24:295-300); so the whole true front is among
    those kept with probability of at least `level`.
    """
    count = len(gain)
    risk = (1 - level) / max(1, count * (count - 1))
    better = clearly_above(gain, risk=risk) & clearly_above(harm, risk=risk).T
    return np.logical_not(better.any(axis=0), dtype=bool)
