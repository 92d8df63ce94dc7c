"""The files of the page: a fixed list, read once when the server starts.

The name in an address is looked up in that list, and never put together to a path.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from analysis.explorer.kept import Body, packed
from analysis.view import bundle

TEMPLATE = Path(__file__).parent.parent / "templates" / "explore.html"
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
ROOT = "/static/"


@dataclass(frozen=True)
class File:
    """What is served at a fixed address."""

    kind: str
    body: Body

    @cached_property
    def etag(self) -> str:
        """The same file has the same tag; worked out once, since every visit asks for it."""
        return f'"{hashlib.sha256(self.body.plain).hexdigest()[:32]}"'


def page() -> File:
    """The page itself: its styles and scripts by their addresses, in loading order."""
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    names = list(bundle.served())
    text = template.render(
        styles=[ROOT + name for name in names if name.endswith(".css")],
        scripts=[ROOT + name for name in names if name.endswith(".js")],
    )
    return File("text/html; charset=utf-8", packed(text.encode()))


def files() -> dict[str, File]:
    """Everything else the page asks for, by its name below ROOT."""
    return {
        name: File(TYPES[path.suffix], packed(bundle.text(path).encode()))
        for name, path in bundle.served().items()
    }
