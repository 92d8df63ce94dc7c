"""What the twin has to say, in sentences that can be read aloud."""

from analysis import episode as episodes
from analysis import parting, story_words, twins_words, words
from analysis.episode import Episode
from analysis.estimate import Estimate
from analysis.parting import JUDGEMENTS, Parting, Side
from analysis.twins import Shown, Twins
from analysis.view.control_words import POLICIES
from analysis.view.places import WEIGHING, own
from engine.event_log import LEVELS, RESOLVERS, Event
from engine.scenario import Scenario

ENDED = {
    "trainee": "the trainee put it right",
    "cued": "the trainee put it right after the cue",
    "safety_net": "somebody else caught it and put it right",
    "supervisor": "the supervisor put it right",
    "backup": "the backup put it right",
    "exhausted": "the harm had run its course",
    "subsided": "it came to nothing more",
}
"""How an episode ended."""

# ---- the two worlds --------------------------------------------------------------------------


def label(one: Scenario, other: Scenario) -> str:
    """A world in a few words: its leeway, and in what else the two supervisors differ."""
    here, there = one.supervision, other.supervision
    told = []
    if here.policy == "time_limit" and here.time_limit is not None:
        told.append(f"time limit {words.duration(here.time_limit)}")
    elif here.policy not in WEIGHING or here.policy != there.policy:
        policy = POLICIES[here.policy]
        told.append(policy[0].lower() + policy[1:])
    if here.policy in WEIGHING:
        told.append(f"permissiveness {words.number(here.permissiveness)}")
    if here.response != there.response:
        latency = own(one, "latency")
        minutes = here.response.standard.median if latency is None else float(latency)
        told.append(f"rescue latency {words.duration(minutes)}")
    return ", ".join(told)


def says(found: Twins, *, same: bool) -> list[str]:
    """What a reader should take away."""
    if found.a.hash == found.b.hash:
        return ["A and B are the same setting, so nothing differs between them."]
    if same:
        runs = words.plural(found.replications, "replication")
        return [
            f"Nothing differs between A and B: no outcome in any of {runs}, and no training case "
            "of those followed. In this scenario the two settings make no difference."
        ]
    if twins_words.too_few(found):
        return twins_words.in_short(found)
    told = [twins_words.harm_now(found)]
    if found.a.independent.cases > 0 and found.b.independent.cases > 0:
        told.append(twins_words.harm_later(found))
    return [*told, twins_words.burden(found)]


SENTENCES = {
    "harm_any": ("Under A there are", "patients harmed per 100 training cases"),
    "independent_harm_any": (
        "In later, independent practice of those who trained under A there are",
        "patients harmed per 100 cases",
    ),
    "experience": ("Under A a trainee ends training with", "cases' worth of experience"),
    "resilience": ("Under A a trainee ends training with", "mistakes lived through (resilience)"),
}
"""How the sentence about an outcome begins, and what is counted."""


def number(found: Twins, name: str, one: Estimate) -> str:
    """The difference of an outcome as a sentence."""
    if name not in SENTENCES:
        return twins_words.burden(found)
    begins, what = SENTENCES[name]
    return f"{begins} {twins_words.more(one, what, 'under B')}."


def cases(followed: int, compared: int, otherwise: int, better_a: int, better_b: int) -> str:
    """How many training cases went otherwise, and for whom."""
    where = "the first replication" if followed == 1 else f"the first {followed} replications"
    if compared == 0:
        return f"In {where} there is no training case that both worlds have."
    of = words.plural(compared, "training case").replace(str(compared), f"{compared:,}")
    if otherwise == 0:
        return f"In {where} none of {of} went otherwise."
    text = f"In {where}, {otherwise:,} of {of} went otherwise"
    if better_a == better_b == 0:
        return f"{text}; in training, no patient came off better under either."
    better, (fewer, other) = patients(better_a, "A"), (better_b, "B")
    if better_b > better_a:
        better, (fewer, other) = patients(better_b, "B"), (better_a, "A")
    return (
        f"{text}: in training, {better} and {fewer if fewer > 0 else 'none'} under {other}. "
        "Later patients aren't followed one by one."
    )


def patients(count: int, name: str) -> str:
    """So many patients better off in a world."""
    return f"{words.plural(count, 'patient')} came off better under {name}"


# ---- one attempt -----------------------------------------------------------------------------


def sentences(shown: Shown) -> list[str]:
    """What made the difference, what came of it, and the moment at which the worlds part."""
    a, b, parted = shown.a, shown.b, shown.parted
    one, other = a.episode(shown.step), b.episode(shown.step)
    if parted is None:
        return [alike(one)]
    told = [f"What made the difference: {cause(a, b, parted)}.", *weighed(a, b, parted)]
    told += effect(a, b, one, other)
    told += [f"{parting.where(a, b, parted)}, the two worlds part."]
    told += parting.first_words(Teller.of(a), Teller.of(b), parted)
    if one is not None and other is not None and shown.step == parted.step:
        more = (
            parting.judged(a, b, parted, one, other),
            parting.ran(a, b, one, other),
            parting.alone(a, b, one, other),
        )
        told += [text for text in more if text]
    return told


def alike(one: Episode | None) -> str:
    """That an attempt went the same way in both worlds, and which."""
    same = "This attempt takes the same course in both worlds"
    if one is None:
        return f"{same}: no error is made in it."
    return f"{same}: {ended(one)} {after(one)}, and {left(one)}."


