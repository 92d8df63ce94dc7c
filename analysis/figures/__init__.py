"""Draws tidy tables; computes nothing but where labels go.

canvas.py    what every figure shares
one_run.py   the figures of one run

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
from analysis.figures.one_run import along_settings, dots, learning_against_harm, stacked, timeline

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
    "along_settings",
    "dots",
    "finish",
    "learning_against_harm",
    "new_axes",
    "png",
    "settle",
    "stacked",
    "svg",
    "timeline",
    "whole",
]
