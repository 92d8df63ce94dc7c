"""The glossary: everything the page names is explained, once, in words that are explained too."""

import difflib
import re
from itertools import combinations
from pathlib import Path

import pytest

from analysis import findings, words
from analysis.view.control_words import POLICIES, WORDS
from analysis.view.controls import controls
from analysis.view.glossary import TERMS, glossary
from analysis.view.places import KEYS
from engine import load
from engine.event_log import CLASSES, LEVELS
from engine.outcomes import OUTCOME_NAMES
from tests.analysis_samples import SCENARIOS

MODEL = Path(__file__).parent.parent / "docs" / "model.md"
FORMS = [form for each in TERMS for form in (each.term, *each.also)]
NAMES = {name for each in TERMS for name in each.of}
HEADINGS = {"sums", "steps", "ties", "busy", "chance", "addresses", "bold", "booking", "ledger"}
"""What the model has in bold and is no word of the vocabulary."""


def vocabulary():
    """The words the model has in bold at first use."""
    bold = re.findall(r"\*\*([^*]+)\*\*", MODEL.read_text(encoding="utf-8"))
    told = {each.strip(".").lower().replace("_", " ") for each in bold}
    return sorted(each for each in told - HEADINGS if len(each.split()) <= 2)


def has(text, form):
    """Whether a text holds a form of the vocabulary as words of its own."""
    return re.search(rf"(?<![\w-]){re.escape(form)}(?![\w-])", text.lower()) is not None


def test_nothing_is_explained_twice():
    assert len(FORMS) == len({form.lower() for form in FORMS})
    names = [name for each in TERMS for name in each.of]
    assert len(names) == len(set(names))
    for one, other in combinations(TERMS, 2):
        alike = difflib.SequenceMatcher(None, one.meaning, other.meaning).ratio()
        assert alike < 0.9, (one.term, other.term)


@pytest.mark.parametrize("each", TERMS, ids=lambda each: each.term)
def test_a_meaning_is_a_sentence_or_two(each):
    assert re.fullmatch(r"[A-Z][^<>{}]*\.", each.meaning)
    assert len(re.findall(r"\.(?: |$)", each.meaning)) <= 2
    assert len(each.meaning) <= 230
    assert "  " not in each.meaning


@pytest.mark.parametrize("each", TERMS, ids=lambda each: each.term)
def test_what_it_is_explained_by_is_explained(each):
    """Every word of the model's vocabulary in a meaning has an entry of its own."""
    used = [word for word in vocabulary() if has(each.meaning, word)]
    assert [word for word in used if not any(word in form.lower() for form in FORMS)] == []


def test_the_vocabulary_of_the_model_is_explained():
    explained = " / ".join(FORMS).lower()
    left = {"closes", "patient", "trust"}
    assert {word for word in vocabulary() if word not in explained} <= left


def test_whatever_the_page_names_is_explained():
    assert set(KEYS) <= NAMES
    assert set(POLICIES) <= NAMES
    assert set(CLASSES) == set(findings.FATES) <= NAMES
    assert set(LEVELS) - {"none"} <= NAMES
    assert set(words.PLAIN) <= NAMES
    assert NAMES & set(OUTCOME_NAMES) == set(words.PLAIN)


@pytest.mark.parametrize("file", sorted(SCENARIOS.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_label_of_a_control_is_explained(file):
    forms = {form.lower() for form in FORMS}
    for control in controls(load(file)):
        assert control.label.lower() in forms, control.label
    assert {each.label.lower() for each in WORDS.values()} <= forms
    assert {label.lower() for label in POLICIES.values()} <= forms


def test_it_is_plain_data_by_the_alphabet():
    told = glossary()
    assert [each["term"] for each in told] == sorted(each.term for each in TERMS)
    assert all(set(each) == {"term", "meaning", "also", "of"} for each in told)


def meaning(term):
    (found,) = [each.meaning for each in TERMS if each.term == term]
    return found


def test_policies_are_told_with_what_stands_above_them():
    assert (
        "except where the scenario never allows an error, stops at a level, or caps the time"
        in meaning("hands off")
    )
    assert "less where the scenario never allows it or caps the time" in meaning("time limit")
    assert "Above every policy stand" in meaning("policy")


def test_what_an_error_teaches_plays_no_part_under_risk_threshold():
    for term in ("permissiveness", "tolerated chance"):
        assert "under risk threshold" in meaning(term)
    assert "supervisors who weigh what an error teaches allow less" in meaning("educational value")
    assert "(for any, where the patient's risk alone decides)" in (WORDS["permissiveness"].help)


def test_an_assumption_may_lean_on_a_source_that_does_not_give_it():
    assert meaning("assumption").startswith(
        "A number that no source gives as such; a note may say what it leans on."
    )


def test_a_mean_latency_is_one_of_rescues_that_got_that_far():
    assert "over the rescues that got that far" in meaning("rescue latency")
