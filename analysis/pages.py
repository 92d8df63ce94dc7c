"""What all pages share: the templates, their style, and typography."""

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

TEMPLATES = Path(__file__).parent / "templates"


def fill(template: str, *, styles: tuple[str, ...] = ("report.css",), **values: Any) -> str:
    """A page from its template, with the named styles inside and nothing outside allowed."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=typographic,
    )
    environment.filters["breakable"] = breakable
    style = "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in styles)
    return environment.get_template(template).render(
        style=Markup(style),
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        **values,
    )


def breakable(path: str) -> Markup:
    """A path of a scenario that may go on in a new line after a full stop or a bracket."""
    parts = re.split(r"(?<=[.])|(?<=\])(?!\.|$)", path)
    return Markup("<wbr>").join(escape(part) for part in parts)


def typographic(value: object) -> object:
    """A text of the page with minus signs, and numbers kept on one line with their unit."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    signed = re.sub(r"(?<![\w-])-(?=\d)", "\u2212", value)
    return re.sub(r"(?<=\d) (?=(?:%|s|min|h|d|wk)(?!\w))", "\u00a0", signed)
