"""Designs: which settings a sweep tries, from Python and from --vary."""

import math
import resource
import subprocess
import sys
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.axes import Between
from analysis.design import MOST_POINTS, bare, check_points, design_from, lay_out
from analysis.vary import pieces, read_vary
from engine.errors import ScenarioError
from tests.analysis_samples import FILE, small_scenario

PERMISSIVENESS = "supervision.permissiveness"
RESPONSE = "supervision.response.lognormal.median"
VISIBLE = "task.steps[laryngoscopy].errors[failed pass].visible_after"


def laid_out(*texts, **options):
    return lay_out(small_scenario(), read_vary(texts), **options)


def values(design, path):
    return [design.settings(point)[path] for point in range(design.count)]


def refusal(*texts, **options):
    with pytest.raises(ScenarioError) as raised:
        laid_out(*texts, **options)
    return str(raised.value)


# ---- --vary ------------------------------------------------------------------------------------


def test_even_steps_are_the_numbers_that_a_person_would_write():
    design = laid_out(f"{PERMISSIVENESS}=0:1:11")
    assert values(design, PERMISSIVENESS) == [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]


def test_even_steps_of_durations_carry_their_units():
    design = laid_out(f"{RESPONSE}=10 s:1 min:6")
    scenarios = check_points(small_scenario(), design, keep=6)
    minutes = [seconds / 60 for seconds in (10, 20, 30, 40, 50, 60)]
    assert [one.supervision.response.parameters["median"] for one in scenarios] == minutes
    assert design.table()[RESPONSE].tolist() == minutes


def test_logarithmic_steps_are_asked_for_by_name():
    design = laid_out(f"{PERMISSIVENESS}=0.01:1:3:log")
    assert values(design, PERMISSIVENESS) == [0.01, pytest.approx(0.1), 1]
    assert values(laid_out(f"{PERMISSIVENESS}=0.01:1:3"), PERMISSIVENESS)[1] == 0.505


def test_whole_numbers_stay_whole():
    design = laid_out("supervision.supervisors=1:3:3")
    assert values(design, "supervision.supervisors") == [1, 2, 3]
    assert len(check_points(small_scenario(), design, keep=3)) == 3


@pytest.mark.parametrize(
    ("text", "path", "found"),
    [
        (f"{RESPONSE}=5 s, 1 min, 3 min", RESPONSE, ["5 s", "1 min", "3 min"]),
        ("supervision.policy=value_weighted,entrustment", "supervision.policy",
         ["value_weighted", "entrustment"]),
        (f"{VISIBLE}={{uniform: [1 s, 2 s]}}, {{fixed: 5 s}}", VISIBLE,
         [{"uniform": ["1 s", "2 s"]}, {"fixed": "5 s"}]),
        ("a.b[x, y=z:1].c=1,2", "a.b[x, y=z:1].c", [1, 2]),
        ("supervision.stop_at=null, mild", "supervision.stop_at", [None, "mild"]),
        ("x.y={fixed: 5 min}", "x.y", [{"fixed": "5 min"}]),
        ("x.y=true", "x.y", [True]),
        ("x.y='a:b', \"c,d\"", "x.y", ["a:b", "c,d"]),
    ],
)  # fmt: skip
def test_values_are_parted_by_commas_outside_of_brackets(text, path, found):
    assert read_vary([text]) == {path: found}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x=0:1:5", Between(0, 1, 5)),
        ("x=0 s:1 min:5", Between("0 s", "1 min", 5)),
        ("x=0.1:1", Between(0.1, 1)),
        ("x=0.1:1:log", Between(0.1, 1, None, "log")),
    ],
)
def test_ends_are_parted_by_colons(text, found):
    assert read_vary([text]) == {"x": found}


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["nothing"], "PATH=VALUES is needed"),
        (["x="], "an empty value"),
        (["x=1,,2"], "an empty value"),
        (["x=0:1:1.5"], "LOW:HIGH:COUNT is needed"),
        (["x=0:1:2:3"], "LOW:HIGH:COUNT is needed"),
        (["x=1", "x=2"], "varied twice"),
        (["x=1\n2"], "x"),
        (["x={fixed: 5 min"], "x"),
    ],
)
def test_what_can_not_be_read_is_refused(texts, told):
    with pytest.raises(ScenarioError, match=told):
        read_vary(texts)


@given(st.lists(st.text(alphabet="ab=:,[]{}\"'. 019-é\n%", max_size=30), max_size=3))
def test_no_text_is_more_than_refused(texts):
    with suppress(ScenarioError):
        laid_out(*texts)


@given(st.text(alphabet="ab,[]{}\"'", max_size=30))
def test_pieces_put_together_are_the_text(text):
    assert ",".join(pieces(text, ",")) == text


# ---- grids -------------------------------------------------------------------------------------


