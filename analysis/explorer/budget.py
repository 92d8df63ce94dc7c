"""How much a client may ask for: a bucket that fills at a steady rate, and empties as one asks.

Two things are counted: requests, and cases to be simulated. Somebody who moves sliders as fast as
hands can stays far below both; a program that asks without end is told to wait.
"""

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from analysis import study
from engine.errors import Problem, ScenarioError
from engine.run import DEFAULT_ENGINE
from engine.scenario import Scenario

MOST_CASES = 60_000_000
"""Cases that one request may simulate: 5 to 15 seconds of a core."""


@dataclass(frozen=True)
class Allowance:
    """A bucket: how much it holds, and how much comes back per second."""

    most: float
    per_second: float


REQUESTS = Allowance(most=300, per_second=30)
CASES = Allowance(most=2 * MOST_CASES, per_second=4_000_000)
ALONE = Allowance(most=100 * CASES.most, per_second=100 * CASES.per_second)
"""The cases of who is alone with their own machine: more than any machine simulates. One request
has its bound all the same, and so has the number of requests."""
CLIENTS_PER_ADDRESS = 64
"""A class may share one address: together they may ask for as much as twice thirty clients. It is
also all that somebody gets who comes as a new client again and again."""
MOST_BUCKETS = 4096


class Bucket:
    """What is left of an allowance."""

    def __init__(self, allowance: Allowance, now: float) -> None:
        self.allowance = allowance
        self.left = allowance.most
        self.at = now

    def fill(self, now: float) -> None:
        """What has come back since."""
        more = (now - self.at) * self.allowance.per_second
        self.left = min(self.allowance.most, self.left + max(0.0, more))
        self.at = now

    def wait_for(self, amount: float) -> float:
        """Seconds until there is as much; 0 where there is. More than it holds waits for all."""
        missing = min(amount, self.allowance.most) - self.left
        return max(0.0, missing / self.allowance.per_second)


class Budget:
    """The buckets of all clients and addresses, the ones used longest ago forgotten."""

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        requests: Allowance = REQUESTS,
        cases: Allowance = CASES,
        clients_per_address: int = CLIENTS_PER_ADDRESS,
    ) -> None:
        self._clock = clock
        self._one = (requests, cases)
        self._all = tuple(
            Allowance(each.most * clients_per_address, each.per_second * clients_per_address)
            for each in self._one
        )
        self._buckets: OrderedDict[str, tuple[Bucket, ...]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, client: str, address: str, cases: float) -> int:
        """Take one request and so many cases. 0, or whole seconds to wait: then nothing is taken.

        client: who asks; address: where from; several clients may share one.
        """
        now = self._clock()
        amounts = (1.0, cases)
        pairs = [
            *zip(self._of(f"client {client}", self._one, now), amounts, strict=True),
            *zip(self._of(f"address {address}", self._all, now), amounts, strict=True),
        ]
        wait = max(bucket.wait_for(amount) for bucket, amount in pairs)
        if wait > 0:
            return math.ceil(wait)
        for bucket, amount in pairs:
            bucket.left -= amount
        return 0

    def give_back(self, client: str, address: str, cases: float) -> None:
        """Cases that were taken, and not simulated; the request itself still counts."""
        now = self._clock()
        for name, allowances in (
            (f"client {client}", self._one),
            (f"address {address}", self._all),
        ):
            bucket = self._of(name, allowances, now)[1]
            bucket.left = min(bucket.allowance.most, bucket.left + cases)

    def _of(self, name: str, allowances: tuple[Allowance, ...], now: float) -> tuple[Bucket, ...]:
        buckets = self._buckets.get(name)
        if buckets is None:
            buckets = tuple(Bucket(each, now) for each in allowances)
            self._buckets[name] = buckets
        self._buckets.move_to_end(name)
        while len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)
        for bucket in buckets:
            bucket.fill(now)
        return buckets


def cases_of(scenario: Scenario) -> int:
    """Training cases that may start in one replication, and cases of independent practice."""
    return scenario.trainees.count * (scenario.study.cases + scenario.independent.cases)


def replications_of_report(scenario: Scenario) -> int:
    """As many as `leeway run` takes, or fewer where that would be too much work here.

    Raises ScenarioError where even a hundred are.
    """
    each = study.simulations(scenario, 1, curve=True) * cases_of(scenario)
    usual = study.replications_for(DEFAULT_ENGINE)
    fitting = min(usual, MOST_CASES // each)
    check_work(min(usual, 100) * each)
    return fitting


def check_work(cases: int) -> None:
    """Refuse what would take longer than one request may."""
    if cases > MOST_CASES:
        raise ScenarioError(
            [
                Problem(
                    None, None, None, "replications", f"{cases:,} cases would be simulated",
                    f"at most {MOST_CASES:,} are here",
                    "ask for fewer replications, trainees or cases, or use leeway run",
                )
            ]
        )  # fmt: skip
