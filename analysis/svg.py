"""A figure's SVG made fit to stand inside a page: no styles, no names that clash, nothing foreign.

Coordinates are rounded to a hundredth of a point, and dots drawn as arcs: nobody sees it, and the
page is half as long.

A page's content security policy allows no inline styles, so each style property becomes the
attribute of the same name; ids get a prefix, so that figures of one page don't share them.
"""

import re
from xml.etree import ElementTree

DROPPED = ("metadata", "style", "title")
COORDINATES = frozenset({"d", "x", "y", "transform"})
LONG = re.compile(r"-?\d+\.\d{3,}")
_PAIR = r"(-?[\d.]+) (-?[\d.]+)"
DOT = re.compile(rf"M {_PAIR} ((?:C(?: -?[\d.]+){{6}} ){{8}})z")
"""A circle as matplotlib draws one: from its top, eight curves round it."""
# matplotlib's global style rule, as attributes of the root that its elements inherit
INHERITED = {"stroke-linejoin": "round", "stroke-linecap": "butt"}


def inline(text: str, *, name: str, alt: str) -> str:
    """SVG text as an element of a page; `name` is unique on the page, `alt` its alternative text.

    Raises xml.etree.ElementTree.ParseError where the text isn't XML.
    """
    root = ElementTree.fromstring(text)
    for element in list(root.iter()):
        element.tag = bare(element.tag)
        for child in [child for child in element if bare(child.tag) in DROPPED]:
            element.remove(child)
        kept = {bare(key): value for key, value in element.attrib.items()}
        element.attrib.clear()
        element.attrib.update(attributes(kept, prefix=f"{name}-"))
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    root.attrib.update(INHERITED | {"role": "img", "aria-label": alt})
    return ElementTree.tostring(root, encoding="unicode")


def bare(name: str) -> str:
    """A tag or attribute without its namespace."""
    return name.rsplit("}", 1)[-1]


def attributes(given: dict[str, str], prefix: str) -> dict[str, str]:
    """Attributes with the style taken apart and ids prefixed."""
    kept = {key: value for key, value in given.items() if key != "style"}
    for declaration in given.get("style", "").split(";"):
        key, colon, value = declaration.partition(":")
        if colon != "":
            kept[key.strip()] = value.strip()
    if "id" in kept:
        kept["id"] = prefix + kept["id"]
    if kept.get("href", "").startswith("#"):
        kept["href"] = f"#{prefix}{kept['href'][1:]}"
    for key in COORDINATES & kept.keys():
        kept[key] = rounded(kept[key])
    return {
        key: value.replace("url(#", f"url(#{prefix}") if "url(" in value else value
        for key, value in kept.items()
    }


def rounded(numbers: str) -> str:
    """Coordinates with two decimals at most and no line ends; a scale keeps its digits."""
    scale = numbers.find("scale")
    body, rest = (numbers, "") if scale < 0 else (numbers[:scale], numbers[scale:])
    short = LONG.sub(lambda found: f"{float(found.group()):.2f}".rstrip("0").rstrip("."), body)
    short = DOT.sub(arcs, " ".join(short.split()))
    return short + (" " + rest if rest and body.strip() else rest)


def arcs(found: re.Match[str]) -> str:
    """A circle of eight curves as two arcs; what isn't one stays as it is."""
    x, y, curves = found.groups()
    ends = [curve.split()[-2:] for curve in curves.split("C")[1:]]
    if ends[3][0] != x or ends[7] != [x, y]:
        return found.group()
    across = f"{float(y) - float(ends[3][1]):.2f}".rstrip("0").rstrip(".")
    half = f"{float(across) / 2:.3f}".rstrip("0").rstrip(".")
    return f"M{x} {y}a{half} {half} 0 1 0 0 {float(across) * -1:g}a{half} {half} 0 1 0 0 {across}z"
