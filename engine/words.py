"""Small helpers for sentences about bad input: quoting what was given, guessing what was meant."""

import difflib
from collections.abc import Iterable, Sequence

_SHOWN = 60
_COMPARED = 200  # comparing with more names takes too long


def shown(value: object) -> str:
    """`value` as a scenario file would show it: one line, short, nothing unprintable."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a mapping with the keys " + joined(value, "and") if value else "an empty mapping"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if value else "an empty list"
    if isinstance(value, str):
        return f'"{plain(value)}"'
    if isinstance(value, int) and abs(value) > 10**18:
        return f"a whole number of {value.bit_length()} bits"
    return plain(str(value))


def plain(text: str, *, most: int = _SHOWN) -> str:
    """`text` on one line, cut at `most` characters, with escapes for unprintable ones."""
    start = text[: most + 1]
    safe = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in start
    )
    return safe if len(safe) <= most else safe[: most - 3] + "..."


def joined(words: Iterable[object], last: str) -> str:
    """`a, b or c`: at most twenty words, the rest counted."""
    given = list(words)
    texts = [plain(str(word)) for word in given[:20]]
    if len(given) > 20:
        texts = [*texts[:19], f"{len(given) - 19} more"]
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {last} {texts[-1]}"


def close(word: object, choices: Sequence[str]) -> str | None:
    """The choice that looks most like `word`, or None where nothing looks like it."""
    text = str(word)[:100]
    folded = {choice.casefold().replace("-", "_"): choice for choice in choices[:_COMPARED]}
    wanted = text.casefold().strip().replace("-", "_").replace(" ", "_")
    if wanted in folded:
        return folded[wanted]
    found = difflib.get_close_matches(wanted, list(folded), n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def did_you_mean(word: object, choices: Sequence[str]) -> str | None:
    """`did you mean x?`, or None."""
    guess = close(word, choices)
    return None if guess is None else f"did you mean {plain(guess)}?"
