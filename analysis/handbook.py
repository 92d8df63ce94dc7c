"""The papers of the scenarios folder, README.md and schema.json, made from files and format.

`python -m analysis.handbook` writes both; with `--check` it writes nothing and ends with 1 where
one of them is out of date. Nothing in them is written by hand, so they can't say what isn't so.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, get_args

from analysis.describe import chances
from analysis.words import duration, flow, listed, percent, plural
from engine.loader import load
from engine.reading import read_duration
from engine.scenario import Scenario, json_schema
from engine.sections import Domain

FOLDER = Path(__file__).resolve().parent.parent / "scenarios"
# What a department could change, against what is so, known or not.
CHANGEABLE = ("supervision.", "debrief.", "study.")
# A limit this high only keeps a typing error out; it is no part of the meaning.
SILLY = 1e6
REQUIRED = "required"

INTRODUCTION = """\
# The scenarios

Each file here is a teaching case: a ward, a task, and a way of supervising. Its description can be
read aloud; its comments give the reason for a number; its `evidence` says which numbers have a
source. Everything else is an assumption, and the report of a run counts them. All of it is
simulated, and none of it is clinical advice.

    leeway run scenarios/first-intubations.yaml
    leeway run scenarios/first-intubations.yaml --variant pessimistic
    leeway run scenarios/first-intubations.yaml --set supervision.permissiveness=0.05

To make one of your own, copy the nearest, change its `id` and its words, then its numbers, and ask
`leeway check` after each change. An editor that knows YAML completes the keys and marks errors with
the help of `schema.json`.

This page and `schema.json` are made by `make docs` from the files and the format: change those.
"""

FORMAT = """\
## Every key

