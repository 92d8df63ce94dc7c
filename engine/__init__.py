"""The model of leeway and the engines that run it.

import engine
scenario = engine.load("scenarios/first-intubations.yaml")
bolder = scenario.with_({"supervision.permissiveness": 0.5})
engine.simulate(bolder, seed=0, replications=200).table
"""

from engine.errors import LeewayError, OutputError, ScenarioError
from engine.event_log import Event
from engine.loader import load
from engine.outcomes import OUTCOMES
from engine.policies import Situation
from engine.results import Result
from engine.run import events, simulate, simulate_all
from engine.scenario import Scenario

__all__ = [
    "OUTCOMES",
    "Event",
    "LeewayError",
    "OutputError",
    "Result",
    "Scenario",
    "ScenarioError",
    "Situation",
    "events",
    "load",
    "simulate",
    "simulate_all",
]
