"""The files of the page: vendored as published, nothing from outside, nothing that runs text."""

import base64
import gzip
import hashlib
import re
from pathlib import Path

import pytest

from analysis.view import bundle

ROOT = Path(__file__).parent.parent
OURS = sorted(
    [*bundle.view_scripts(), *(bundle.STATIC / f"host-{host}.js" for host in bundle.HOSTS)]
)
VENDORED = (ROOT / "analysis/static/vendor", ROOT / "tests/vendor")
MOST_BYTES, MOST_SENT = 700_000, 250_000
URL = re.compile(r"(?:https?:)?//[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)


def rows(folder: Path) -> list[tuple[str, str]]:
    """The files of a folder's README and the hashes that it states."""
    text = (folder / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^\| (\S+) \|.*\| ([0-9a-f]{64}) \|$", text, re.MULTILINE)


@pytest.mark.parametrize("folder", VENDORED, ids=lambda folder: folder.parent.name)
def test_vendored_files_are_those_that_were_published(folder: Path) -> None:
    stated = dict(rows(folder))
    scripts = {path.name for path in folder.glob("*.js")}
    assert scripts == set(stated)
    for name, digest in stated.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


@pytest.mark.parametrize("folder", VENDORED, ids=lambda folder: folder.parent.name)
def test_every_vendored_file_brings_its_licence(folder: Path) -> None:
    for name, _ in rows(folder):
        licence = folder / f"{name.split('.')[0]}.LICENSE"
        assert licence.read_text(encoding="utf-8").strip() != ""


@pytest.mark.parametrize("host", bundle.HOSTS)
def test_the_page_weighs_little(host: str) -> None:
    texts = [bundle.text(path).encode() for path in bundle.scripts(host)]
    texts.append(bundle.style().encode())
    assert sum(len(text) for text in texts) < MOST_BYTES
    assert sum(len(gzip.compress(text)) for text in texts) < MOST_SENT


def test_order_libraries_then_helpers_then_parts_then_app_then_host() -> None:
    names = [path.name for path in bundle.scripts("explorer")]
    assert names[:4] == ["d3.min.js", "plot.umd.min.js", *bundle.FIRST]
    assert names[-2:] == [bundle.LAST, "host-explorer.js"]
    assert len(names) == len(set(names))


def test_every_file_of_the_view_is_in_the_bundle() -> None:
    bundled = {path for host in bundle.HOSTS for path in bundle.scripts(host)}
    assert bundled == {*bundle.STATIC.glob("*.js"), *bundle.STATIC.glob("vendor/*.js")}
    assert set(bundle.styles()) == set(bundle.STATIC.glob("*.css"))


def test_another_host_is_refused() -> None:
    with pytest.raises(ValueError, match="no host 'desktop'; there are explorer, report, notebook"):
        bundle.scripts("desktop")


def test_what_is_served_are_existing_files_below_static() -> None:
    served = bundle.served()
    assert all(path == bundle.STATIC / name and path.is_file() for name, path in served.items())
    assert "host-report.js" not in served
    assert "leeway-view.css" in served


def without_comments(text: str) -> str:
    """A script without its licence comments and its line comments."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"(?m)(?:^|\s)//.*$", "", text)


def test_nothing_names_another_host_but_namespaces() -> None:
    texts = [without_comments(bundle.text(path)) for path in bundle.scripts("explorer")[:2] + OURS]
    found = {address for text in [*texts, bundle.style()] for address in URL.findall(text)}
    assert found <= {"http://www.w3.org"}


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_our_scripts_run_no_text_and_write_no_markup(path: Path) -> None:
    text = bundle.text(path)
    forbidden = (
        r"\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
        r"|setTimeout\(\s*[\"'`]|javascript:|\bimport\(|setAttribute\(\s*[\"']style|XMLHttpRequest"
        r"|localStorage|sessionStorage|document\.cookie|console\.|debugger"
    )
    assert re.findall(forbidden, text) == []


def test_only_the_explorer_s_host_fetches() -> None:
    callers = {
        path.name
        for path in OURS
        if re.search(r"\bfetch\(|WebSocket|sendBeacon", bundle.text(path))
    }
    assert callers == {"host-explorer.js"}


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_our_scripts_are_short_strict_and_alone(path: Path) -> None:
    text = bundle.text(path)
    assert len(text.splitlines()) <= 400
    code = re.sub(r"(?m)^//.*\n", "", text)
    assert code.startswith('(() => {\n  "use strict";\n')
    assert code.endswith("})();\n")


@pytest.mark.parametrize("host", bundle.HOSTS)
def test_scripts_and_style_may_stand_inline(host: str) -> None:
    """An inline script ends at the first end tag, an inline style too, wherever it stands."""
    for path in bundle.scripts(host):
        assert not re.search(r"</script|<!--", bundle.text(path), re.IGNORECASE), path.name
    assert "</style" not in bundle.style().lower()


def test_hashes_are_those_of_the_texts_in_order() -> None:
    stated = bundle.script_hashes("report")
    assert len(stated) == len(bundle.scripts("report"))
    for path, stating in zip(bundle.scripts("report"), stated, strict=True):
        digest = hashlib.sha256(bundle.text(path).encode()).digest()
        assert stating == f"'sha256-{base64.b64encode(digest).decode()}'"
    # the worked example of the Content-Security-Policy recommendation
    known = "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
    assert bundle.csp_hash("alert('Hello, world.');") == known


def test_a_hash_does_not_hang_on_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "x.js"
    path.write_bytes(b"one;\r\ntwo;\n")
    assert bundle.text(path) == "one;\ntwo;\n"


def test_the_style_keeps_to_the_view() -> None:
    """A notebook around the view is left alone: every rule names one of our classes."""
    text = re.sub(r"/\*.*?\*/", "", bundle.style(), flags=re.DOTALL)
    heads = re.findall(r"(?:^|[{}])\s*([^{}@;]+?)\s*\{", text)
    selectors = [one for head in heads for one in re.split(r",(?![^(]*\))", head)]
    assert len(selectors) > 50
    for one in selectors:
        assert re.search(r"\.(leeway|lv|lf)-", one), one


def test_the_module_of_a_notebook_holds_all_and_exports_render() -> None:
    text = bundle.esm()
    for path in (*bundle.view_scripts(), bundle.STATIC / "host-notebook.js"):
        assert bundle.text(path) in text
    assert text.endswith("export default { render: globalThis.leewayView.renderInNotebook };\n")
    assert "host-explorer" not in text


def test_the_explorer_s_page_holds_no_inline_script_or_style() -> None:
    text = (ROOT / "analysis/templates/explore.html").read_text(encoding="utf-8")
    assert re.findall(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=", text) == []
