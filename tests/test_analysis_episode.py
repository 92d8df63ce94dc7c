"""The telling episode: how it is chosen, and what is drawn and told of it."""

from analysis import episode
from engine.event_log import Event
from tests.build import scenario

PREVENTED, ALLOWED, UNNOTICED = 0, 1, 4


def row(kind, time, case=0, level=0, number=0.0, second=0.0, independent=False):
    return Event(time, kind, 0, case, 0, level, number, second, independent)


def rows_of(case, of_class, *kinds, independent=False):
    """An episode from minute 10 x case, a minute a row."""
    start = 10.0 * case
    middle = [
        row(kind, start + 1 + k, case, independent=independent) for k, kind in enumerate(kinds)
    ]
    last = row("resolved", start + 1 + len(kinds), case, 0, 0, of_class, independent)
    return [row("error", start, case, independent=independent), *middle, last]


def test_an_allowed_failure_is_chosen_before_a_richer_prevented_one():
    log = [
        *rows_of(0, PREVENTED, "visible", "judge_now", "request", "hands_on"),
        *rows_of(1, ALLOWED, "judge_wait"),
        *rows_of(2, UNNOTICED, "harm", "alarm", "request", "hands_on"),
    ]
    assert episode.choose(log).case == 1


def test_then_the_one_with_most_kinds_of_events_then_the_first():
    log = [
        *rows_of(0, ALLOWED, "judge_wait"),
        *rows_of(1, ALLOWED, "judge_wait", "cue"),
        *rows_of(2, ALLOWED, "judge_wait", "call"),
        *rows_of(3, ALLOWED, "judge_wait", "judge_wait", "judge_wait"),
    ]
    assert episode.choose(log).case == 1


def test_without_a_noticed_episode_an_unnoticed_one_will_do():
    assert episode.choose(rows_of(4, UNNOTICED)).case == 4


def test_independent_practice_and_unfinished_episodes_are_not_chosen():
    log = [*rows_of(0, ALLOWED, independent=True), row("error", 5.0, case=1)]
    assert episode.choose(log) is None


ONE = episode.Episode(
    (
        row("error", 100.0),
        row("visible", 101.0),
        row("judge_wait", 101.0, number=0.3, second=0.1),
        row("cue", 103.0),
        row("harm", 104.0, level=1),
        row("judge_now", 104.0, level=1, number=0.0, second=0.4),
        row("request", 104.0, level=1),
        row("assigned", 104.0, level=1),
        row("hands_on", 105.0, level=1, number=1.0),
        row("resolved", 107.0, level=1, number=3, second=ALLOWED),
    )
)


def test_spans_follow_one_another_to_the_end():
    assert episode.spans(ONE).values.tolist() == [[0.0, 4.0, "none"], [4.0, 7.0, "mild"]]


def test_flags_name_what_tells():
    found = episode.flags(scenario(), ONE)
    assert found[["minutes", "label"]].values.tolist() == [
        [0.0, "slip"],
        [1.0, "notices, waits"],
        [3.0, "cue"],
        [4.0, "mild harm"],
        [4.0, "steps in"],
        [5.0, "hands on"],
        [7.0, "supervisor puts it right"],
    ]


def test_told_leaves_out_what_only_repeats():
    assert episode.told(scenario(), ONE) == [
        ("+0:00:00", 'error at "step": slip'),
        (
            "+0:01:00",
            "the supervisor notices and waits: tolerates a chance of mild harm of 30 %, "
            "puts the danger at 10 %",
        ),
        ("+0:03:00", "the supervisor gives a cue"),
        ("+0:04:00", "the patient comes to mild harm"),
        (
            "+0:04:00",
            "the supervisor judges again and steps in: "
            "tolerates no chance of moderate harm, puts the danger at 40 %",
        ),
        ("+0:05:00", "the supervisor has hands on the patient, 1 min after the request"),
        (
            "+0:07:00",
            "the supervisor puts it right; the patient is left with mild harm; let run by the "
            "supervisor (allowed)",
        ),
    ]


def test_sentence():
    assert episode.title(scenario(), ONE) == "First trainee, first case: slip"
    assert episode.sentence(ONE) == (
        "It is over after 7 min (supervisor puts it right); the patient is left with mild harm. "
        "Class: let run by the supervisor (allowed)."
    )
