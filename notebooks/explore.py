# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Play first, then compute
#
# *What happens if the supervisor lets a little more go wrong?*
#
# The page that `leeway explore` opens in a browser works in a notebook, too. Move a slider and the
# curves follow; when you have found something worth a second look, the next cell has it as a
# scenario, and everything else on this shelf works with it: sweeps, trade-offs, twins.
#
# Everything here is simulated, not clinical advice, and most of its numbers are assumptions: the
# page says how many, and its second tab lists them one by one.
#
# (Open this file as a notebook: JupyterLab with jupytext, or VS Code. The page needs the extra
# `notebook`: in a copy of the project `make run` installs it, and so does
# `pip install -e '.[notebook]'`.)

# %%
import textwrap

from IPython.display import Image, display

import analysis
from analysis import figures, findings, plans, study

page = analysis.explore("../scenarios/first-intubations.yaml")
display(page)

# %% [markdown]
# ## A walk around
#
# Take the slider called **permissiveness** and move it with the arrow keys. To the left,
# supervisors step in at once: little harm now, little learning, more harm later, when nobody stands
# beside the former trainee any more. To the right, the other way round. Somewhere between them the
# two together are least, and the page says how sure it is of the place.
#
# Then move the supervisor further away: a longer **rescue latency**. Where is the least now?
#
# At first the page shows a coarse answer, of 16 replications, and refines it while you look. Its
# last answer is of as many replications as `leeway run` has, and holds the same numbers.
#
# ## Hand it over to Python
#
# `page.settings` holds what you have changed; as long as you have touched nothing it is empty, and
# the scenario is the file's. It works in the other direction, too: here we put the supervisor a
# minute away and let them be a little less permissive, and the sliders above follow.

# %%
page.settings = {"permissiveness": "0.1", "latency": "1min"}
found = page.scenario
for path, value in page.changes.items():
    print(f"{path}: {value}")
print(f"\n{page.title}, with {len(page.changes)} changes to the file.")

# %% [markdown]
# ## A closer look at what you found
#
# From here on it is an ordinary scenario. What becomes of errors in it, as `leeway run` would tell:

# %%
run = study.run_study(found, seed=page.seed, replications=40, engine="kernel")
for group in findings.groups(run):
    print(group.title)
    for what, value in group.rows:
        print(f"    {value:24} {what}")

# %%
pictures = {plan.name: plan for plan in plans.planned(run)}
print(textwrap.fill(pictures["fates"].says, 90))
Image(figures.png(pictures["fates"].axes()), width=620)

# %% [markdown]
# Patients of today against patients of tomorrow, with the supervisor a minute away:

# %%
print(textwrap.fill(pictures["now-and-later"].says, 90))
Image(figures.png(pictures["now-and-later"].axes()), width=620)

# %% [markdown]
# ## For discussion
#
# 1. Before you moved the slider: where did you expect the least harm, now and later together? What
#    made the difference between your guess and the curve?
# 2. Whose minute is it? Name three things in your own department that make a supervisor slower, and
#    try what each would cost.
# 3. Choose *pessimistic* learning. How much of what you found is left? Would you still defend it in
#    front of colleagues who doubt that errors teach?
# 4. Which two settings would you show to a colleague, and what should they look at first?
