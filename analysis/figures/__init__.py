"""Draws tidy tables; computes nothing but where labels go.

canvas.py        what every figure shares
settings.py      what figures along a setting share
one_run.py       the figures of one run
tradeoff.py      learning against harm; harm now and later; weights; limits
latency_map.py   permissiveness by rescue latency
twins.py         two settings in the same luck
sensitivity.py   what a conclusion hangs on

Each function draws on one matplotlib Axes (its own, unless given one) and returns it; the figure is
`axes.figure`.
"""

from analysis.figures.canvas import (
    BLUE,
    GREEN,
    GREY,
    HARM_STYLE,
    INK,
    LIGHT,
    PURPLE,
    SIZE,
    VERMILLION,
    finish,
    new_axes,
    png,
    settle,
    svg,
    whole,
)
from analysis.figures.latency_map import latency_map
from analysis.figures.one_run import along_settings, dots, learning_against_harm, stacked, timeline
from analysis.figures.sensitivity import indices, tornado
from analysis.figures.tradeoff import acceptability, chance_limits, now_and_later
from analysis.figures.twins import direct_and_busy, twin_timelines

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "HARM_STYLE",
    "INK",
    "LIGHT",
    "PURPLE",
    "SIZE",
    "VERMILLION",
    "acceptability",
    "along_settings",
    "chance_limits",
    "direct_and_busy",
    "dots",
    "finish",
    "indices",
    "latency_map",
    "learning_against_harm",
    "new_axes",
    "now_and_later",
    "png",
    "settle",
    "stacked",
    "svg",
    "timeline",
    "tornado",
    "twin_timelines",
    "whole",
]