def test_a_grid_has_every_combination_the_last_path_fastest():
    design = laid_out(f"{PERMISSIVENESS}=0,1", "supervision.policy=hands_off,entrustment")
    assert [list(design.settings(point).values()) for point in range(4)] == [
        [0, "hands_off"], [0, "entrustment"], [1, "hands_off"], [1, "entrustment"],
    ]  # fmt: skip
    assert design.in_words().startswith("grid of 4 points")


def test_columns_hold_numbers_minutes_truth_and_words():
    latent = "task.steps[laryngoscopy].errors[failed pass].latent"
    design = laid_out(
        f"{PERMISSIVENESS}=0", f"{RESPONSE}=30 s", f"{latent}=true", "debrief.wait=never,1 h",
        f"{VISIBLE}=30 s,{{uniform: [1 s, 2 s]}}",
    )  # fmt: skip
    table = design.table()
    assert list(table.columns) == [
        "point", PERMISSIVENESS, RESPONSE, latent, "debrief.wait", VISIBLE,
    ]  # fmt: skip
    assert [str(kind) for kind in table.dtypes] == [
        "int64", "float64", "float64", "bool", "float64", "str",
    ]  # fmt: skip
    assert table["debrief.wait"].tolist() == [math.inf, math.inf, 60, 60]
    assert table[VISIBLE].tolist() == ["30 s", "{uniform: [1 s, 2 s]}"] * 2
    assert table[RESPONSE].unique().tolist() == [0.5]


def test_the_digest_knows_points_and_their_order_and_nothing_else():
    one = lay_out(small_scenario(), {PERMISSIVENESS: [0, 0.5, 1]})
    same = lay_out(small_scenario(), {PERMISSIVENESS: Between(0, 1, 3)})
    other = lay_out(small_scenario(), {PERMISSIVENESS: [0.5, 0, 1]})
    assert one.digest() == same.digest() != other.digest()


@pytest.mark.parametrize("kind", ["grid", "lhs", "sobol"])
def test_a_design_comes_back_from_its_record(kind):
    vary = {
        PERMISSIVENESS: Between(0.1, 1, 3 if kind == "grid" else None, "log"),
        RESPONSE: Between("5 s", "3 min", 2 if kind == "grid" else None),
        "supervision.policy": ["hands_off", "entrustment"],
    }
    design = lay_out(
        small_scenario(), vary, kind=kind, points=None if kind == "grid" else 5, seed=3
    )
    assert design_from(design.as_record()) == design
    assert design_from(design.as_record()).digest() == design.digest()


# ---- samples -----------------------------------------------------------------------------------


def sampled(kind, points, seed=0, **more):
    vary = {PERMISSIVENESS: (0, 2), RESPONSE: ("0 s", "10 min"), **more}
    return lay_out(small_scenario(), vary, kind=kind, points=points, seed=seed)


def test_a_latin_hypercube_has_one_point_in_each_slice_of_each_path():
    table = sampled("lhs", 20).table()
    for path, width in ((PERMISSIVENESS, 2 / 20), (RESPONSE, 10 / 20)):
        assert sorted(np.floor(table[path] / width)) == list(range(20))