def effect(a: Side, b: Side, one: Episode | None, other: Episode | None) -> list[str]:
    """How the error ended in either world."""
    if one is None and other is None:
        return []
    if one is None or other is None:
        side, found = (b, other) if one is None else (a, one)
        assert found is not None
        none = a if one is None else b
        return [
            f"Under {side.name}, {ended(found)} {after(found)}, and {left(found)}. Under "
            f"{none.name} there was {'no such error' if none.rows else 'no such case'}."
        ]
    if (one.end.number, one.end.level) == (other.end.number, other.end.level):
        return [
            f"It ended alike: {ended(one)}, {took(one)} after the error under {a.name} and "
            f"{took(other)} under {b.name}, and {left(one)} in both."
        ]
    return [
        f"Under {side.name}, {ended(found)} {after(found)}, and {left(found)}."
        for side, found in ((a, one), (b, other))
    ]


def ended(one: Episode) -> str:
    """How an episode ended: `the trainee put it right`."""
    return ENDED[RESOLVERS[int(one.end.number)]]


def took(one: Episode) -> str:
    """How long an episode lasted."""
    return words.duration(one.end.time - one.start)


def after(one: Episode) -> str:
    """When an episode ended."""
    return f"{took(one)} after the error"


def left(one: Episode) -> str:
    """How an episode left the patient."""
    level = one.end.level
    if level == 0:
        return "the patient was unharmed"
    if LEVELS[level] == "death":
        return "the patient died"
    return f"the patient was left with {story_words.harm_words(level)}"


def end_in_short(one: Episode) -> str:
    """How an episode ended, for a lane of the timeline: `trainee puts it right, no harm`."""
    return how(int(one.end.number), one.end.level)


def how(by: int, level: int) -> str:
    """Who put an error right, and the harm: `supervisor puts it right, mild harm`."""
    harm = "no harm" if level == 0 else story_words.harm_words(level)
    return f"{episodes.END_FLAGS[RESOLVERS[by]]}, {harm}"


class Teller(Side):
    """A side that names the case where the story has it in front of each line."""

    @classmethod
    def of(cls, side: Side) -> "Teller":
        """The same side."""
        return cls(side.name, side.scenario, side.rows)

    def told(self, row: Event) -> str:
        """One of the rows in the words of the story."""
        text = super().told(row)
        return f"the case {text}" if row.kind in ("case_start", "case_close") else text


# ---- what made the difference ----------------------------------------------------------------


ONLY, IN_ONE = " in one world only", " in one world"


def cause(a: Side, b: Side, parted: Parting) -> str:
    """Why the worlds part, in the words of parting.reason, with the worlds named."""
    x, y = parted.rows
    kinds = {row.kind for row in (x, y) if row is not None}
    if kinds == set(JUDGEMENTS):
        assert x is not None
        did = ("stepped in at once", "waited")
        here, there = did if x.kind == "judge_now" else reversed(did)
        return f"the supervisor {here} under {a.name} and {there} under {b.name}"
    text = parting.reason(parted).replace("it was talked", "the case was talked")
    if x is not None and y is not None and x.kind == y.kind == "error":
        return f"the trainee made one error under {a.name} and another under {b.name}"
    if text == parting.REASONS["case_start"]:
        return f"{text} under {a.name} than under {b.name}"
    name = world_meant(a, b, parted, text)
    if text == parting.ONE_ONLY:
        return f"the case is there under {name} only"
    if "or another" in text:
        return f"the trainee made the error under {name} only"
    return text.replace(ONLY, f" under {name} only").replace(IN_ONE, f" under {name}")


def weighed(a: Side, b: Side, parted: Parting) -> list[str]:
    """Whether two judgements differ by what is tolerated or by what is seen."""
    x, y = parted.rows
    policies = {side.scenario.supervision.policy for side in (a, b)}
    if x is None or y is None or {x.kind, y.kind} - set(JUDGEMENTS) or policies - set(WEIGHING):
        return []
    seen, tolerated = (
        parting.close(one, other, parting.TOLERANCE)
        for one, other in ((x.second, y.second), (x.number, y.number))
    )
    if seen == tolerated:
        return []
    if seen:
        return ["Both see the same danger; what differs is how much of it they tolerate."]
    more, less = (a, b) if x.second > y.second else (b, a)
    text = f"Both tolerate the same; under {more.name} the danger looks greater"
    if reckoned(more.scenario) > reckoned(less.scenario):
        text += ", since a rescue takes longer there"
    return [f"{text}."]


def reckoned(scenario: Scenario) -> float:
    """The time a supervisor reckons with until a rescue is done (minutes)."""
    supervision = scenario.supervision
    return supervision.response.standard.median + supervision.fix.standard.median


def world_meant(a: Side, b: Side, parted: Parting, text: str) -> str:
    """Which world the words of parting.reason speak of when they say `in one world`."""
    there = [(row, side.name) for row, side in zip(parted.rows, (a, b), strict=True) if row]
    if {row.kind for row, _ in there} == {"case_close"} and len(there) == 2:
        return next((name for row, name in there if row.number == 1), there[0][1])
    has = min(there, key=lambda one: parting.told_first(one[0]))[1]
    lacks = b.name if has == a.name else a.name
    return lacks if text in (parting.WAITED, parting.REASONS["step_end"]) else has
