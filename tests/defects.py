"""Single defects that somebody could make by mistake: one textual edit each (tests/planted.py)."""

from typing import NamedTuple


class Defect(NamedTuple):
    """One edit of one file of engine/, and what must catch it: one failed assertion is enough."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    """Files of tests/, or one test of such a file after `::`."""


DEFECTS = (
    # ---- the laws
    Defect(
        "an exponential clock 2 % slow",
        "quantiles.py",
        "return a * -log(1.0 - u)",
        "return 1.02 * a * -log(1.0 - u)",
        ("test_law_quantiles",),
    ),
    Defect(
        "learning curve over half the cases",
        "rules.py",
        "exp(-amount / scale)",
        "exp(-2.0 * amount / scale)",
        ("test_law_rules",),
    ),
    Defect(
        "hard cases easy to recover from",
        "rules.py",
        "return shifted(chance, -difficulty - log(error_odds_ratio) * distress)",
        "return shifted(chance, difficulty - log(error_odds_ratio) * distress)",
        ("test_law_rules",),
    ),
    Defect(
        "penalty counted once, whatever the level",
        "rules.py",
        "-difficulty + level * log(penalty)",
        "-difficulty + (1.0 if level > 0 else 0.0) * log(penalty)",
        ("test_law_rules",),
    ),
    Defect(
        "graver harm tolerated more",
        "rules.py",
        "trust * weight_mild / weight_next",
        "trust * weight_next / weight_mild",
        ("test_law_rules",),
    ),
    Defect(
        "forgetting by a time constant instead of a half-life",
        "rules.py",
        "return exp(-(elapsed_min / half_life_min) * LN2)",
        "return exp(-(elapsed_min / half_life_min))",
        ("test_law_rules",),
    ),
    Defect(
        "luck address without the step",
        "luck.py",
        "np.uint64((step << 32) | occurrence)",
        "np.uint64(occurrence)",
        ("test_law_luck",),
    ),
    # ---- time and order
    Defect(
        "harm after rescue at a tie",
        "timetable.py",
        "    HARM = 0\n",
        "    HARM = 20\n",
        ("test_scene_ties",),
    ),
    Defect(
        "clock by sum",
        "timetable.py",
        "self._push(time, (rank, *place), bell)",
        "self._push(self._now + (time - self._now), (rank, *place), bell)",
        ("test_validation_clock",),
    ),
    Defect(
        "debrief dropped before the assignments of its instant",
        "timetable.py",
        "    ASSIGN = 12  #",
        "    ASSIGN = 14  #",
        ("test_scene_ties",),
    ),
    Defect(
        "horizon included",
        "reference.py",
        "starts >= study.horizon",
        "starts > study.horizon",
        ("test_scene_cases",),
    ),
    # ---- the episode
    Defect(
        "harm 2 % late",
        "episode.py",
        "self.ward.draw(what, self.place, purpose, occurrence) / self.case.fragility",
        "1.02 * self.ward.draw(what, self.place, purpose, occurrence) / self.case.fragility",
        ("test_scene_episode",),
    ),
    Defect(
        "fragility multiplies",
        "episode.py",
        "self.ward.draw(what, self.place, purpose, occurrence) / self.case.fragility",
        "self.ward.draw(what, self.place, purpose, occurrence) * self.case.fragility",
        ("test_validation_oracle",),
    ),
    Defect(
        "hands-on doesn't stop the recovery",
        "episode.py",
        "self._silence(Rank.SAFETY_NET, Rank.RECOVERY)",
        "self._silence(Rank.SAFETY_NET)",
        ("test_validation_oracle",),
    ),
    Defect(
        "alarm though somebody has judged",
        "episode.py",
        "if self._alarming() and (not self.judged or hands_off):",
        "if self._alarming():",
        ("test_scene_notice",),
    ),
    Defect(
        "hands_off judged again",
        "episode.py",
        "            if not hands_off:\n                self.judge()",
        "            self.judge()",
        ("test_scene_notice",),
    ),
    Defect(
        "late noticed counted as prevented",
        "episode.py",
        "at_none if self.level == rules.NONE else events.LATE_NOTICED",
        "at_none",
        ("test_validation_oracle",),
    ),
    Defect(
        "a cue that always works",
        "episode.py",
        "            supervision.cue.works, self.place, Purpose.CUE, self.level\n",
        "            1.0, self.place, Purpose.CUE, self.level\n",
        ("test_scene_notice",),
    ),
    Defect(
        "the try decided by the level at its end",
        "episode.py",
        "                works = self._try_works(number)\n"
        "                yield self._bell(self._fixed_at(self.ward.now, number), Rank.FIX_ENDS)\n",
        "                yield self._bell(self._fixed_at(self.ward.now, number), Rank.FIX_ENDS)\n"
        "                works = self._try_works(number)\n",
        ("test_validation_known_answers::test_the_answer_is_the_known_one[known-13-simpy]",),
    ),
    Defect(
        "every takeover needless where a recovery was coming",
        "episode.py",
        "self.needless = self.recovery_due < self.next_harm_due",
        "self.needless = self.recovery_due < math.inf",
        ("test_validation_oracle",),
    ),
    Defect(
        "full struggle counted under the supervisor's hands",
        "episode.py",
        "if alone or (self.by == events.EXHAUSTED and self.hands_on_at is None):",
        "if alone or self.by == events.EXHAUSTED:",
        ("test_scene_learning",),
    ),
    # ---- judgement
    Defect(
        "W' from t0 instead of b",
        "judgement.py",
        "episode.next_harm_due - episode.reached,",
        "episode.next_harm_due - episode.opened,",
        ("test_scene_judgement",),
    ),
    Defect(
        "the standing level's weight in place of the next one's",
        "judgement.py",
        "world.weights[episode.next_level()]",
        "world.weights[max(episode.level, 1)]",
        ("test_scene_judgement",),
    ),
    # ---- supervisors
    Defect(
        "priority reversed",
        "supervisors.py",
        "(-e.level, e.requested_at, e.place)",
        "(e.level, e.requested_at, e.place)",
        ("test_scene_rescue",),
    ),
    Defect(
        "debrief not resumed",
        "supervisors.py",
        "        debrief.waiting_since = self.ward.now\n        self.debriefs.append(debrief)\n",
        "        debrief.over.succeed(False)\n",
        ("test_scene_debrief",),
    ),
    Defect(
        "a debrief counted that was dropped",
        "supervisors.py",
        "debrief.over.succeed(False)",
        "debrief.over.succeed(True)",
        ("test_scene_debrief",),
    ),
    Defect(
        "a debrief resumed from its beginning",
        "supervisors.py",
        "        debrief.remaining_min = debrief.ends_at - self.ward.now\n",
        "        debrief.remaining_min = debrief.ends_at - debrief.begun_at\n",
        ("test_scene_debrief",),
    ),
    Defect(
        "notices judged by nobody while a debrief runs",
        "supervisors.py",
        "if not self.notices or self.rescuing >= self.on_duty:",
        "if not self.notices or not self._free():",
        ("test_scene_notice",),
    ),
    # ---- trainees
    Defect(
        "distress not decayed",
        "trainee.py",
        "self.distress *= rules.kept(elapsed, self.scenario.distress.half_life)",
        "self.distress *= 1.0",
        ("test_scene_learning",),
    ),
    Defect(
        "learning read in mid-case",
        "trainee.py",
        "            self.task.learning_cases,\n            self.experience,\n",
        "            self.task.learning_cases,\n            self.experience + len(self.done),\n",
        ("test_scene_cases",),
    ),
    Defect(
        "unknown errors debriefed",
        "trainee.py",
        "talked_over = debriefed and episode.known",
        "talked_over = debriefed",
        ("test_scene_learning",),
    ),
    Defect(
        "an error put right earns failure though practice teaches more",
        "trainee.py",
        "if episode.by in (events.TRAINEE, events.CUED) and practice >= failure:",
        "if episode.by == events.CUED and practice >= failure:",
        ("test_scene_learning",),
    ),
    Defect(
        "a grave latent episode doesn't end the attempt",
        "trainee.py",
        "if episode.level >= rules.SEVERE and not self.cut_short:",
        "if episode.level >= rules.SEVERE and not episode.kind.latent and not self.cut_short:",
        ("test_scene_cases",),
    ),
    Defect(
        "nothing learned in independent practice",
        "reference.py",
        "        trainee.book_case(case, debriefed=False)\n",
        "        trainee.book_case\n",
        ("test_scene_independent",),
    ),
    Defect(
        "the luck of training again in independent practice",
        "ward.py",
        "INDEPENDENT if self.independent else 0",
        "0",
        ("test_scene_independent",),
    ),
    # ---- outcomes
    Defect(
        "latency without the queue",
        "trainee.py",
        "book.latency_min += episode.hands_on_at - episode.requested_at",
        "book.latency_min += episode.hands_on_at - episode.assigned_at",
        ("test_scene_outcomes",),
    ),
    Defect(
        "a patient counted at the last level instead of the worst",
        "trainee.py",
        "worst[self.number] = max(worst[self.number], level)",
        "worst[self.number] = level",
        ("test_scene_outcomes",),
    ),
    Defect(
        "0 where there is nothing to divide by",
        "tally.py",
        "return total / number if number != 0 else NOT_DEFINED",
        "return total / number if number != 0 else 0.0",
        ("test_scene_outcomes",),
    ),
    # ---- the compiled engine
    Defect(
        "the kernel's queue reversed",
        "kernel_ward.py",
        "return bool(a.level > b.level)",
        "return bool(a.level < b.level)",
        ("test_engines_agree::test_shipped_scenarios[deteriorating-ward-as it is]",),
    ),
    Defect(
        "the kernel's alarm a level late",
        "kernel_episode.py",
        "if level >= setting.alarm_from and",
        "if level > setting.alarm_from and",
        ("test_engines_agree::test_shipped_scenarios[deteriorating-ward-as it is]",),
    ),
    Defect(
        "the kernel's bound on errors too low",
        "kernel_chance.py",
        "above = max(ratio, 1.0) * _ABOVE",
        "above = max(ratio, 1.0) * 0.9",
        ("test_engines_agree::test_shipped_scenarios[first-intubations-as it is]",),
    ),
    Defect(
        "the kernel's bound on errors kept too long",
        "kernel_chance.py",
        "bound.enough = amount + _AHEAD * scale",
        "bound.enough = amount + 8.0 * _AHEAD * scale",
        ("test_engines_agree::test_shipped_scenarios[first-intubations-as it is]",),
    ),
    Defect(
        "the kernel's backup alone before harm",
        "kernel_alone.py",
        "while tale.harm <= fixed:",
        "while tale.harm <= hands_on:",
        ("test_engines_agree::test_shipped_scenarios[first-intubations-as it is]",),
    ),
)
