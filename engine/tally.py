"""The books of one replication: what is counted on the way, and the outcomes it comes to.

Each trainee's sums are added in time order, then trainees in order, so that both engines round
alike (model, section 8).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.event_log import ALLOWED, CLASSES, LEVELS
from engine.rules import MILD, SEVERE

LEDGER = ("needless", "necessary", "late")
"""What became of takeovers by a supervisor's own judgement (model, section 4)."""

NOT_DEFINED = math.nan
"""What an outcome is when there is nothing to divide by: missing, not 0."""


@dataclass(slots=True)
class TraineeBook:
    """Counts and sums of one trainee, in training or in independent practice."""

    worst_by_case: list[int] = field(default_factory=list)  # harm level of each case
    fates: list[list[int]] = field(  # [class][harm level at the end]
        default_factory=lambda: [[0] * len(LEVELS) for _ in CLASSES]
    )
    resolved_by: list[int] = field(default_factory=lambda: [0] * 7)  # as events.RESOLVERS
    errors: int = 0
    backups: int = 0
    debriefs: int = 0
    takeovers: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LEDGER, 0))
    rescues: int = 0  # that reached hands-on
    latency_min: float = 0.0
    wait_min: float = 0.0
    judged: int = 0
    notice_wait_min: float = 0.0
    busy_min: float = 0.0
    # state at the last booking
    practice: float = 0.0
    failure: float = 0.0
    observing: float = 0.0
    experience: float = 0.0
    resilience: float = 0.0
    distress: float = 0.0
    error_probability: float = 0.0


@dataclass(slots=True)
class Books:
    """All trainees' books, and the time of the last row of the training log (min)."""

    training: list[TraineeBook]
    independent: list[TraineeBook]
    last_row_min: float = 0.0


def outcomes(books: Books, *, weights: tuple[float, ...], supervisors: int) -> dict[str, float]:
    """The outcomes of one replication, by name.

    `weights`: harm weight of each level, none to death.
    """
    everyone = books.training
    fates = fates_table(books)
    by = [sum(book.resolved_by[who] for book in everyone) for who in range(7)]
    cases = sum(len(book.worst_by_case) for book in everyone)
    counts = {
        "errors": sum(book.errors for book in everyone),
        "noticed": sum(sum(fates[kind]) for kind in range(3)),
        **{name: sum(fates[kind]) for kind, name in enumerate(CLASSES)},
        "self_recovered": by[0],
        "cue_recovered": by[1],
        "intercepted": by[2],
        "taken_over": by[3] + by[4],
        "backups": sum(book.backups for book in everyone),
        "exhausted": by[5],
        "subsided": by[6],
        **{f"{name}_takeovers": sum(book.takeovers[name] for book in everyone) for name in LEDGER},
        "debriefs": sum(book.debriefs for book in everyone),
        **_harm_counts(everyone),
    }
    burdens = [_burden(book.worst_by_case, weights) for book in everyone]
    later = [_burden(book.worst_by_case, weights) for book in books.independent]
    return {
        **{name: _per_100(count, cases) for name, count in counts.items()},
        "harm_burden": _per_100(_total(burdens), cases),
        **_shares_and_means(books, fates, supervisors),
        **_states(everyone),
        **_independent(books.independent, _total(later)),
        "total_burden": _ratio(
            _total(now + after for now, after in zip(burdens, later, strict=True)), len(everyone)
        ),
    }


def fates_table(books: Books) -> list[list[int]]:
    """Episodes of training by class (rows) and harm level at their end (columns)."""
    return [
        [sum(book.fates[kind][level] for book in books.training) for level in range(len(LEVELS))]
        for kind in range(len(CLASSES))
    ]


def _harm_counts(everyone: list[TraineeBook]) -> dict[str, int]:
    worst = [level for book in everyone for level in book.worst_by_case]
    by_level = {f"harm_{name}": worst.count(level) for level, name in enumerate(LEVELS) if level}
    return {"harm_any": sum(by_level.values()), **by_level}


def _burden(worst_by_case: list[int], weights: tuple[float, ...]) -> float:
    return _total(weights[level] for level in worst_by_case)


def _total(terms: Iterable[float]) -> float:
    """The terms added one by one. From Python 3.12 on, sum() corrects its rounding: other bits."""
    total = 0.0
    for term in terms:
        total += term
    return total


def _shares_and_means(books: Books, fates: list[list[int]], supervisors: int) -> dict[str, float]:
    everyone = books.training
    rescues = sum(book.rescues for book in everyone)
    return {
        "allowed_unharmed": _ratio(fates[ALLOWED][0], sum(fates[ALLOWED])),
        "rescue_latency": _ratio(_total(book.latency_min for book in everyone), rescues),
        "rescue_wait": _ratio(_total(book.wait_min for book in everyone), rescues),
        "notice_wait": _ratio(
            _total(book.notice_wait_min for book in everyone), sum(book.judged for book in everyone)
        ),
        "supervisor_busy": _ratio(
            _total(book.busy_min for book in everyone), supervisors * books.last_row_min
        ),
    }


def _states(everyone: list[TraineeBook]) -> dict[str, float]:
    def mean(name: str) -> float:
        return _ratio(_total(getattr(book, name) for book in everyone), len(everyone))

    return {
        "experience": mean("experience"),
        "experience_practice": mean("practice"),
        "experience_failure": mean("failure"),
        "experience_observing": mean("observing"),
        "resilience": mean("resilience"),
        "distress": mean("distress"),
        "error_probability": mean("error_probability"),
    }


def _independent(everyone: list[TraineeBook], burden: float) -> dict[str, float]:
    worst = [level for book in everyone for level in book.worst_by_case]
    cases = len(worst)
    return {
        "independent_errors": _per_100(sum(book.errors for book in everyone), cases),
        "independent_harm_any": _per_100(sum(level >= MILD for level in worst), cases),
        "independent_harm_severe": _per_100(sum(level >= SEVERE for level in worst), cases),
        "independent_harm_burden": _per_100(burden, cases),
    }


def _per_100(count: float, cases: int) -> float:
    return _ratio(100.0 * count, cases)


def _ratio(total: float, number: float) -> float:
    return total / number if number != 0 else NOT_DEFINED
