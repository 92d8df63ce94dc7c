"""All checks of the model against proof: known answers, exact limits, the Markov-chain oracle."""

from collections.abc import Callable

from analysis.validation import known_answers as first
from analysis.validation import known_limits as limits
from analysis.validation import known_more as more
from analysis.validation import oracle
from analysis.validation.checks import Check, Setting, Verdict

Row = tuple[str, str, str, Callable[[Setting], Verdict], int, int]
"""Id, title, claim, how it is run, and the cases it costs: quick, full."""

ANSWERS: tuple[Row, ...] = (
    (
        "known-01", "Race",
        "The faster clock wins in proportion to its rate.",
        first.race, 200_000, 800_000,
    ),
    (
        "known-01-time", "Time to the end of a race",
        "The time to the end is exponential with the sum of the rates, whoever wins.",
        first.time_to_the_end, 400_000, 1_600_000,
    ),
    (
        "known-02", "Notice, then rescue",
        "With permissiveness 0 harm needs to beat notice and response.",
        first.notice_then_rescue, 500_000, 2_000_000,
    ),
    (
        "known-03", "Fixed leeway, instant rescue",
        "Recovered against harm is a straight line, whatever the leeway.",
        first.fixed_leeway, 1_000_000, 4_000_000,
    ),
    (
        "known-04", "Fixed leeway, then response",
        "The response adds its own race to that of the leeway.",
        first.leeway_then_response, 200_000, 800_000,
    ),
    (
        "known-05", "Fixed leeway, slow fix",
        "Where the fix is slow enough, more leeway is less harm.",
        first.leeway_then_fix, 500_000, 2_000_000,
    ),
    (
        "known-06", "Ageing harm",
        "Against a fixed response harm has its own distribution function.",
        first.ageing_harm, 300_000, 1_200_000,
    ),
    (
        "known-07", "Steps of harm",
        "Unrescued, level j is reached with the j-th power of one chance.",
        first.steps_of_harm, 500_000, 2_000_000,
    ),
    (
        "known-08", "Thinning",
        "Watched and unwatched cases split as a multinomial does.",
        more.thinning, 200_000, 200_000,
    ),
    (
        "known-09", "Chain",
        "An episode with every clock is its absorbing Markov chain.",
        more.chain, 500_000, 2_000_000,
    ),
    (
        "known-10", "Learning at a fixed pace",
        "Where every case teaches alike, errors follow the learning curve exactly.",
        more.learning_at_a_fixed_pace, 1_000_000, 4_000_000,
    ),
    (
        "known-11", "Threshold",
        "A supervisor steps in at the minute that the formula gives, or at the notice.",
        more.threshold, 64, 64,
    ),
    (
        "known-12", "A cue",
        "A cue starts a recovery that races on against harm and takeover.",
        more.cue, 500_000, 2_000_000,
    ),
    (
        "known-13", "Tries that fail",
        "A try is decided by the harm at its start; when all have failed the backup comes.",
        more.tries, 500_000, 2_000_000,
    ),
    (
        "known-14", "Shared difficulty",
        "Hard cases are hard for the trainee and for the supervisor.",
        more.shared_difficulty, 200_000, 800_000,
    ),
    (
        "known-15", "Practice and forgetting",
        "What is practised and forgotten adds up to a geometric series.",
        more.forgetting, 30, 30,
    ),
    (
        "known-16", "One supervisor, many calls",
        "Trainees who share one supervisor wait as machines for a repairman.",
        more.one_supervisor_many_calls, 300_000, 1_500_000,
    ),
)  # fmt: skip

CHECKS: tuple[Check, ...] = (
    *(
        Check(
            id=id_, heading="verification", title=title, claim=claim,
            source="proof, in the docstring of the check",
            cost_quick=quick, cost_full=full, run=run,
        )
        for id_, title, claim, run, quick, full in (*ANSWERS, *limits.LIMITS)
    ),
    oracle.CHECK,
)  # fmt: skip