def test_sobol_points_are_balanced_in_every_half_quarter_and_eighth():
    table = sampled("sobol", 64).table()
    for parts in (2, 4, 8):
        counts = np.bincount((table[PERMISSIVENESS] / 2 * parts).astype(int), minlength=parts)
        assert counts.tolist() == [64 // parts] * parts


def test_more_sobol_points_leave_the_first_as_they_are():
    few, more = sampled("sobol", 5).table(), sampled("sobol", 100).table()
    assert few.equals(more.head(5))


@pytest.mark.parametrize("kind", ["lhs", "sobol"])
def test_samples_depend_on_the_seed_alone(kind):
    assert sampled(kind, 8, 1).table().equals(sampled(kind, 8, 1).table())
    assert not sampled(kind, 8, 1).table().equals(sampled(kind, 8, 2).table())


def test_samples_lie_evenly_unless_logarithms_are_asked_for():
    even = sampled("lhs", 200).table()[PERMISSIVENESS]
    vary = {PERMISSIVENESS: Between(0.02, 2, spacing="log")}
    logarithmic = lay_out(small_scenario(), vary, kind="lhs", points=200).table()[PERMISSIVENESS]
    assert even.median() == pytest.approx(1, abs=0.02)
    assert logarithmic.median() == pytest.approx(0.2, abs=0.01)
    assert logarithmic.between(0.02, 2).all()


def test_samples_of_whole_numbers_and_of_choices_are_equally_frequent():
    design = sampled(
        "lhs", 30, **{"supervision.supervisors": (1, 3), "supervision.policy": ["hands_off",
        "entrustment"]},
    )  # fmt: skip
    counts = design.table()
    assert counts["supervision.supervisors"].value_counts().tolist() == [10, 10, 10]
    assert counts["supervision.policy"].value_counts().tolist() == [15, 15]
    assert len(check_points(bare(small_scenario()), design, keep=30)) == 30


# ---- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "options", "told"),
    [
        ([], {}, "vary: nothing was given"),
        (["supervision.permisiveness=1"], {}, "did you mean permissiveness"),
        ([f"{PERMISSIVENESS}=0:1"], {}, f"{PERMISSIVENESS}: 0 to 1 was given; a grid needs"),
        ([f"{PERMISSIVENESS}=0:1:1"], {}, "at least two"),
        ([f"{PERMISSIVENESS}=1:0:3"], {}, "the lower end comes first"),
        ([f"{PERMISSIVENESS}=0:1:3:log"], {}, "log spacing needs ends above 0"),
        ([f"{PERMISSIVENESS}=0:1 min:3"], {}, "both durations"),
        ([f"{PERMISSIVENESS}=0:x:3"], {}, "an end is a number"),
        ([f"{RESPONSE}=0 s:5 hours:3"], {}, "did you mean 5 h"),
        ([f"{PERMISSIVENESS}=0.1,0.10"], {}, "0.1 was given twice"),
        ([f"{RESPONSE}=90 s,1.5 min"], {}, "twice"),
        ([f"{PERMISSIVENESS}=0:1:3"], {"points": 3}, "points: 3 was given"),
        ([f"{PERMISSIVENESS}=0:1"], {"kind": "lhs"}, "points: nothing was given"),
        ([f"{PERMISSIVENESS}=0:1:3"], {"kind": "lhs", "points": 3}, "chooses the values itself"),
        ([f"{PERMISSIVENESS}=0,1,2"], {"kind": "sobol", "points": 3}, "a low and a high end"),
        ([f"{PERMISSIVENESS}=0:1:3"], {"kind": "cube"}, "design: cube was given"),
        (["supervision.supervisors=1.5:3"], {"kind": "lhs", "points": 3}, "whole numbers"),
    ],
)
def test_designs_that_can_not_be_are_refused(texts, options, told):
    assert told in refusal(*texts, **options)


@pytest.mark.parametrize(
    ("values", "advice"),
    [
        ("entrustment", "write ['entrustment']"),
        (0.1, "write [0.1]"),
        ("0:1:5", "write Between(0, 1, 5), from analysis.sweep"),
        ("5 s:1 min:3", "write Between('5 s', '1 min', 3), from analysis.sweep"),
        (Between(0, 1), "write 0:1:11, in Python Between(0, 1, 11)"),
    ],
)
def test_what_to_write_is_python_where_python_asked(values, advice):
    with pytest.raises(ScenarioError) as raised:
        lay_out(small_scenario(), {PERMISSIVENESS: values})
    assert str(raised.value).endswith(advice)


@pytest.mark.parametrize("values", ["0.1", 0.1, {"fixed": "5 min"}, [], None])
def test_values_are_a_list(values):
    with pytest.raises(ScenarioError, match=PERMISSIVENESS):
        lay_out(small_scenario(), {PERMISSIVENESS: values})


def test_every_bad_point_is_told_with_its_path_before_anything_runs():
    design = laid_out(f"{PERMISSIVENESS}=0.5,-1", f"{RESPONSE}=5 s,7,never")
    with pytest.raises(ScenarioError) as raised:
        check_points(small_scenario(), design)
    told = str(raised.value)
    assert f"{PERMISSIVENESS}: -1 was given (at point 3: " in told
    assert f"{RESPONSE}: 7 was given" in told
    assert 'never" was given' in told
    assert len(raised.value.problems) == 3


def test_combinations_are_checked_too():
    design = laid_out(
        "supervision.policy=hands_off,time_limit", "supervision.time_limit=null,1 min"
    )
    with pytest.raises(ScenarioError) as raised:
        check_points(small_scenario(), design)
    assert len(raised.value.problems) == 1
    assert "point 2" in str(raised.value)


HUGE = """
import sys
import engine, analysis
from analysis.sweep import Between, sweep
scenario = engine.load(sys.argv[1])
import resource
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    sweep(scenario, {
        "supervision.permissiveness": Between(0, 1, 10**6),
        "supervision.judgement.noise": Between(0, 1, 10**6),
    })
except engine.ScenarioError as error:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, error)
"""


def test_a_grid_of_a_million_millions_is_refused_at_once_in_little_memory():
    limit = (30, 30)  # seconds of computing
    done = subprocess.run(
        [sys.executable, "-c", HUGE, str(FILE)],
        capture_output=True, text=True, check=True, timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, limit),
    )  # fmt: skip
    kilobytes, _, told = done.stdout.partition(" ")
    assert "1,000,000,000,000 points were asked for" in told
    assert f"at most {MOST_POINTS:,}" in told
    assert int(kilobytes) < 20_000