YAML 1.2. A duration is text with a unit: `90 s`, `6 min`, `4 h`, `2 d`, `3 wk`. A distribution is
one of the families below, or a bare quantity, which never varies. `never` stands for a clock that
never rings. A probability is a number from 0 to 1. What may be left out has a default; the rest
is required.
"""


class Row(NamedTuple):
    """One key of the format."""

    key: str
    takes: str
    default: str
    meaning: str


def main(arguments: Sequence[str] | None = None, folder: Path = FOLDER) -> None:
    """Write the papers, or check them. Raises SystemExit with a sentence where one is old."""
    parser = argparse.ArgumentParser(prog="python -m analysis.handbook", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if out of date")
    made = papers(folder)
    if not parser.parse_args(arguments).check:
        for name, text in made.items():
            (folder / name).write_text(text, encoding="utf-8")
        return
    old = [name for name, text in made.items() if not is_current(folder / name, text)]
    if old:
        raise SystemExit(f"out of date in scenarios/: {listed(old)}; run `make docs`")


def is_current(path: Path, text: str) -> bool:
    """Whether the file holds this text."""
    return path.is_file() and path.read_text(encoding="utf-8") == text


def papers(folder: Path) -> dict[str, str]:
    """File name: text of the papers that belong in the folder."""
    schema = json_schema()
    scenarios = [load(path) for path in folder.glob("*.yaml")]
    domains = get_args(Domain)
    scenarios.sort(key=lambda scenario: (domains.index(scenario.domain), scenario.id))
    return {
        "README.md": readme(scenarios, schema),
        # the text that `leeway schema` prints
        "schema.json": json.dumps(schema, indent=2) + "\n",
    }


def readme(scenarios: Sequence[Scenario], schema: dict[str, Any]) -> str:
    """The page: an overview, a chapter for each scenario, and the reference of the format."""
    parts = [INTRODUCTION, overview(scenarios)]
    parts += [chapter(scenario) for scenario in scenarios]
    parts += [FORMAT, families(schema), reference(schema)]
    return "\n".join(parts)


# ----------------------------------------------------------------------------- the scenarios
def overview(scenarios: Sequence[Scenario]) -> str:
    """One line for each scenario."""
    rows = [
        [
            f"[{scenario.title}](#{anchor(scenario.title)})",
            scenario.domain,
            scenario.education.learner_level or "",
            str(len(scenario.inputs())),
            str(sourced(scenario)),
        ]
        for scenario in scenarios
    ]
    return table(["Scenario", "Domain", "Learners", "Inputs", "With a source"], rows)


def sourced(scenario: Scenario) -> int:
    """How many inputs have a source."""
    return sum(each.status == "sourced" for each in scenario.inputs())


def anchor(title: str) -> str:
    """The link to a heading, as Git forges make it."""
    kept = [letter for letter in title.lower() if letter.isalnum() or letter in " -"]
    return "".join(kept).replace(" ", "-")


def chapter(scenario: Scenario) -> str:
    """What happens, who takes part, what can go wrong, what to vary."""
    lines = [
        f"## {scenario.title}\n",
        f"`{scenario.id}.yaml`: {scenario.domain}\n",
        scenario.description.strip() + "\n",
        who(scenario),
        wrong(scenario),
        supervised(scenario),
        counted(scenario),
        variants(scenario),
        "**What to vary**, with what seems plausible:\n",
        changeable(scenario),
    ]
    return "\n".join(lines)


def who(scenario: Scenario) -> str:
    """The people, and how much they do."""
    count, study = scenario.trainees.count, scenario.study
    cases = f"{plural(study.cases, 'training case')} each"
    if study.horizon is not None:
        cases = f"training cases for {duration(study.horizon)}"
    later = plural(scenario.independent.cases, "case")
    return (
        f"**Who.** {plural(count, 'trainee')} ({scenario.education.learner_level}), {cases}, then "
        f"{later} in independent practice.\n"
    )


def wrong(scenario: Scenario) -> str:
    """The steps with their kinds of error."""
    lines = ["**What can go wrong.**\n"]
    for step in scenario.task.steps:
        kinds = [kind.name + (" (latent)" if kind.latent else "") for kind in step.errors]
        lines.append(
            f"- {step.name} ({chances(scenario, step.error_probability)}): {listed(kinds)}"
        )
    return "\n".join(lines) + "\n"


def supervised(scenario: Scenario) -> str:
    """How closely they are watched, and by whom."""
    supervision = scenario.supervision
    typical = supervision.response.standard.median, supervision.fix.standard.median
    never = listed(supervision.never_allow) if supervision.never_allow else ""
    return (
        f"**Supervision.** {plural(supervision.supervisors, 'supervisor')} on duty, out of "
        f"{supervision.pool}; {percent(supervision.watched)} of cases watched; hands-on typically "
        f"after {duration(typical[0])}, a fix takes {duration(typical[1])}; permissiveness "
        f"{supervision.permissiveness:g}, policy {supervision.policy}."
        + (f" Never allowed: {never}." if never else "")
        + "\n"
    )


def counted(scenario: Scenario) -> str:
    """How many inputs have a source."""
    count, known = len(scenario.inputs()), sourced(scenario)
    return f"**Inputs.** {count}: {known} with a source, {count - known} assumptions.\n"


def variants(scenario: Scenario) -> str:
    """The named sets of changes, beside what they change."""
    paths = dict.fromkeys(path for each in scenario.variants.values() for path in each)
    rows = [
        [f"`{path}`", f"`{flow(scenario.get(path))}`"]
        + [f"`{flow(each[path])}`" if path in each else "" for each in scenario.variants.values()]
        for path in paths
    ]
    return "**Variants.**\n\n" + table(["Path", "Here", *scenario.variants], rows)


def changeable(scenario: Scenario) -> str:
    """The settings with a plausible range that a department could change."""
    rows = []
    for entry in scenario.evidence:
        if entry.range is None or not entry.about.startswith(CHANGEABLE):
            continue
        low, high = (said(end) for end in entry.range)
        rows.append([f"`{entry.about}`", said(scenario.get(entry.about)), f"{low} to {high}"])
    return table(["Path", "Here", "Plausible"], rows)


def said(value: Any) -> str:
    """A number or a duration in file form, for reading."""
    return duration(quantity(value)) if isinstance(value, str) else f"{value:g}"


def quantity(value: Any) -> float:
    """A number, or a duration in minutes, of file form. Raises TypeError where it is neither."""
    read = read_duration(value) if isinstance(value, str) else value
    if not isinstance(read, int | float):
        raise TypeError(f"{value!r} is neither a number nor a duration")
    return float(read)


# -------------------------------------------------------------------------------- the format
def reference(schema: dict[str, Any]) -> str:
    """All keys, a table for each section."""
    plain: list[Row] = []
    sections: list[str] = []
    for name, field in schema["properties"].items():
        rows = list(rows_of(schema, name, field, name in schema["required"]))
        if len(rows) == 1:
            plain += rows
            continue
        default = rows[0].default
        left_out = "Required." if default == REQUIRED else f"If left out: {default}."
        sections.append(f"### {name}\n\n{rows[0].meaning} {left_out}\n\n{keys(rows[1:])}")
    return "\n".join(["### At the top\n", keys(plain), *sections])


def keys(rows: Sequence[Row]) -> str:
    """A table of keys."""
    head = ["Key", "Takes", "If left out", "Meaning"]
    return table(head, [[f"`{row.key}`", row.takes, row.default, row.meaning] for row in rows])


def rows_of(
    schema: dict[str, Any], key: str, field: dict[str, Any], required: bool
) -> Iterator[Row]:
    """The row of a key, then those of the keys below it."""
    shared = referred(schema, field)
    below = shared.get("properties", {})
    many = "items" in field
    kind = takes(field)
    if below:
        kind = "list of sections" if many else kind
    elif shared:
        kind = f"{takes(shared['oneOf'][0])}, or a distribution"
    meaning = field.get("description") or shared.get("description", "")
    yield Row(key, kind, REQUIRED if required else default_of(field), meaning)
    for name, inner in below.items():
        path = f"{key}{'[]' if many else ''}.{name}"
        yield from rows_of(schema, path, inner, name in shared.get("required", []))


def referred(schema: dict[str, Any], field: dict[str, Any]) -> dict[str, Any]:
    """The shared definition that a field, or an item of it, refers to; empty without one."""
    inner = field.get("items", field)
    for choice in [inner, *inner.get("anyOf", [])]:
        if "$ref" in choice:
            definition: dict[str, Any] = schema["$defs"][choice["$ref"].removeprefix("#/$defs/")]
            return definition
    return {}


def default_of(field: dict[str, Any]) -> str:
    """What stands where the key is left out."""
    return f"`{flow(field['default'])}`"


def takes(field: dict[str, Any]) -> str:
    """What a key takes, in words."""
    if "anyOf" in field:
        return " or ".join(takes(choice) for choice in field["anyOf"])
    if "$ref" in field:
        return "section"
    if "const" in field:
        return f'"{field["const"]}"'
    if "enum" in field:
        return ", ".join(field["enum"])
    named = {"boolean": "true or false", "null": "null", "object": "mapping"}
    if field.get("type") in named:
        return named[field["type"]]
    if field.get("type") == "string":
        return text_kind(field)
    if field.get("type") == "array":
        return "a pair" if "prefixItems" in field else f"list of {takes(field['items'])}s"
    return number_kind(field)


def text_kind(field: dict[str, Any]) -> str:
    """A duration or plain text."""
    pattern = field.get("pattern", "")
    if "min|h" not in pattern:
        return "text"
    return "duration or never" if "never" in pattern else "duration"


def number_kind(field: dict[str, Any]) -> str:
    """A number with its limits."""
    name = "whole number" if field["type"] == "integer" else "number"
    limits = []
    if "exclusiveMinimum" in field:
        limits.append(f"above {field['exclusiveMinimum']:g}")
    elif "minimum" in field:
        limits.append(f"from {field['minimum']:g}")
    if field.get("maximum", SILLY) < SILLY:
        limits.append(f"to {field['maximum']:g}")
    return " ".join([name, *limits])


def families(schema: dict[str, Any]) -> str:
    """The families of distributions, read off a key that takes one."""
    choices = referred(schema, schema["$defs"]["Study"]["properties"]["gap"])["oneOf"]
    lines = ["A distribution is written as one of\n"]
    for choice in choices:
        for family, inner in choice.get("properties", {}).items():
            sets = inner.get("oneOf", [inner])
            lines.append("- " + " or ".join(f"`{family}: {shape(each)}`" for each in sets))
    return "\n".join(lines) + "\n"


def shape(inner: dict[str, Any]) -> str:
    """What a family takes, with `x` for a quantity."""
    if inner["type"] == "object":
        return "{" + ", ".join(f"{name}: x" for name in inner["properties"]) + "}"
    if inner["type"] == "array":
        return "[x, x]" if inner["maxItems"] == 2 else "[x, ...]"
    return "x"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; empty where there are no rows."""
    if len(rows) == 0:
        return ""
    lines = [list(head), ["---"] * len(head), *rows]
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in line] for line in lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in cells) + "\n"


if __name__ == "__main__":
    main()
