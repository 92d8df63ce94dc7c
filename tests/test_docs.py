"""What the documents show works: their code, links and commands."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = ["README.md", "docs/policies.md"]
LINKING = [
    *PAGES, "CONTRIBUTING.md", "docs/model.md", "docs/decisions.md", "docs/validation.md",
    "docs/cluster.md", "docs/explorer.md",
]  # fmt: skip


def python_blocks(page):
    return re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_the_code_of_a_page_runs(page, monkeypatch, capsys, tmp_path):
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    (tmp_path / "runs").mkdir()  # which `make run` has made
    monkeypatch.chdir(tmp_path)
    blocks = python_blocks(page)
    assert blocks
    for block in blocks:
        quick = block.replace("replications=40", "replications=3")
        assert quick != block
        exec(compile(quick, page, "exec"), {})
    assert "harm_any" in capsys.readouterr().out


@pytest.mark.parametrize("page", LINKING)
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / page).read_text())
    missing = [
        link
        for link in links
        if not link.startswith("http") and not (ROOT / page).parent.joinpath(link).exists()
    ]
    assert missing == []


def test_the_commands_of_the_readme_exist():
    commands = re.findall(r"^    leeway (\w+)", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert {"run", "check", "trace", "outcomes", "validate"} <= set(commands)
    for command in set(commands):
        done = subprocess.run(
            [Path(sys.executable).parent / "leeway", command, "--help"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert f"leeway {command}" in done.stdout
