# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Permissiveness and its price
#
# A supervisor who allows nothing has safe patients, and trainees who never met their own mistakes.
# A supervisor who allows everything has the opposite. In between lies a curve: so much learning for
# so much harm. This page draws the curve of one ward and asks how it should be read.
#
# **Permissiveness** is the chance of mild harm that a supervisor would run, by own estimate, for an
# error that teaches as much as an error can. 0 allows nothing. Simulated, not clinical advice.

# %%
import textwrap

from IPython.display import Image, display

import analysis
import engine

scenario = engine.load("../scenarios/first-intubations.yaml")
tried = [0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2]

# %% [markdown]
# Nine supervisors, the same patients, the same luck: whatever differs between them, permissiveness
# has made. One line simulates them all, two hundred times over.

# %%
result = analysis.sweep(scenario, {"supervision.permissiveness": tried}, replications=200)
shown = ["harm_any", "experience", "resilience", "independent_harm_any", "total_burden"]
display(result.table.groupby("supervision.permissiveness")[shown].mean().round(2))

# %% [markdown]
# ## So much learning for so much harm
#
# Up: what trainees have learned. To the right: what patients paid for it. Before you look, sketch
# the curve: is it straight, or does it bend, and which way?

# %%
curve = analysis.tradeoff(result)
Image(analysis.figures.png(curve.plot()), width=720)

# %% [markdown]
# It bends. The first bit of leeway is cheap, the last is dear. The exchange rate says how dear: how
# many more patients are harmed, per 100 cases, for one further case's worth of experience.

# %%
steps = curve.rates[curve.rates["kind"] == "step"]
display(steps[["from", "to", "rate", "low", "high"]].round(2))

# %% [markdown]
# ## Harm now, harm later
#
# Learning is not wanted for its own sake: it protects the patients who come later. Count their harm
# too, each harm by its weight, and add up.

# %%
Image(analysis.figures.png(curve.plot_burden()), width=720)

# %%
for sentence in curve.says():
    print(textwrap.fill(sentence, 90), "\n")

# %% [markdown]
# A choice that was made by looking at the lowest point flatters itself. So the same settings are
# tried again on fresh luck. Does the choice stand?

# %%
again = curve.confirm()
print("chosen:", again.choice, "  can't be told from the best, on fresh luck:", again.kept)
print("stands" if again.stands else "does not stand")

# %% [markdown]
# ## A limit
#
# A hospital may say: no more than 5 in 100 of these patients may be harmed. That can mean two
# things: that the *expected* harm stays below it, or that *this year's group of residents* stays
# below it. Look at how far apart the two answers lie.

# %%
Image(analysis.figures.png(curve.plot_chance_limits(5)), width=720)

# %% [markdown]
# ## For discussion
#
# 1. Where on the curve do you think you work? Where would your residents put you?
# 2. Is one further case's worth of experience worth one more harmed patient? What if the harm is a
#    fall of oxygen that passes by itself?
# 3. Which of the two limits would you sign? Which one would the hospital's insurer mean?
# 4. The least total burden counts a patient of today like a patient of tomorrow. Do you?
