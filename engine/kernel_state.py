"""What the kernel remembers while it runs: records, allocated once and used again and again.

A `Scratch` belongs to one thread. Nothing in it outlives a replication at one point but the luck,
which is kept for the other points of the same replication. Fields are float64 or int64; times are
minutes; a clock that doesn't run stands at infinity.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from engine.columns import KIND, SETTING, STEP, Columns, Records, record
from engine.kernel_memory import address_of, cells
from engine.parts import part
from engine.rules import DEATH

# ---- events ----------------------------------------------------------------------------------

(HARM, OPENS, VISIBLE, CALL, TAKEOVER, HANDS_ON, FIX_ENDS, SAFETY_NET, RECOVERY, CUE) = range(10)
STEP_ENDS, DEBRIEF_ENDS, CASE_STARTS, DROPPED = OPENS, 10, 11, 12
"""Ranks: in this order events of one instant run (model, section 1)."""
CLOCKS = CUE + 1

RANK_BITS, TRAINEE_BITS, CASE_BITS = 58, 44, 20
"""How far rank, trainee and case are shifted in the key that orders events of one instant."""
MOST_STEPS = 2**CASE_BITS

# ---- what a trainee is doing -----------------------------------------------------------------

IDLE, BETWEEN_CASES, IN_STEP, STANDING, FINISHING, JOINING, WAITING, DEBRIEFING = range(8)
"""STANDING: the attempt stands still for an episode. FINISHING: a supervisor does the rest.
JOINING, WAITING, DEBRIEFING: the three stages of a debrief."""

NOT_REACHED, DONE, OBSERVED = -1, -2, -3
"""What became of a step; a number from 0 is the episode that opened in it."""

NO_QUEUE, NOTICES, RESCUES = -1, 0, 1
"""The queue an episode waits in."""

NOBODY = -1
NEVER = math.inf


TRAINEE = record(
    # the state as of `as_of`, and what was read of it when the case started
    "speed practice failure observing resilience distress as_of "
    "case_experience case_resilience case_distress "
    # the case
    "difficulty multiplier begun ends supervisor_since "
    "debrief_since debrief_begun debrief_left due "
    # sums for the outcomes
    "latency wait notice_wait busy harm_now harm_later error_probability",
    "case watched doing standing cut step erring resumes debriefed latents carried trained worst "
    "order row cases seen good queue_place",
)

EPISODE = record(
    "opened first_harm reached recovery_due notice_at requested_at assigned_at hands_on_at "
    "ended_at difficulty multiplier struggle due",
    "trainee case step kind latent watched level judged requested reason level_at_request "
    "assigned tries try_level backup cued needless to_judge asks fate by left wants queue "
    "queue_place next address luck order",
    (("clock", np.float64, (CLOCKS,)),),
)
"""What happens to an episode leaves a mark for `engine.kernel_ward.update_episode`: `to_judge`,
`asks` (why for a rescue; NOBODY: not at all), `by` (NOBODY while it is open), `wants` (a queue).
`fate` is NOBODY until its class is fixed. `left`: its case closed before it ended. `luck`: its row
of luck. `next` chains the carried episodes of a trainee, and the free slots."""

NODE = record("due", "order who")
"""A place in the heap of clocks."""

HELD = record("", "epoch first last")
"""The cases of a trainee, training or alone, whose luck is in the tables: first to last - 1."""

CASE_LUCK = record(
    "gap fragility difficulty easiness multiplier watched debrief debrief_duration",
    "detailed person",
)
"""What luck brings to a case; `watched` and `debrief` are uniform numbers; `easiness`: the odds
ratio of the difficulty, upside down."""

KEPT = record("elapsed half_life share")
"""The share of what was learnt, or of distress, that was left after a time: computed for one point,
it mostly serves the others too, who spend the same time between the same cases."""

KEPT_PER_CASE = 4
AT_START, AT_CLOSE = 0, 2
"""Places of KEPT: what was learnt, and behind it distress, at the start of a case and its close."""

STEP_LUCK = record("duration error fraction kind", "")
"""What luck brings to a step; `error`, `fraction` and `kind` are uniform numbers."""

ODDS = record("odds")
"""The odds of a step's `error` for a patient of difficulty 0, or NaN (`engine.kernel_chance`)."""

LEAST_ODDS, MOST_ODDS, MOST_CHANCE, LEAST_CHANCE = 1e-300, 1e300, 1.0 - 1e-6, 1e-6
"""Where odds are kept, and chances compared by them."""

BOUND = record("amount enough distress least most beyond")
"""Of a trainee's errors in a step, or recoveries from a kind of error: with experience or
resilience from `amount` to `enough`, and at most this `distress`, luck whose odds are less than
`least` is surely below the chance, and with odds above `most` surely not. With odds above `beyond`
it surely isn't with any amount from `amount` on."""

