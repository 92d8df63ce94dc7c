"""The assumption sheet: every input in one table, and nothing made up."""

import math

import pandas as pd
import pytest

from analysis.assumptions import COLUMNS, counts, markdown, moves, signed
from analysis.sensitivity import sensitivity
from analysis.sensitivity_page import dictionary
from engine import load
from tests.analysis_samples import SCENARIOS
from tests.sensitivity_samples import EVIDENCE, NOVICE, OBSERVING, analysed, difference, ranged


def row(done, path):
    return done.sheet.set_index("input").loc[path]


def test_every_input_is_in_the_sheet():
    paths = list(analysed().sheet["input"])
    assert len(set(paths)) == len(paths)
    for one in ranged().inputs():
        parts = [path for path in paths if path == one.path or path.startswith(f"{one.path}.")]
        assert parts, one.path
    assert {"supervision.policy", "supervision.permissiveness"} <= set(paths)


def test_what_was_varied_comes_first_with_its_source_and_range():
    sheet = analysed().sheet
    varied = sheet["varied"].astype(bool)
    assert varied.sum() == 6
    assert varied[:6].all()
    novice = row(analysed(), NOVICE)
    assert novice["status"] == "sourced"
    assert novice["source"] == "lee2022"
    assert (novice["low"], novice["high"], novice["value"]) == ("0.1", "0.6", "0.37")
    assert novice["note"] == "seen there"
    assert novice["together"] == 1
    moved = analysed().tornado.table.set_index("input").loc[NOVICE]
    assert novice["at_low"] == moved["at_low"]
    index = analysed().indices.table.set_index("input").loc[NOVICE]
    assert novice["total"] == index["total"]
    assert row(analysed(), OBSERVING)["source"] is None or math.isnan(
        row(analysed(), OBSERVING)["source"]
    )


def test_a_parameter_says_what_it_is_part_of():
    median = row(analysed(), "supervision.response.lognormal.median")
    assert median["value"] == "5 s (of lognormal: median 5 s, cv 0.5)"
    assert (median["low"], median["high"]) == ("1 s", "5 min")
    assert "supervision.response" not in set(analysed().sheet["input"])


def test_what_has_no_range_says_so_and_is_not_varied():
    alone = row(analysed(), "learning.failure.alone")
    assert not alone["varied"]
    assert alone["why_not"] == "no range given"
    assert alone["status"] == "assumption"
    assert math.isnan(alone["swing"])


def test_what_is_held_says_so():
    held = row(difference(), "supervision.permissiveness")
    assert held["why_not"] == "held as written"
    assert held["status"] == "choice"
    assert (held["low"], held["high"]) == ("0", "1")
    assert row(analysed(), "supervision.permissiveness")["varied"]


@pytest.mark.parametrize("held", [[], ["learning.half_life"]])
def test_a_value_and_its_range_have_one_unit(held):
    entry = {"about": "learning.half_life", "source": "assumption", "range": ["91 d", "56 wk"]}
    scenario = ranged().with_({"learning.half_life": "28 wk", "evidence": [*EVIDENCE, entry]})
    done = sensitivity(scenario, "harm_any", hold=held, method="morris", samples=2,
                       replications=1, tornado_replications=1)  # fmt: skip
    found = row(done, "learning.half_life")
    assert (found["value"], found["low"], found["high"]) == ("28 wk", "13 wk", "56 wk")


def test_counts_add_up():
    found = counts(analysed().sheet)
    assert found["varied"] == 6
    assert (found["assumed"], found["sourced"], found["choices"]) == (4, 1, 1)
    statuses = [one.status for one in ranged().inputs()]
    assert found["assumed"] + found["not_varied_assumed"] == statuses.count("assumption")


def test_every_column_has_a_meaning():
    for done in (analysed(), difference()):
        told = dictionary(done)
        assert list(told["column"]) == list(done.sheet.columns)
        assert told["meaning"].str.len().min() > 5
        assert set(COLUMNS) <= set(done.sheet.columns)


def test_inputs_that_move_as_one_share_their_row_of_the_page():
    scenario = load(SCENARIOS / "opioid-dosing.yaml").with_(
        {"study.cases": 5, "independent.cases": 5, "trainees.count": 1}
    )
    hold = [one.about for one in scenario.evidence if one.range and "call" not in one.about]
    hold = [path for path in hold if "recovery.novice" not in path]
    done = sensitivity(scenario, "harm_any", hold=hold, method="morris", samples=2,
                       replications=1, tornado_replications=2)  # fmt: skip
    novices = done.sheet[done.sheet["input"].str.endswith("recovery.novice")]
    assert len(novices) == 4
    assert set(novices["together"]) == {4}
    assert novices["swing"].nunique(dropna=False) == 1
    assert markdown(done.sheet).count("a novice's chance to put it right (4 errors)") == 1


def test_markdown_has_a_row_for_each_and_no_broken_cell():
    text = markdown(analysed().sheet)
    lines = text.splitlines()
    assert len(lines) == 2 + len(analysed().sheet)
    assert {line.replace("\\|", "").count("|") for line in lines} == {6}
    assert "| not varied: no range given |" in text
    assert "| conclusion moves, from the low to the high end |" in lines[0]
    piped = analysed().sheet.head(1).assign(words="a|b")
    assert "a\\|b" in markdown(piped)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(0.314, 2, "+0.31"), (-0.314, 1, "-0.3"), (0.001, 2, "0.00"), (0.0, -1, "0"), (2.0, -1, "+2")],
)
def test_changes_have_a_sign(value, decimals, text):
    assert signed(value, decimals) == text


def test_a_change_without_noise_is_said_plainly():
    ends = {"at_low": 0.0, "at_high": 1.5}
    arms = {f"{name}_{end}": value for name, value in ends.items() for end in ("from", "to")}
    assert moves({"varied": True} | ends | arms) == "0 to +1.5"
    assert moves({"varied": True} | ends | arms | {"at_low": math.nan}) == "none"


def test_the_sheet_survives_csv(tmp_path):
    analysed().sheet.to_csv(tmp_path / "sheet.csv", index=False)
    back = pd.read_csv(tmp_path / "sheet.csv", keep_default_na=False, na_values=[""])
    assert list(back["input"]) == list(analysed().sheet["input"])
    assert back["swing"].to_numpy() == pytest.approx(
        analysed().sheet["swing"].to_numpy(float), nan_ok=True
    )
    assert len(EVIDENCE) == 7
