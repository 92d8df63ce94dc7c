"""The registry of outcomes: it feeds the result table, the documents and the report."""

from typing import NamedTuple


class Outcome(NamedTuple):
    """One outcome of a replication."""

    name: str
    symbol: str
    meaning: str
    unit: str
    better: str
    """`lower`, `higher` or `neither`."""
    denominator: str
    """What it is counted or averaged over; with none of it the outcome is missing, not 0."""
    group: str


_CASES = "training cases started"
_PER_100 = "per 100 training cases"


def _per_100(name: str, symbol: str, meaning: str, better: str, group: str) -> Outcome:
    return Outcome(name, symbol, meaning, _PER_100, better, _CASES, group)


def _error(name: str, symbol: str, meaning: str, better: str = "neither") -> Outcome:
    return _per_100(name, symbol, meaning, better, "errors")


def _takeover(name: str, symbol: str, meaning: str, better: str) -> Outcome:
    return _per_100(name, symbol, meaning, better, "takeovers")


def _harm(name: str, symbol: str, meaning: str) -> Outcome:
    return _per_100(name, symbol, meaning, "lower", "harm in training")


def _minutes(name: str, symbol: str, meaning: str, denominator: str) -> Outcome:
    return Outcome(name, symbol, meaning, "minutes", "lower", denominator, "supervision")


def _state(name: str, symbol: str, meaning: str, unit: str, better: str) -> Outcome:
    return Outcome(name, symbol, meaning, unit, better, "trainees, at the last booking", "learning")


def _later(name: str, symbol: str, meaning: str) -> Outcome:
    unit, over = "per 100 independent cases", "independent cases"
    return Outcome(name, symbol, meaning, unit, "lower", over, "independent practice")


OUTCOMES = (
    _error("errors", "n_e", "errors made by trainees", "lower"),
    _error("noticed", "n_n", "errors a supervisor noticed before anybody called"),
    _error(
        "prevented", "n_p", "errors noticed unharmed, at which the supervisor stepped in at once"
    ),
    _error(
        "allowed",
        "n_a",
        "errors noticed unharmed, at which the supervisor waited: allowed failures",
    ),
    _error("late_noticed", "n_l", "errors first judged when harm was already done"),
    _error("called", "n_c", "errors for which the trainee called before anybody judged them"),
    _error(
        "unnoticed", "n_u", "errors that ended, or set off an alarm, before anybody judged them"
    ),
    _error("self_recovered", "n_s", "errors the trainee saw and put right alone", "higher"),
    _error(
        "cue_recovered", "n_q", "errors the trainee put right after a supervisor's cue", "higher"
    ),
    _error("intercepted", "n_i", "errors somebody else put right: nurse, pharmacist, monitor"),
    _error("taken_over", "n_t", "errors put right by a supervisor or the backup, asked or unasked"),
    _error("backups", "n_b", "times the backup was called since all tries had failed", "lower"),
    _error("exhausted", "n_x", "errors that ran to their worst harm", "lower"),
    _error("subsided", "n_0", "errors that came to nothing more, resolved by nobody"),
    _takeover(
        "needless_takeovers",
        "k_0",
        "unasked takeovers although the trainee's own recovery was due before the next harm",
        "lower",
    ),
    _takeover(
        "necessary_takeovers",
        "k_1",
        "unasked takeovers that were needed, and in time",
        "neither",
    ),
    _takeover(
        "late_takeovers",
        "k_2",
        "unasked takeovers during which harm was reached before the error was put right",
        "lower",
    ),
    _takeover("debriefs", "n_d", "debriefs held to their end", "higher"),
    _harm("harm_any", "h", "patients harmed at all"),
    _harm("harm_mild", "h_1", "patients whose worst harm was mild"),
    _harm("harm_moderate", "h_2", "patients whose worst harm was moderate"),
    _harm("harm_severe", "h_3", "patients whose worst harm was severe"),
    _harm("harm_death", "h_4", "patients who died"),
    _harm("harm_burden", "H", "sum of the patients' harm weights"),
    Outcome(
        "allowed_unharmed",
        "a_0",
        "share of allowed failures that ended without harm",
        "share",
        "higher",
        "allowed failures",
        "errors",
    ),
    _minutes(
        "rescue_latency",
        "L",
        "minutes from the request for a rescue to hands-on",
        "rescues that reached hands-on, the backup's not counted",
    ),
    _minutes(
        "rescue_wait",
        "L_q",
        "minutes from the request for a rescue until a supervisor was free",
        "rescues that reached hands-on, the backup's not counted",
    ),
    _minutes(
        "notice_wait",
        "L_n",
        "minutes from a first notice until a supervisor had eyes for it",
        "judged errors",
    ),
    Outcome(
        "supervisor_busy",
        "rho",
        "share of the supervisors' time spent on rescues and debriefs",
        "share",
        "lower",
        "supervisors x time of the last training event",
        "supervision",
    ),
    _state(
        "experience", "E", "experience, with what the trainees brought along", "cases", "higher"
    ),
    _state(
        "experience_practice", "P", "experience from steps done without error", "cases", "higher"
    ),
    _state("experience_failure", "F", "experience from errors lived through", "cases", "higher"),
    _state(
        "experience_observing",
        "O",
        "experience from steps a supervisor completed",
        "cases",
        "higher",
    ),
    _state(
        "resilience",
        "R",
        "mistakes lived through, as they sharpen self-correction",
        "episodes",
        "higher",
    ),
    _state(
        "distress", "D", "distress from errors, weighted by their harm", "harm weights", "lower"
    ),
    _state(
        "error_probability",
        "p",
        "chance of an error in an average step, undistressed",
        "probability",
        "lower",
    ),
    _later("independent_errors", "n_e'", "errors made in later independent practice"),
    _later("independent_harm_any", "h'", "patients harmed at all in later independent practice"),
    _later(
        "independent_harm_severe",
        "h_3'",
        "patients severely harmed, or dead, in later independent practice",
    ),
    _later("independent_harm_burden", "H'", "sum of the patients' harm weights in later practice"),
    Outcome(
        "total_burden",
        "B",
        "harm weights of all patients of a trainee, in training and later",
        "harm weights per trainee",
        "lower",
        "trainees",
        "overall",
    ),
)
"""All outcomes, in the order of the result table."""

OUTCOME_NAMES = tuple(outcome.name for outcome in OUTCOMES)


def outcome(name: str) -> Outcome:
    """The outcome of this name. Raises KeyError, naming the nearest, where there is none."""
    for each in OUTCOMES:
        if each.name == name:
            return each
    raise KeyError(f"no outcome is named {name!r}; `leeway outcomes` lists them")
