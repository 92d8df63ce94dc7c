"""The event log as the kernel writes it: rows of numbers in a buffer of fixed length.

Rows beyond the buffer are counted and not kept, so that whoever asked can come back with room for
all of them. Without a log each row costs one comparison.
"""

from typing import Any

from engine.columns import Records
from engine.event_log import KINDS, Event
from engine.kernel_state import log_row_at
from engine.parts import apart

(
    CASE_START, STEP_END, ERROR, HARM_ROW, VISIBLE_ROW, JUDGE_NOW, JUDGE_WAIT, CUE_ROW, CALL_ROW,
    ALARM, REQUEST, ASSIGNED, HANDS_ON_ROW, FIX_FAILED, BACKUP, RESOLVED, SENT_AWAY, DEBRIEF_START,
    DEBRIEF_INTERRUPTED, DEBRIEF_RESUMED, DEBRIEF_END, DEBRIEF_DROPPED, CASE_CLOSE,
) = range(len(KINDS))  # fmt: skip
"""Numbers of `KINDS`."""


@apart
def tell(ward: Any, now: float, kind: int, episode: Any, number: float, second: float) -> None:
    """A row about an episode."""
    if ward.logging:
        write(
            ward, now, kind, episode.trainee, episode.case, episode.step, episode.level,
            number, second,
        )  # fmt: skip


@apart
def write(
    ward: Any,
    now: float,
    kind: int,
    trainee: int,
    case: int,
    step: int,
    level: int,
    number: float,
    second: float,
) -> None:
    """A row; where the buffer is full it is only counted."""
    if not ward.logging:
        return
    if ward.logged < ward.log_rows:
        row = log_row_at(ward, ward.logged)
        row.time, row.kind = now, kind
        row.trainee, row.case, row.step, row.level = trainee, case, step, level
        row.number, row.second, row.independent = number, second, ward.alone
    ward.logged += 1


def events_of(log: Records) -> list[Event]:
    """The rows of a log as events, taken column by column: a row of records is slow to read."""
    columns = {name: log[name].tolist() for name in Event._fields}
    columns["kind"] = [KINDS[kind] for kind in columns["kind"]]
    columns["independent"] = [bool(alone) for alone in columns["independent"]]
    return [Event(*row) for row in zip(*columns.values(), strict=True)]