OCCURRENCES = 4
"""Luck of higher occurrences (more than four tries) is computed whenever it is needed."""

EPISODE_LUCK = record(
    "fragility easiness first_harm recovery recovery_odds recovery_time visible call call_time "
    "safety_net safety_net_time response backup_response",
    "epoch address known trainee case step",
    tuple(
        (name, np.float64, (OCCURRENCES,))
        for name in ("escalation", "misjudgement", "slip", "cue", "cued_time", "fix", "success")
    ),
)
"""What luck brings to an episode; `recovery`, `call`, `safety_net`, `cue` and `success` are uniform
numbers, `misjudgement` and `slip` are factors, times to harm are those of
this patient; `recovery_odds` are those of `recovery` for a patient of difficulty 0. `known`: a bit
for each piece of luck that is there."""

PERSON_LUCK = record("multiplier", "epoch")

LOG_ROW = record("time number second", "kind trainee case step level independent")

BATCH, COLUMNS = 64, 5
"""Luck is turned into variates for so many cases at once, in columns of numbers."""

MOST_CASE_BYTES = 16 * 2**20
MOST_EPISODE_BYTES = 16 * 2**20
"""What the luck that is kept for other points may take. Beyond that a trainee's cases take turns in
fewer rows, and an episode's luck lives and dies with its slot."""


TALE = record("struggle ended harm first_harm call hands_on", "by level kind")
"""What became of a step of independent practice: `by` is DONE, NOT_REACHED, or who resolved its
episode; the rest is of the episode."""

WARD = record(
    "now last_row",
    # where things are in memory
    "settings_at setting_at all_steps_at steps_at all_kinds_at kinds_at values_at values "
    "trainees_at episodes_at tales_at work_at worst_at heap_at places_at queues_at waiting_at "
    "running_at held_at case_luck_at step_luck_at odds_at kept_at error_bounds_at "
    "recovery_bounds_at episode_luck_at persons_at columns_at log_at log_rows "
    # how much of it there is
    "trainees case_width later_width step_width kind_width worst_width queue_width kept "
    # the ward at an instant
    "epoch on_duty rescuing debriefing stir clocks rescues notices waiting free alone logging "
    "logged "
    # counts for the outcomes
    "cases errors backups debriefs needless necessary late hands_on judged "
    "later_cases later_errors later_harmed later_severe",
    (
        ("seed", np.uint64),
        ("replication", np.uint64),
        ("resolved_by", np.int64, (7,)),
        ("fates", np.int64, (5, DEATH + 1)),
    ),
)
"""`..._at`: addresses, those of setting, steps and kinds being the point's. `case_width`,
`later_width`: cases of a trainee that luck is kept for; `kept`: so is that of all their episodes.
`stir`: something has changed since no supervisor could be assigned. `clocks`, `rescues`, `notices`
and `waiting` (debriefs) are lengths, and so is `debriefing`. `free` is the first free episode slot,
NOBODY where there is none."""

PLACE = record("", "at")
"""Where a clock is in the heap: trainees first, then episodes; NOBODY: it doesn't run."""
WAITER = record("", "who")
"""A trainee, or an episode's slot, in a queue."""
WORK = record("", "done")
"""What became of a step of the case under way."""
WORST = np.dtype([("level", np.int8)])
"""The worst harm of a training case."""

_SETTING_BYTES, _STEP_BYTES, _KIND_BYTES = SETTING.itemsize, STEP.itemsize, KIND.itemsize

setting_at = cells(WARD, "setting_at", SETTING, moves=True)
step_at = cells(WARD, "steps_at", STEP, moves=True)
kind_at = cells(WARD, "kinds_at", KIND, moves=True)
trainee_at = cells(WARD, "trainees_at", TRAINEE)
episode_at = cells(WARD, "episodes_at", EPISODE)
work_at = cells(WARD, "work_at", WORK, "step_width")
worst_at = cells(WARD, "worst_at", WORST, "worst_width")
tale_at = cells(WARD, "tales_at", TALE)
node_at = cells(WARD, "heap_at", NODE)
place_at = cells(WARD, "places_at", PLACE)
queue_at = cells(WARD, "queues_at", WAITER, "queue_width")
waiting_at = cells(WARD, "waiting_at", WAITER)
running_at = cells(WARD, "running_at", WAITER)
held_at = cells(WARD, "held_at", HELD)
odds_at = cells(WARD, "odds_at", ODDS, "step_width")
kept_at = cells(WARD, "kept_at", KEPT)
error_bound_at = cells(WARD, "error_bounds_at", BOUND, "step_width")
recovery_bound_at = cells(WARD, "recovery_bounds_at", BOUND, "kind_width")
case_luck_at = cells(WARD, "case_luck_at", CASE_LUCK)
step_luck_at = cells(WARD, "step_luck_at", STEP_LUCK, "step_width")
episode_luck_at = cells(WARD, "episode_luck_at", EPISODE_LUCK)
person_at = cells(WARD, "persons_at", PERSON_LUCK)
log_row_at = cells(WARD, "log_at", LOG_ROW)


