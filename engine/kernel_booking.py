"""What a case taught is booked, in the kernel (model, section 6)."""

from typing import Any

from engine.event_log import CUED
from engine.kernel_state import (
    AT_CLOSE,
    DONE,
    KEPT_PER_CASE,
    NOBODY,
    OBSERVED,
    episode_at,
    kept_at,
    kind_at,
    setting_at,
    trainee_at,
    work_at,
)
from engine.parts import part
from engine.rules import (
    MILD,
    NONE,
    distress_gain,
    failure_gain,
    kept,
    resilience_gain,
    step_gain,
)


@part
def bring_to(ward: Any, trainee: Any, now: float, place: int) -> None:
    """Let what was learnt, and distress, decay up to now: AT_START or AT_CLOSE of a case."""
    elapsed = now - trainee.as_of
    if elapsed == 0.0:
        return
    trainee.as_of = now
    setting, kept = setting_at(ward, 0), trainee.row * KEPT_PER_CASE + place
    left = _share(kept_at(ward, kept), elapsed, setting.half_life)
    trainee.practice *= left
    trainee.failure *= left
    trainee.observing *= left
    trainee.resilience *= left
    if trainee.distress != 0.0:
        trainee.distress *= _share(kept_at(ward, kept + 1), elapsed, setting.distress_half_life)


@part
def _share(memo: Any, elapsed: float, half_life: float) -> float:
    if memo.elapsed != elapsed or memo.half_life != half_life:
        memo.elapsed, memo.half_life = elapsed, half_life
        memo.share = kept(elapsed, half_life)
    share: float = memo.share
    return share


@part
def experience(setting: Any, trainee: Any) -> float:
    """E, in cases."""
    total: float = setting.experience + ((trainee.practice + trainee.failure) + trainee.observing)
    return total


@part
def known(episode: Any) -> bool:
    """Whether anybody who could debrief it knows of the error."""
    seen = episode.watched and episode.level > NONE
    return bool(episode.judged or episode.requested or seen)


@part
def book_steps(ward: Any, who: int) -> None:
    """Book the steps of the case; a latent episode still open is left for a later case."""
    trainee, setting = trainee_at(ward, who), setting_at(ward, 0)
    steps = float(setting.draws.steps)
    for step in range(setting.draws.steps):
        slot = work_at(ward, who, step).done
        if slot == DONE:
            book_practice(setting, trainee)
        elif slot == OBSERVED:
            trainee.observing += step_gain(trainee.speed, setting.observing, steps)
        elif slot >= 0:
            if episode_at(ward, slot).by == NOBODY:
                episode_at(ward, slot).left = 1
            else:
                _book_episode(ward, slot)


@part
def book_practice(setting: Any, trainee: Any) -> None:
    """Book a step done without error."""
    steps = float(setting.draws.steps)
    trainee.practice += step_gain(trainee.speed, setting.practice, steps)


@part
def book_carried(ward: Any, who: int) -> None:
    """Book the latent episodes of earlier cases, by case and step."""
    trainee = trainee_at(ward, who)
    slot = trainee.carried
    trainee.carried = NOBODY
    while slot != NOBODY:
        following = episode_at(ward, slot).next
        _book_episode(ward, slot)
        slot = following


@part
def _book_episode(ward: Any, slot: int) -> None:
    """Book what an episode taught, and free its slot."""
    episode = episode_at(ward, slot)
    trainee, setting = trainee_at(ward, episode.trainee), setting_at(ward, 0)
    debriefed = bool(trainee.debriefed and known(episode))
    value, level = kind_at(ward, episode.kind).value, episode.level
    book_lesson(setting, trainee, value, episode.struggle, episode.by, level, debriefed)
    if not ward.alone:
        relief = setting.relief if debriefed else 0.0
        trainee.distress += distress_gain(setting.shock, setting.weight[level], relief)
    episode.next = ward.free
    ward.free = slot


@part
def book_lesson(
    setting: Any, trainee: Any, value: float, struggle: float, by: int, level: int, debriefed: bool
) -> None:
    """Book what an episode added to experience and resilience."""
    steps = float(setting.draws.steps)
    rate = setting.failure_debriefed if debriefed else setting.failure_alone
    practice = step_gain(trainee.speed, setting.practice, steps)
    failure = failure_gain(trainee.speed, value, struggle, rate, steps)
    if by <= CUED and practice >= failure:
        trainee.practice += practice
    else:
        trainee.failure += failure
    if level <= MILD:
        rate = setting.resilience_debriefed if debriefed else setting.resilience_alone
        trainee.resilience += resilience_gain(trainee.speed, struggle, rate)


@part
def carry(ward: Any, slot: int, now: float) -> None:
    """A latent episode has ended after its case: the next case to close takes it in.

    With no case left, all are booked undebriefed once the last one has ended.
    """
    trainee = trainee_at(ward, episode_at(ward, slot).trainee)
    before, after = NOBODY, trainee.carried
    while after != NOBODY and episode_at(ward, after).address < episode_at(ward, slot).address:
        before, after = after, episode_at(ward, after).next
    episode_at(ward, slot).next = after
    if before == NOBODY:
        trainee.carried = slot
    else:
        episode_at(ward, before).next = slot
    if trainee.trained and trainee.latents == 0:
        trainee.debriefed = 0
        bring_to(ward, trainee, now, AT_CLOSE)
        book_carried(ward, episode_at(ward, slot).trainee)
