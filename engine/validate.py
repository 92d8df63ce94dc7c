"""From plain data to a checked model: every finding at once, variants and evidence included.

Three kinds of checks meet here: each key by its type (pydantic), keys against each other
(engine.checks), and the paths that variants and evidence name. A variant and the ends of a range
are checked by applying them, so that nobody meets their errors in the middle of a study.
"""

from collections.abc import Sequence, Set
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from engine.changes import apply
from engine.checks import cross_findings
from engine.errors import Finding
from engine.evidence import already_explained, check_evidence, too_many
from engine.explain import explain
from engine.nodes import UNSOUND
from engine.shape import filled

M = TypeVar("M", bound=BaseModel)
MOST_VARIANTS = 50
# Explaining compares words and takes time: somebody with more problems mends these first.
MOST_EXPLAINED = 200


def check(model: type[M], raw: Any) -> tuple[M | None, list[Finding]]:
    """The model of `raw`, or None and everything that is wrong with it."""
    content = filled(model, raw)
    instance, found = _read(model, content)
    base = cross_findings(content)
    found += base
    variants, about_variants = _variants(model, content, found, frozenset(base))
    evidence, about_evidence = check_evidence(model, content, found, frozenset(base))
    found = [_as_written(raw, finding) for finding in (*found, *about_variants, *about_evidence)]
    found = [finding for finding in found if _is_news(raw, finding)]
    if instance is None or found:
        return None, found
    return _read(model, content | {"variants": variants, "evidence": evidence})[0], []


def _read(model: type[M], content: Any) -> tuple[M | None, list[Finding]]:
    try:
        return model.model_validate(content), []
    except ValidationError as error:
        errors = error.errors(include_url=False)
        return None, explain(model, errors[:MOST_EXPLAINED])


def _as_written(raw: Any, finding: Finding) -> Finding:
    """The finding with its place as the file has it: a bare quantity has no key `fixed`."""
    here = raw
    for depth, part in enumerate(finding.loc):
        if part == "fixed" and not isinstance(here, dict):
            return finding._replace(loc=finding.loc[:depth])
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            break
    return finding


def _is_news(raw: Any, finding: Finding) -> bool:
    """Whether nothing was said about that place when the text was read."""
    here = raw
    for part in finding.loc:
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            break
    return here is not UNSOUND


def _variants(
    model: type[BaseModel], content: Any, known: Sequence[Finding], between: Set[Finding]
) -> tuple[dict[str, Any], list[Finding]]:
    """The variants in canonical form, and what is wrong with them."""
    variants = content.get("variants") if isinstance(content, dict) else None
    if not isinstance(variants, dict):
        return {}, []
    if len(variants) > MOST_VARIANTS:
        return {}, [too_many("variants", len(variants), MOST_VARIANTS)]
    canonical: dict[str, Any] = {}
    found: list[Finding] = []
    for name, changes in variants.items():
        if not isinstance(changes, dict):
            continue
        applied = apply(model, content, changes, between)
        canonical[name] = applied.values
        found += [
            finding.below(("variants", name) if path is None else ("variants", name, path))
            for path, finding in applied.findings
            if not already_explained(content, path, known)
        ]
    return canonical, found
