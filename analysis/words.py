"""Numbers, durations and outcomes in words that can be read aloud."""

import math
from collections.abc import Sequence
from typing import Any

from analysis.estimate import Estimate

SIMULATED = "Simulated, not clinical advice."
MISSING = "none"  # nothing to divide by
LEVELS = ("none", "mild", "moderate", "severe", "death")  # AHRQ Harm Scale v1.2, by number

SPELLED = (
    "none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
)  # fmt: skip
REPLICATION = "a replication is the whole training, and the practice after it, simulated once"

# What the page, the figures and the table call an outcome. `leeway outcomes` has the exact meaning.
PLAIN = {
    "errors": "errors",
    "noticed": "noticed by a supervisor",
    "prevented": "stepped in at first sight (prevented)",
    "allowed": "noticed, and let run (allowed)",
    "late_noticed": "first judged when there was harm already (late noticed)",
    "called": "the trainee called first (called)",
    "unnoticed": "ended, or raised an alarm, before anybody judged it (unnoticed)",
    "self_recovered": "put right by the trainee alone",
    "cue_recovered": "put right by the trainee after a cue",
    "intercepted": "caught by somebody else",
    "taken_over": "put right by a supervisor or the backup",
    "backups": "the backup had to be sent for (no further way to end)",
    "exhausted": "harm ran its course",
    "subsided": "came to nothing more",
    "needless_takeovers": "needless: the trainee was about to put it right",
    "necessary_takeovers": "necessary",
    "late_takeovers": "late: harm came while the supervisor was at it",
    "debriefs": "debriefs held",
    "harm_any": "patients harmed",
    "harm_severe": "patients severely harmed",
    "harm_death": "patients who died",
    "allowed_unharmed": "allowed failures that ended without harm",
    "rescue_latency": "from the request until hands are on the patient",
    "supervisor_busy": "supervisors' time spent rescuing or debriefing",
    "experience": "experience, in cases' worth",
    "resilience": "resilience, in mistakes lived through",
    "error_probability": "chance of an error, in an average step",
    "independent_errors": "errors",
    "independent_harm_any": "patients harmed",
    "independent_harm_severe": "patients severely harmed, or who died",
    "total_burden": "total burden of harm per trainee, now and later",
}


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 case`, `2 cases`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def listed(items: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`; `nothing` for none."""
    if len(items) == 0:
        return "nothing"
    if len(items) == 1:
        return items[0]
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def spelled(count: int) -> str:
    """A small count as a word: `nine`; `13`."""
    return SPELLED[count] if count < len(SPELLED) else str(count)


ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth",
)  # fmt: skip


def ordinal(place: int) -> str:
    """A place counted from 0 as a word: `first` for 0, `twelfth`, `13th`, `22nd`."""
    if place < len(ORDINALS):
        return ORDINALS[place]
    number = place + 1
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"


def attempt(trainee: int, case: int) -> str:
    """Which attempt, from numbers counted from 0: `first trainee, 22nd case`."""
    return f"{ordinal(trainee)} trainee, {ordinal(case)} case"


def day(minutes: float) -> str:
    """On which day a time of training falls: `on day 2`."""
    return f"on day {int(minutes // 1440) + 1}"


def flow(value: Any) -> str:
    """A value of a scenario file as YAML writes it on one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {flow(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(each) for each in value) + "]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def number(value: float, digits: int = 3) -> str:
    """A plain decimal of so many significant digits, never with an exponent."""
    if math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "endless" if value > 0 else "-endless"
    if value == 0:
        return "0"
    decimals = min(12, max(0, digits - 1 - math.floor(math.log10(abs(value)))))
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def aligned(values: Sequence[float], digits: int = 3) -> list[str]:
    """Numbers of a column with the same decimals: so many digits for the largest of them."""
    sizes = [abs(value) for value in values if math.isfinite(value) and value != 0]
    top = max(sizes, default=1.0)
    decimals = min(4, max(0, digits - 1 - math.floor(math.log10(top))))
    return [MISSING if math.isnan(value) else f"{value:.{decimals}f}" for value in values]


def decimals_for(half_width: float) -> int:
    """Decimals that suit an interval of that half width; -1 where it has none.

    They show one significant digit of the half width, or two where it begins with 1 or 2; at
    most 4.
    """
    if math.isnan(half_width) or half_width <= 0:
        return -1
    return min(4, max(0, -math.floor(math.log10(half_width / 3))))


def interval(found: Estimate, *, signed: bool = False, most: int = 12) -> str:
    """`3.62 (3.31 to 3.93)`; the mean alone where nothing is known of the spread.

    most: decimals, unless more are needed to keep an interval that leaves 0 out off 0.
    """
    if math.isnan(found.mean):
        return MISSING
    half = (found.high - found.low) / 2
    decimals = decimals_for(half)
    if decimals < 0 or half < 1e-9 * abs(found.mean):  # no spread, or that of rounding
        mean = number(found.mean)
        return f"+{mean}" if signed and found.mean > 0 else mean
    sign = "+" if signed else ""
    decimals = min(decimals, most)
    decimals += digits_off_zero(found, decimals)
    mean, low, high = (
        unsigned_zero(f"{value:{sign}.{decimals}f}")
        for value in (found.mean, found.low, found.high)
    )
    return f"{mean} ({low} to {high})"


def digits_off_zero(found: Estimate, decimals: int) -> int:
    """How many more decimals keep an interval that leaves 0 out from being read as touching it."""
    nearest = min(abs(found.low), abs(found.high))
    if found.low <= 0 <= found.high:
        return 0
    return next((more for more in range(4) if round(nearest, decimals + more) != 0), 4)


def unsigned_zero(text: str) -> str:
    """The text of a number without a sign before zero."""
    return text.lstrip("+-") if float(text) == 0 else text


def percent(share: float) -> str:
    """A share as a percentage: `20 %`, `1.7 %`, `0.3 %`."""
    return f"{number(100 * share, 2 if abs(share) < 0.1 else 3)} %"


def rough_percent(share: float) -> str:
    """A share as it is said in passing, in whole percent: `14 %`, `less than 1 %`, `all but 1 %`.

    Nothing that happens is said not to, and nothing that has exceptions to be without.
    """
    if 0 < share < 0.005:
        return "less than 1 %"
    if 0.995 <= share < 1:
        return "more than 99 %"
    return f"{100 * share:.0f} %"


def duration(minutes: float) -> str:
    """Minutes in words, in the two largest units that matter: `45 s`, `2 min 5 s`, `3 d 4 h`."""
    if math.isnan(minutes):
        return MISSING
    if math.isinf(minutes):
        return "never"
    seconds = minutes * 60
    if 0 < seconds < 9.5:
        return f"{number(seconds, 1 if seconds < 1 else 2)} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return two_units(whole, 60, "min", 1, "s")
    if whole < 86400 - 30:
        return two_units(60 * round(whole / 60), 3600, "h", 60, "min")
    return two_units(3600 * round(whole / 3600), 86400, "d", 3600, "h")


def two_units(seconds: int, large: int, large_name: str, small: int, small_name: str) -> str:
    """So many seconds in a large and a small unit, the small one left out where it is 0."""
    head, rest = divmod(seconds, large)
    tail = rest // small
    return f"{head} {large_name}" + (f" {tail} {small_name}" if tail > 0 else "")


def clock(minutes: float) -> str:
    """A reading of the clock as `d h:mm:ss`: `0:04:12`, and `2 d 0:04:12` after a day.

    Rounded to the second, as durations are.
    """
    days, seconds = divmod(round(minutes * 60), 86400)
    hours, seconds = divmod(seconds, 3600)
    text = f"{hours}:{seconds // 60:02d}:{seconds % 60:02d}"
    return f"{days} d {text}" if days > 0 else text


def setting(axis: str, value: float) -> str:
    """A setting of the curve as a label: a number for permissiveness, a time for a time limit."""
    return duration(value) if axis == "time_limit" else number(value)


def axis_label(axis: str) -> str:
    """The name of the curve's axis for a reader."""
    return "time limit" if axis == "time_limit" else "permissiveness"
