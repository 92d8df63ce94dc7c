"""`leeway sensitivity`, and the figures it draws."""

import json
import sys
from dataclasses import replace

import pandas as pd
import pytest
from matplotlib.text import Text

from analysis import figures
from analysis.cli import app, main
from analysis.cli.sensitivity import sensitivity as command
from analysis.cli.sensitivity import told_seconds
from analysis.sensitivity_page import KIND, indices, save, tornado, tornado_rows
from engine import loader
from tests.sensitivity_samples import AGAINST, analysed, difference, ranged

if "sensitivity" not in {each.name for each in app.registered_commands}:
    app.command("sensitivity")(command)

QUICK = ["--method", "morris", "--samples", "2", "--replications", "2"]


@pytest.fixture(autouse=True)
def quick_tornado(monkeypatch):
    """Few replications, so that a command answers at once."""
    module = sys.modules["analysis.sensitivity"]  # the package has a function of that name
    for name in ("sensitivity", "plan"):
        monkeypatch.setitem(getattr(module, name).__kwdefaults__, "tornado_replications", 4)


@pytest.fixture
def scenario(tmp_path):
    file = tmp_path / "small.yaml"
    file.write_text(loader.to_yaml(ranged()))
    return str(file)


def printed(capsys):
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return out, err


def test_it_says_which_assumptions_matter(capsys, scenario):
    assert main(["sensitivity", scenario, "--outcome", "total_burden", *QUICK]) == 0
    out, err = printed(capsys)
    assert "Which assumptions matter: First intubations in theatre" in out
    assert "matters most" in " ".join(out.split())  # lines are wrapped
    assert "not clinical advice" in out
    assert "6 inputs, " in err
    assert "points" in err
    assert "about " in err


def test_json_is_one_object(capsys, scenario):
    against = ["--against", "supervision.permissiveness=0"]
    words = ["sensitivity", scenario, "--outcome", "total_burden", *against, *QUICK, "--json"]
    assert main(words) == 0
    found = json.loads(printed(capsys)[0])
    assert found["against"] == AGAINST
    assert found["method"] == "morris"
    assert found["dummy_is_zero"] is True
    assert [row["input"] for row in found["indices"]][-1] == "dummy input"
    assert len(found["assumptions"]) == len(difference().sheet)
    assert found["same_sign"]["of"] == 2
    assert main(words) == 0
    assert json.loads(printed(capsys)[0]) == found


def test_it_writes_a_folder_and_replaces_only_its_own(capsys, scenario, tmp_path):
    out = tmp_path / "which"
    words = ["sensitivity", scenario, "--outcome", "harm_any", *QUICK, "--out", str(out)]
    assert main(words) == 0
    names = {file.name for file in out.iterdir()}
    assert names == {*KIND.files, "figures"}
    record = json.loads((out / KIND.record).read_text())
    assert record["kind"] == "leeway sensitivity"
    assert record["command"].startswith("leeway sensitivity ")
    assert loader.load(out / "scenario.yaml").hash == record["scenario"]["hash"]
    sheet = pd.read_csv(out / "assumptions.csv")
    told = pd.read_csv(out / "assumptions-dictionary.csv")
    assert list(told["column"]) == list(sheet.columns)
    assert "it can't be told which matters most" in (out / "summary.md").read_text()
    assert main(words) == 0  # an older one is replaced
    (out / "mine.txt").write_text("mine")
    assert main(words) == 2
    assert "mine.txt" in printed(capsys)[1]
    other = tmp_path / "other"
    other.mkdir()
    (other / "run.json").write_text('{"kind": "leeway run"}')
    assert main([*words[:-1], str(other)]) == 2


def test_changes_and_variants_are_told(capsys, scenario):
    words = ["--variant", "pessimistic", "--set", "supervision.pool=3"]
    assert main(["sensitivity", scenario, "--outcome", "harm_any", *words, *QUICK]) == 0
    assert "Variant pessimistic; changed: supervision.pool = 3." in printed(capsys)[0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--outcome", "harm"], "outcome: harm was given"),
        (["--outcome", "harm_any", "--samples", "12"], "try 8 or 16"),
        (["--outcome", "harm_any", "--method", "fast"], "fast"),
        (["--outcome", "harm_any", "--hold", "nothing.here"], "nothing"),
        (["--outcome", "harm_any", "--against", "supervision.permissiveness"], "PATH=VALUE"),
        (["--outcome", "harm_any", "--against", "supervision.permissiveness"], "--against: "),
        (["--outcome", "harm_any", "--hold", "study.cases"], "isn't varied anyway"),
        (
            ["--outcome", "independent_harm_any", "--set", "independent.cases=0"],
            "set independent.cases=100",
        ),
        (["--outcome", "harm_any", "--samples", str(2**50)], "at most 200,000"),
        (["--outcome", "harm_any", "--variant", "rosy"], "rosy"),
    ],
)
def test_bad_input_is_refused_and_nothing_written(capsys, scenario, tmp_path, words, said):
    out = tmp_path / "out"
    assert main(["sensitivity", scenario, *words, "--out", str(out)]) == 2
    assert said in printed(capsys)[1]
    assert not out.exists()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s"), (3.4, "3 s"), (12, "10 s"), (89, "90 s"), (200, "3 min"), (9000, "2.5 h")],
)
def test_times_are_round(seconds, text):
    assert told_seconds(seconds) == text


