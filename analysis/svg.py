"""A figure's SVG made fit to stand inside a page: no styles, no names that clash, nothing foreign.

A page's content security policy allows no inline styles, so each style property becomes the
attribute of the same name; ids get a prefix, so that figures of one page don't share them.
"""

import re
from xml.etree import ElementTree

DROPPED = ("metadata", "style", "title")
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
    return {key: re.sub(r"url\(#", f"url(#{prefix}", value) for key, value in kept.items()}
