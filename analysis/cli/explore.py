"""`leeway explore`: the page, live in a browser."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from analysis.cli.terminal import Seed, say, tell
from engine import kernel
from engine.errors import LeewayError, Problem, ScenarioError

EXTRA = (
    "leeway explore needs two packages more, the extra web. In a copy of the project: make run, or "
    "pip install -e '.[web]' (once it is published: pip install 'leeway-sim[web]')"
)


def explore(
    scenarios: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[SCENARIO]...",
            show_default=False,
            help="Scenario files (YAML); without any, those of the folder scenarios.",
        ),
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            show_default=False,
            help="Let others in: an address of this machine, or 0.0.0.0 for all of them. "
            "They need the whole URL that is printed. Else only this machine is served.",
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, show_default=False, help="Port; else the first free one from 8000."
        ),
    ] = None,
    seed: Seed = 0,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only print the address, open nothing.")
    ] = False,
) -> None:
    """Explore scenarios in a browser: move a slider, see learning and harm move."""
    try:
        from analysis.explorer import serve, shelf
    except ModuleNotFoundError as error:
        if error.name not in ("starlette", "uvicorn", "h11", "anyio"):
            raise
        raise LeewayError(EXTRA) from error
    books = shelf.named(scenarios or found())
    kernel.tell_if_compiling()
    listening, address = serve.bind(host, port)
    shows = not no_browser and serve.can_show()

    def began() -> None:
        serve.warm_up(books)
        if shows:
            serve.open_browser(address.url)

    for line in greeting(address.url, opened=shows):
        say(line)
    sys.stdout.flush()  # whoever reads it through a pipe waits for the address
    if address.is_public:
        tell(WARNING)
    serve.serve(books, listening, address, began, seed=seed)


WARNING = (
    "Other machines reach this page now, over a connection that isn't encrypted: whoever has the "
    "whole address may use it, and what they ask for is computed here. Use it in a network you "
    "trust, and stop it afterwards."
)


def greeting(url: str, *, opened: bool) -> list[str]:
    """What is said at the start."""
    what = "If no browser has opened, open this address" if opened else "Open this address"
    return [f"{what} (Ctrl-C ends it):", f"  {url}"]


def found() -> list[Path]:
    """The scenarios of this folder, which are named. Raises ScenarioError where there are none."""
    from analysis.explorer import shelf

    paths = shelf.found_here(Path())
    if not paths:
        given = f"no scenario was named, and there is no {shelf.PLACE}/*.yaml here"
        advice = "name one: leeway explore my-scenario.yaml"
        raise ScenarioError([Problem(None, None, None, "", given, "", advice)])
    tell(f"Scenarios of the folder {shelf.PLACE}: {', '.join(path.stem for path in paths)}")
    return paths
