"""A small registry of checks. They run in other processes, so that their module imports little."""

import os

from analysis.validation import undone
from analysis.validation.checks import Check, Line, Outcome, Verdict, equal, judged


def same(setting):
    return judged([equal("share_of_cases", 0.5, 0.5)], "shares are the same")


def fitted(setting):
    lines = (Line("share", "0.4 to 0.6", "0.5"),)
    said = "Calibrated: the first. Predicted: the second."
    return Verdict(Outcome.HOLDS, "0.4 to 0.6", "0.5", said, {"share": 0.5, "rest": 0.25}, lines)


def planted(setting):
    return judged([equal("share", 0.5, 0.6)], "shares are the same")


def missed(setting):
    return Verdict(Outcome.FAILS, "at least 1", "0.2", "Known not to be so.")


def breaks(setting):
    raise RuntimeError("<b>no</b> such thing")


def dies(setting):
    os._exit(1)


def check(id_, heading, run_, recorded=Outcome.HOLDS):
    return Check(id_, heading, f"Title {id_}", f"Claim {id_}.", "a source", 1, 2, run_, recorded)


GOOD = (
    check("same", "verification", same),
    undone.FACE,
    check("cross", "cross", same),
    check("fitted", "external", fitted),
    check("missed", "external", missed, Outcome.FAILS),
    undone.PREDICTIVE,
)
BAD = (*GOOD, check("planted", "verification", planted), check("breaks", "cross", breaks),
       check("mended", "external", fitted, Outcome.FAILS))  # fmt: skip