# ---- figures ---------------------------------------------------------------------------------


@pytest.mark.parametrize("done", [analysed, difference])
@pytest.mark.parametrize("draw", [tornado, indices])
def test_no_text_covers_another_or_leaves_the_figure(draw, done):
    axes = draw(done())
    figure = figures.whole(axes)
    renderer = figures.settle(figure)
    figure.draw_without_rendering()  # a legend finds its place when it is drawn
    texts = [
        text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()
    ]
    boxes = [text.get_window_extent(renderer) for text in texts]
    ticks = {label.get_text() for label in axes.get_xticklabels()}
    for i, (text, box) in enumerate(zip(texts, boxes, strict=True)):
        if text.get_text() in ticks:
            continue
        assert box.x0 >= -1, text
        assert box.x1 <= figure.bbox.x1 + 1, text
        for other, second in zip(texts[:i], boxes[:i], strict=True):
            assert not box.shrunk(0.98, 0.9).overlaps(second), (text, other)


@pytest.mark.parametrize("draw", [tornado, indices])
def test_figures_state_their_uncertainty_and_their_assumptions(draw):
    text = figures.whole(draw(difference()))._supxlabel.get_text().replace("\n", " ")
    assert "95 %" in text
    assert "inputs are assumptions" in text
    assert "Simulated, not clinical advice" in text


def noted(axes):
    return figures.whole(axes)._supxlabel.get_text().replace("-\n", "-").replace("\n", " ")


def keys(axes):
    figure = figures.whole(axes)
    legends = [*figure.legends, *(each.get_legend() for each in figure.axes)]
    return {text.get_text() for one in legends if one is not None for text in one.get_texts()}


@pytest.mark.parametrize("done", [analysed, difference])
def test_terms_of_textbooks_are_explained_below_and_stand_in_no_legend(done):
    axes = indices(done())
    said = " ".join(keys(axes))
    for term in ("dummy", "mu", "sigma", "order", "total"):
        assert term not in said.split()
    assert "an input that does nothing: 0" in said
    note = noted(axes)
    assert "(the dummy)" in note
    terms = ("total index", "first-order index") if done is analysed else ("mu*", "sigma")
    assert all(term in note for term in terms)


def test_whiskers_beyond_what_a_share_can_be_are_called_noise():
    table = analysed().indices.table
    wide = replace(analysed(), indices=replace(
        analysed().indices, table=table.assign(total_low=-1.2, total_high=2.9)))  # fmt: skip
    assert "Shares below 0 or above 1 are noise: too few samples." in noted(indices(wide))
    assert "With fewer than 64 samples they hold the truth less often" in noted(indices(wide))
    within = {f"{name}{end}": 0.1 for name in ("total", "first") for end in ("", "_low", "_high")}
    sure = replace(wide, samples=64, indices=replace(wide.indices, table=table.assign(**within)))
    assert "noise" not in noted(indices(sure))
    unknown = replace(sure, indices=replace(sure.indices, noise_share=float("nan")))
    assert "What luck alone may do isn't known." in noted(indices(unknown))
    assert "less often" not in noted(indices(sure))


def test_inputs_that_move_nothing_have_no_row_in_the_tornado():
    table = analysed().tornado.table
    shown = set(tornado_rows(analysed(), 12)["label"])
    still = table[(table["at_low"] == 0) & (table["at_high"] == 0)]["words"]
    assert len(still) > 0
    assert shown.isdisjoint(still)
    assert len(shown) == len(table) - len(still)
    flat = replace(analysed(), tornado=replace(analysed().tornado, table=table.assign(
        at_low=0.0, at_high=0.0)))  # fmt: skip
    assert "6 inputs that move it less, or not at all, are left out" in noted(tornado(flat))


def test_a_band_without_width_is_no_key_to_nothing():
    own = analysed().as_written
    flat = replace(analysed(), as_written=own._replace(low=own.mean, high=own.mean))
    assert "as written" in keys(tornado(flat))


def test_the_same_bytes_each_time():
    assert figures.svg(tornado(analysed()), "a") == figures.svg(tornado(analysed()), "a")


def test_the_folder_says_the_same_each_time(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        save(tmp_path / name, analysed(), command="leeway sensitivity")
    for file in sorted((tmp_path / "one").rglob("*.*")):
        twin = tmp_path / "two" / file.relative_to(tmp_path / "one")
        assert file.read_bytes() == twin.read_bytes(), file.name
