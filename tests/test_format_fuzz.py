"""No bytes give anything but a scenario or a ScenarioError whose every line can be read."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ScenarioError
from engine.loader import _from_bytes, loads, to_yaml

CASES = Path(__file__).parent / "cases"
VALID = [path.read_bytes() for path in sorted((CASES / "valid").glob("*.yaml"))]
LINES = sorted({line for text in VALID for line in text.splitlines(keepends=True)})
PIECES = st.sampled_from(
    [
        b"", b" ", b"\n", b"\t", b"-", b":", b": ", b"[", b"]", b"{", b"}", b",", b"#", b"&a ",
        b"*a", b"!", b"!!int ", b"|", b">", b"'", b'"', b"%", b"@", b"`", b"?", b"? ", b"<<: ",
        b"---\n", b"...\n", b"never", b"null", b"~", b".inf", b"-.inf", b".nan", b"NO", b"12:30",
        b"1e-3", b"0o17", b"0x1F", b"017", b"1_000", b"-1", b"0", b"1e400", b"true", b"\\", b"\0",
        b"\xff", b"\xc3\xa9", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"5 min", b"5", b"min", b"[#1]",
        b"mild", b"death", b"{}", b"[]", b"fixed", b"{uniform: [1 min, 0 s]}", b"9" * 400,
    ]
)  # fmt: skip


def answered(content: bytes) -> None:
    """Load `content`; what loads must survive being written, what doesn't must be explained."""
    try:
        scenario = _from_bytes(content, "case.yaml")
    except ScenarioError as error:
        problems = error.problems
    else:
        assert loads(to_yaml(scenario)).hash == scenario.hash
        return
    assert problems
    for problem in problems:
        assert problem.file == "case.yaml"
        assert problem.given
        assert problem.allowed
        assert problem.advice
        assert "\n" not in str(problem)
        str(problem).encode()


@given(st.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    answered(content)


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    answered(text.encode("utf-8", "surrogatepass"))


@given(st.lists(st.one_of(PIECES, st.sampled_from(LINES)), max_size=30))
def test_any_pieces_of_a_file(pieces: list[bytes]) -> None:
    answered(b"".join(pieces))


@settings(max_examples=400)
@given(
    st.sampled_from(VALID),
    st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 12), st.one_of(PIECES, st.binary(max_size=3))),
        min_size=1,
        max_size=3,
    ),
)
def test_a_valid_file_with_accidents(
    text: bytes, accidents: list[tuple[float, int, bytes]]
) -> None:
    """Some bytes are overwritten, at a place given as a share of the file's length."""
    for place, length, piece in accidents:
        start = int(place * len(text))
        text = text[:start] + piece + text[start + length :]
    answered(text)


@settings(max_examples=200)
@given(st.sampled_from(VALID), st.randoms(use_true_random=False), st.integers(1, 3))
def test_a_valid_file_with_lines_moved_lost_and_doubled(text: bytes, chance, times: int) -> None:  # type: ignore[no-untyped-def]
    lines = text.splitlines(keepends=True)
    for _ in range(times):
        place, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        what = chance.choice(["lose", "double", "swap"])
        if what == "lose":
            del lines[place]
        elif what == "double":
            lines.insert(other, lines[place])
        else:
            lines[place], lines[other] = lines[other], lines[place]
    answered(b"".join(lines))
