"""The page of a validation, its JSON, and its few lines for a terminal."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis import folder, pages, words
from analysis.validation.checks import Z_LIMIT, Outcome, Verdict
from analysis.validation.registry import HEADINGS
from analysis.validation.runner import CALIBRATED, IN_PART, KIND, Report, Row, as_object

PAGE, DATA = "validation.html", "validation.json"
FOLDER = folder.Kind(KIND, "validation", DATA, (PAGE, DATA))

TITLES = {
    "verification": "Verification",
    "face": "Face validity",
    "cross": "Cross validity",
    "external": "External validity",
    "predictive": "Predictive validity",
}
ASKED = {
    "verification": "Does the program do what the model says? Limiting cases whose answer can be "
    "proved, and changes that must leave every bit as it is.",
    "face": "Do people who know the work find the model believable?",
    "cross": "Do other programs give the same answer? The engines are compared with each other, "
    "and with Markov chains that are solved by algebra, without luck and without the engines' "
    "code.",
    "external": "Does the model show what was seen on wards, in theatres and on simulators? Each "
    "fact has a preset made for it, or the shipped scenarios. A number that was calibrated was set "
    "to the fact, and is no evidence; only what was predicted is. None of it is about leeway and "
    "later patients together: nobody has measured that.",
    "predictive": "Has the model foretold anything that nobody knew yet?",
}

SYMBOLS = {
    Outcome.HOLDS: "✓",
    Outcome.FAILS: "✗",
    Outcome.NOT_DONE: "○",
    Outcome.CANNOT_BE_SAID: "–",
    Outcome.CRASHED: "!",
}
WORDS = {
    Outcome.HOLDS: "holds",
    Outcome.FAILS: "fails",
    Outcome.NOT_DONE: "not done",
    Outcome.CANNOT_BE_SAID: "can't be expressed",
    Outcome.CRASHED: "crashed",
}
OF_FACTS = {Outcome.HOLDS: "reproduced", Outcome.FAILS: "not reproduced"}


def word(outcome: Outcome, heading: str) -> str:
    """An outcome as the page calls it; a fact about the world is reproduced or not."""
    return OF_FACTS.get(outcome, WORDS[outcome]) if heading == "external" else WORDS[outcome]


@dataclass(frozen=True)
class Shown:
    """A row as the template wants it."""

    row: Row
    symbol: str
    word: str
    style: str
    on_record: str
    """What the record says, where the verdict is another; else empty."""
    detail: str
    lines: Sequence["ShownLine"]
    also: str
    smallest: str


@dataclass(frozen=True)
class ShownLine:
    """A number as the template wants it."""

    name: str
    expected: str
    measured: str
    z: str | None


def shown(row: Row) -> Shown:
    """A row with its words chosen."""
    heading, verdict = row.check.heading, row.verdict
    return Shown(
        row,
        SYMBOLS[row.outcome],
        word(row.outcome, heading),
        row.outcome.value.replace(" ", "-"),
        word(row.check.recorded, heading) if row.alarm else "",
        "" if verdict.detail == row.check.claim else sentence(verdict.detail),
        shown_lines(verdict),
        also(row),
        smallest(row),
    )


def sentence(detail: str) -> str:
    """A detail as a sentence; which number lies furthest apart is seen in the table beside it."""
    text = re.sub(r" \(furthest apart: .*\)$", "", detail)
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', ')')) else '.'}"


def shown_lines(verdict: Verdict) -> list[ShownLine]:
    """The numbers of a verdict; one without a name where it has no parts."""
    if not verdict.lines:
        return [ShownLine("", verdict.expected, verdict.measured, None)]
    return [
        ShownLine(
            line.name.replace("_", " "),
            line.expected,
            line.measured,
            None if line.z is None else f"{round(line.z, 1) + 0.0:+.1f}",
        )
        for line in verdict.lines
    ]


def also(row: Row) -> str:
    """The figures that were measured too and decide nothing; only facts have such."""
    if row.check.heading != "external" or row.outcome is Outcome.CANNOT_BE_SAID:
        return ""
    told = {line.name for line in row.verdict.lines}
    figures = row.verdict.figures.items()
    return "; ".join(f"{name} {words.number(value)}" for name, value in figures if name not in told)


def smallest(row: Row) -> str:
    """The smallest relative defect that the sample of a test would have caught."""
    defect = row.verdict.figures.get("smallest defect", 0.0)
    return f"{words.number(100 * defect, 2)} %" if defect > 0 else ""


# ---- in short ----------------------------------------------------------------------------------


def tally(report: Report, heading: str) -> str:
    """What a heading came to, counted: `21 reproduced, 4 not reproduced`."""
    counts = report.counts(heading)
    said = [counted(counts[each], word(each, heading)) for each in Outcome if counts[each] > 0]
    return ", ".join(said) if said else "nothing was asked"


def counted(number: int, verdict: str) -> str:
    """`1 holds`, `2 hold`, `2 not done`."""
    several = {"holds": "hold", "fails": "fail"}
    return f"{number} {verdict if number == 1 else several.get(verdict, verdict)}"


def summary(report: Report) -> list[str]:
    """The sentences above all: what was counted, and whether somebody must look."""
    tallies = "; ".join(f"{TITLES[each].lower()}: {tally(report, each)}" for each in HEADINGS)
    sentences = [f"{words.plural(len(report.rows), 'check')}. {tallies[0].upper()}{tallies[1:]}."]
    if fitted := on_calibration(report):
        sentences.append(fitted)
    return [*sentences, conclusion(report)]


def on_calibration(report: Report) -> str:
    """How many of the facts reproduced were calibrated; empty where none is reproduced."""
    facts = [row for row in report.under("external") if row.outcome is Outcome.HOLDS]
    if not facts:
        return ""
    basis = Counter(row.basis for row in facts)
    others = len(facts) - basis[CALIBRATED] - basis[IN_PART]
    return (
        f"Of {words.plural(len(facts), 'fact')} reproduced, {basis[CALIBRATED]} were calibrated "
        f"and are no evidence; {basis[IN_PART]} were calibrated in one number and predicted in "
        f"another; of the other {others} no number is known to have been set to the fact, though "
        f"some have presets made for them."
    )


def conclusion(report: Report) -> str:
    """Whether all came out as it is on record."""
    if not report.alarms:
        return (
            "No check failed or crashed: every verdict is the one on record, which for some facts "
            "is that the model doesn't reproduce or can't express them."
        )
    named = words.listed([row.check.id for row in report.alarms])
    have = "has" if len(report.alarms) == 1 else "have"
    return f"{named} {have} failed, crashed, or come out otherwise than on record."


def terminal(report: Report) -> list[str]:
    """The report in lines: the tally of each heading, then what isn't plainly well."""
    lines = [f"{TITLES[each]}: {tally(report, each)}" for each in HEADINGS]
    odd = [shown(row) for row in report.rows if row.alarm or row.outcome is not Outcome.HOLDS]
    lines += ["", *(remark(each) for each in odd)] if odd else []
    return [*lines, "", conclusion(report)]


def remark(one: Shown) -> str:
    """One line about a row that doesn't simply hold."""
    changed = f" (on record: {one.on_record})" if one.on_record else ""
    return f"{one.symbol} {one.row.check.id}, {one.row.check.title}: {one.word}{changed}"


# ---- the page ----------------------------------------------------------------------------------


def render(report: Report) -> str:
    """The page as HTML: the same bytes for the same verdicts."""
    return pages.fill(
        "validation.html",
        styles=("report.css", "validation.css"),
        report=report,
        summary=summary(report),
        headings=[
            {
                "id": each,
                "title": TITLES[each],
                "asked": ASKED[each],
                "tally": tally(report, each),
                "rows": [shown(row) for row in report.under(each)],
            }
            for each in HEADINGS
        ],
        limit=words.number(Z_LIMIT),
        simulated=words.SIMULATED,
    )


def as_json(report: Report) -> str:
    """The report as JSON text."""
    return json.dumps(as_object(report), indent=2, ensure_ascii=False, allow_nan=False)


def save(where: Path, report: Report) -> None:
    """Write the page and its data into an existing folder. Raises OSError."""
    (where / PAGE).write_text(render(report), encoding="utf-8")
    (where / DATA).write_text(as_json(report) + "\n", encoding="utf-8")
