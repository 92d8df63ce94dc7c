"""The scripts and the style of the view: which files, in what order, and their hashes.

The explorer serves the files, the report holds them inline (so its Content-Security-Policy names
their hashes), and a notebook gets them as one module. Nothing here reads anything but the files
of analysis/static.
"""

import base64
import hashlib
from pathlib import Path

STATIC = Path(__file__).parent.parent / "static"
LIBRARIES = ("vendor/d3.min.js", "vendor/plot.umd.min.js")
HOSTS = ("explorer", "report", "notebook")
FIRST = ("leeway-view-dom.js", "leeway-view-state.js")
"""What the other files of the view use as soon as they are loaded."""
LAST = "leeway-view-app.js"
"""Puts the parts together."""
MAIN_STYLE = "leeway-view.css"
ICON = "leeway-icon.svg"


def view_scripts() -> list[Path]:
    """The files of the view module in loading order, without libraries and host."""
    found = sorted(path.name for path in STATIC.glob("leeway-view-*.js"))
    between = [name for name in found if name not in (*FIRST, LAST)]
    return [STATIC / name for name in (*FIRST, *between, LAST)]


def scripts(host: str) -> list[Path]:
    """Every script of a page in loading order: libraries, view, host.

    host: "explorer", "report" or "notebook". Raises ValueError for another.
    """
    if host not in HOSTS:
        raise ValueError(f"no host {host!r}; there are {', '.join(HOSTS)}")
    libraries = [STATIC / name for name in LIBRARIES]
    return [*libraries, *view_scripts(), STATIC / f"host-{host}.js"]


def styles() -> list[Path]:
    """The files of the style, the main one first."""
    others = sorted(STATIC.glob("leeway-view-*.css"))
    return [STATIC / MAIN_STYLE, *others]


def style() -> str:
    """The text of the style."""
    return "\n".join(text(path) for path in styles())


def text(path: Path) -> str:
    """A file as a page holds it: line ends as \\n, so that its hash is the same everywhere."""
    return path.read_text(encoding="utf-8").replace("\r\n", "\n")


def served() -> dict[str, Path]:
    """What the explorer's page asks for: the name in its address, and the file."""
    files = [*scripts("explorer"), *styles(), STATIC / ICON]
    return {path.relative_to(STATIC).as_posix(): path for path in files}


def csp_hash(content: str) -> str:
    """What a Content-Security-Policy calls an inline script or style: `'sha256-...'`."""
    digest = hashlib.sha256(content.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def script_hashes(host: str) -> list[str]:
    """The hash of each script of a page, in loading order."""
    return [csp_hash(text(path)) for path in scripts(host)]


def style_hash() -> str:
    """The hash of the style."""
    return csp_hash(style())


def esm() -> str:
    """The view as one JavaScript module for a notebook: `export default { render }`.

    The libraries run in a function of their own, with the names hidden by which they would find
    a module loader or set global names: a notebook may have other versions of them in use.
    """
    libraries = "\n;\n".join(text(STATIC / name) for name in LIBRARIES)
    view = "\n;\n".join(text(path) for path in (*view_scripts(), STATIC / "host-notebook.js"))
    return (
        "const libraries = {};\n"
        "(function (globalThis, self, define, module, exports) {\n"
        f"{libraries}\n"
        "}).call(libraries, libraries, libraries);\n"
        "const { d3, Plot } = libraries;\n"
        f"{view}\n"
        "export default { render: globalThis.leewayView.renderInNotebook };\n"
    )