@part
def choose_point(ward: Any, point: int) -> None:
    """Turn to another point."""
    ward.setting_at = ward.settings_at + point * _SETTING_BYTES
    ward.steps_at = ward.all_steps_at + point * ward.step_width * _STEP_BYTES
    ward.kinds_at = ward.all_kinds_at + point * ward.kind_width * _KIND_BYTES
    ward.logged = 0


class Scratch(NamedTuple):
    """The memory of one thread: the ward, and what it knows the address of."""

    ward: Records
    log: Records
    rest: tuple[Records, ...]


def scratch_for(columns: Columns, seed: int, episodes: int, log_rows: int) -> Scratch:
    """Memory for these points, with room for so many episodes at a time."""
    settings = columns.settings
    trainees, steps = int(settings["trainees"].max()), columns.steps.shape[1]
    cases, later = int(settings["cases"].max()), int(settings["independent_cases"].max())
    case_width, later_width = (_width(count, trainees, steps) for count in (cases, later))
    rows = trainees * (case_width + later_width)
    kept = case_width >= cases and later_width >= later
    kept = kept and rows * steps * EPISODE_LUCK.itemsize <= MOST_EPISODE_BYTES
    places = np.full(trainees + episodes, NOBODY, np.int64)
    parts = {
        "settings_at": columns.settings,
        "all_steps_at": columns.steps,
        "all_kinds_at": columns.kinds,
        "values_at": columns.values,
        "trainees_at": np.zeros(trainees, TRAINEE),
        "episodes_at": _free_slots(episodes),
        "work_at": np.zeros(trainees * steps, WORK),
        "tales_at": np.zeros(steps, TALE),
        "worst_at": np.zeros(trainees * cases, WORST),
        "heap_at": np.zeros(trainees + episodes, NODE),
        "places_at": places,
        "queues_at": np.zeros(2 * episodes, WAITER),
        "waiting_at": np.zeros(trainees, WAITER),
        "running_at": np.zeros(trainees, WAITER),
        "held_at": np.zeros(2 * trainees, HELD),
        "odds_at": np.zeros(rows * steps, ODDS),
        "kept_at": np.zeros(KEPT_PER_CASE * rows, KEPT),
        "error_bounds_at": np.zeros(trainees * steps, BOUND),
        "recovery_bounds_at": np.zeros(trainees * columns.kinds.shape[1], BOUND),
        "case_luck_at": np.zeros(rows, CASE_LUCK),
        "step_luck_at": np.zeros(rows * steps, STEP_LUCK),
        "episode_luck_at": np.zeros(rows * steps if kept else episodes, EPISODE_LUCK),
        "persons_at": np.zeros(int(settings["draws"]["pool"].max()), PERSON_LUCK),
        "columns_at": np.zeros(BATCH * COLUMNS),
        "log_at": np.zeros(log_rows, LOG_ROW),
    }
    numbers = {
        "seed": seed,
        "trainees": trainees,
        "case_width": case_width,
        "later_width": later_width,
        "step_width": steps,
        "kind_width": columns.kinds.shape[1],
        "worst_width": cases,
        "queue_width": episodes,
        "kept": kept,
        "values": len(columns.values),
        "log_rows": log_rows,
        "logging": log_rows > 0,
    }
    ward = np.zeros(1, WARD)
    for name, number in numbers.items():
        ward[name] = number
    for name, array in parts.items():
        ward[name] = address_of(array)
    return Scratch(ward, parts["log_at"], tuple(parts.values()))


def _width(cases: int, trainees: int, steps: int) -> int:
    """How many cases of a trainee luck is kept for; at least the one under way."""
    row_bytes = CASE_LUCK.itemsize + KEPT_PER_CASE * KEPT.itemsize
    row_bytes += steps * (STEP_LUCK.itemsize + ODDS.itemsize)
    return max(1, min(cases, int(MOST_CASE_BYTES // (2 * trainees * row_bytes))))


def _free_slots(count: int) -> Records:
    """Episodes, all free: each names the next, and WARD.free begins with 0."""
    episodes = np.zeros(count, EPISODE)
    episodes["next"] = np.arange(1, count + 1)
    episodes["next"][-1] = NOBODY
    return episodes
