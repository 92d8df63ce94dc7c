"""What all pages share: the templates, their style, and typography."""

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

TEMPLATES = Path(__file__).parent / "templates"


def fill(
    template: str,
    *,
    styles: Sequence[str] = ("report.css",),
    more_styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
    **values: Any,
) -> str:
    """A page from its template, with styles and scripts inside and nothing outside allowed.

    styles: names of files beside the template, put into one; more_styles, scripts: texts, each
    an element of its own. `policy` of the template names the hash of each. Raises ValueError for
    a text that would end its element early.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # many commands make no page

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=typographic,
    )
    environment.filters["breakable"] = breakable
    style = "".join(text_of(name) for name in styles)
    sheets = [style, *more_styles]
    for text in (*sheets, *scripts):
        check_inline(text)
    return environment.get_template(template).render(
        style=Markup(style),
        style_hash=digest(style),
        sheets=[Markup(text) for text in sheets],
        scripts=[Markup(text) for text in scripts],
        policy=policy(sheets, scripts),
        **values,
    )


def text_of(name: str) -> str:
    """A file beside the templates, with plain line ends, so that its hash is the same anywhere."""
    return (TEMPLATES / name).read_text(encoding="utf-8").replace("\r\n", "\n")


def digest(text: str) -> str:
    """The SHA-256 of a text, in base64."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def policy(sheets: Sequence[str], scripts: Sequence[str]) -> Markup:
    """The Content-Security-Policy of a page that holds these styles and scripts and no others."""
    styled, scripted = (
        " ".join(f"'sha256-{digest(text)}'" for text in texts) for texts in (sheets, scripts)
    )
    parts = ["default-src 'none'"]
    if scripted:
        parts.append(f"script-src {scripted}")
    parts += [f"style-src {styled}", "base-uri 'none'", "form-action 'none'"]
    return Markup("; ".join(parts))


def check_inline(text: str) -> None:
    """Refuse a style or script that a browser would not read to its end. Raises ValueError."""
    found = re.search(r"</(?:script|style)|<!--", text, re.IGNORECASE)
    if found is not None:
        raise ValueError(f"{found.group()} inside a style or script would end it early")


def as_json(data: object) -> str:
    """Data as JSON that may stand in a script element of a page, whatever texts it holds."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return re.sub("[<>&\u2028\u2029]", lambda found: f"\\u{ord(found.group()):04x}", text)


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
