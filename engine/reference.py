"""The reference engine: one replication, told as SimPy processes. It is the specification.

Read it like the ward: trainees work at their cases (engine.trainee), errors run their course
(engine.episode), supervisors judge them (engine.judgement) and are shared among them
(engine.supervisors). The compiled engine must give the same events and outcomes to the last bit.
"""

from collections.abc import Generator
from typing import Any

from engine.event_log import Event
from engine.luck import Purpose
from engine.policies import Policy
from engine.results import Replicated
from engine.scenario import Scenario
from engine.tally import Books, TraineeBook, fates_table, outcomes
from engine.timetable import Place, Rank
from engine.trainee import Case, Trainee
from engine.ward import Ward, World


def replicate(
    scenario: Scenario,
    *,
    seed: int,
    replication: int,
    policy: Policy | None = None,
    log: list[Event] | None = None,
) -> Replicated:
    """Simulate one replication: outcomes by name, errors by class and harm level, cases started.

    Rows of the event log are appended to `log`, where one is given: training in the order of time,
    then independent practice by trainee and case.
    """
    count = scenario.trainees.count
    books = Books(
        training=[TraineeBook() for _ in range(count)],
        independent=[TraineeBook() for _ in range(count)],
    )
    world = World(scenario, seed, replication, books, policy, log)
    ward = Ward(world, scenario.supervision.supervisors)
    trainees = [Trainee(world, number, ward) for number in range(count)]
    for trainee in trainees:
        ward.timetable.process(_training(ward, trainee))
    ward.timetable.run()
    for trainee in trainees:
        trainee.write_state()
        _independent_practice(world, trainee)
    return (
        outcomes(books, weights=world.weights, supervisors=scenario.supervision.supervisors),
        fates_table(books),
        sum(len(book.worst_by_case) for book in books.training),
    )


def _training(ward: Ward, trainee: Trainee) -> Generator[Any, Any, None]:
    """A trainee's cases, one gap after the other, up to the last or to the horizon."""
    study = ward.scenario.study
    for number in range(study.cases):
        place = Place(trainee.number, number)
        starts = ward.now + ward.draw(study.gap, place, Purpose.GAP)
        if study.horizon is not None and starts >= study.horizon:
            break
        yield ward.timetable.at(starts, Rank.CASE_START, place)
        trainee.bring_to(ward.now)
        case = Case(ward, trainee, number)
        yield from case.attempt()
        debriefed = yield from case.debrief()
        case.close(debriefed)
    trainee.no_case_left = True
    trainee.book_the_rest(ward.now)


def _independent_practice(world: World, trainee: Trainee) -> None:
    """Cases alone, each from clock 0; each is booked at its end, undebriefed, without decay."""
    for number in range(world.scenario.independent.cases):
        ward = Ward(world, None)
        case = Case(ward, trainee, number)
        ward.timetable.process(case.attempt())
        ward.timetable.run()
        trainee.book_case(case, debriefed=False)
