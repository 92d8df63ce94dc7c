# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # A first look at one ward
#
# *How far may a supervisor let a trainee go wrong, for the learning in it, before a patient pays?*
#
# Supervisors say that they sometimes let a mistake run, because it teaches, and because they can
# still put it right. This page takes one ward apart: who works there, what goes wrong, what becomes
# of it, and what changes if the supervisor steps in sooner or later.
#
# Everything here is simulated, not clinical advice, and most of its numbers are assumptions: the
# last line under each figure says how many.
#
# (Open this file as a notebook: JupyterLab with jupytext, or VS Code.)

# %%
import textwrap

from IPython.display import Image

import engine
from analysis import figures, findings, plans, study

scenario = engine.load("../scenarios/first-intubations.yaml")
print(scenario.title, "\n")
print(textwrap.fill(scenario.description, 90))

# %% [markdown]
# Read it aloud. Could this be your theatre? What is missing?
#
# One number says how far the supervisor lets it go. It is called **permissiveness**: the chance of
# mild harm that a supervisor would run, by own estimate, for an error that teaches as much as an
# error can. 0 allows nothing. Here it is

# %%
print(scenario.supervision.permissiveness)

# %% [markdown]
# ## What happens
#
# Now the whole training is simulated forty times over, and the year of practice that follows it.
# Each of the forty has other patients and other luck; means come with the interval in which they
# lie with 95 % confidence, as far as luck is concerned.

# %%
run = study.run_study(scenario, seed=0, replications=40, engine="kernel")
for group in findings.groups(run):
    print(group.title)
    for what, value in group.rows:
        print(f"    {value:24} {what}")

# %% [markdown]
# Before you look at the next figure, guess: of all the errors, how many does the supervisor stop at
# once? How many are let run? And how many never meet a supervisor's eye?

# %%
pictures = {plan.name: plan for plan in plans.planned(run)}
print(textwrap.fill(pictures["fates"].says, 90))
Image(figures.png(pictures["fates"].axes()), width=620)

# %% [markdown]
# ## One of them, as it happened
#
# Means hide the people. This is one episode out of the thousands: follow it from left to right.

# %%
print(textwrap.fill(pictures["episode"].says, 90))
Image(figures.png(pictures["episode"].axes()), width=860)

# %% [markdown]
# ## Change one number
#
# The same patients, the same luck, but another supervisor. From left to right the supervisor allows
# more. The patients of today pay for it; those of tomorrow gain, because the trainees have met more
# of their own mistakes.

# %%
print(textwrap.fill(pictures["now-and-later"].says, 90))
Image(figures.png(pictures["now-and-later"].axes()), width=620)

# %% [markdown]
# Add up both, each harm by its weight, and there is a setting at which the sum is least. Settings
# that the simulation can't tell from the least are ringed.

# %%
print(textwrap.fill(pictures["total-burden"].says, 90))
Image(figures.png(pictures["total-burden"].axes()), width=620)

# %% [markdown]
# ## For discussion
#
# 1. In the episode above, when would *you* have stepped in? What would the trainee have missed?
# 2. Patients of today are harmed so that patients of tomorrow are not. Who may decide that, and
#    would you tell the patient?
# 3. The weights are an ethical choice: here a death counts twenty times as much as a mild harm.
#    What would you choose? Try `scenario.with_({"harm_weights.mild": 0.2})`.
# 4. Which of the assumed numbers would you want to see measured first?
