# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # How fast is fast enough?
#
# *"Whatever you cut, I can fix it,"* is how supervisors who let residents go on put it (Klasen et
# al., BMJ Qual Saf 2020;29:727). But fixing takes somebody who is there. How far may I let them go,
# **given how fast I can be there**?
#
# This page draws a map. Across: how fast a supervisor is there. Up: how far the trainee is let go.
# At each point of the map a whole training is simulated, and the practice after it, always with the
# same patients and the same luck. Simulated, not clinical advice.

# %%
import textwrap

from IPython.display import Image, display

import analysis
import engine

intubations = engine.load("../scenarios/first-intubations.yaml")
settings = [0, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.2, 0.5, 1, 2]
times = ["2 s", "5 s", "30 s", "1 min", "2 min", "5 min", "10 min", "30 min"]

# %% [markdown]
# ## In theatre
#
# A patient is asleep and doesn't breathe; the tube won't go in. Oxygen lasts for some minutes.
# The anaesthetist stands at the resident's elbow: it takes five seconds to take over. What if the
# anaesthetist were next door, or in the canteen?
#
# Draw the line yourself, before you look: from five seconds to half an hour, how far would you let
# them go?

# %%
theatre = analysis.latency_map(
    intubations, permissiveness=settings, responses=times, replications=200
)
Image(analysis.figures.png(theatre.plot()), width=720)

# %% [markdown]
# **How to read it.** The light valley is where least harm adds up, now and later, *for a supervisor
# of that speed*. The dark line follows its floor. Hatched is what can't be told from the floor:
# anything in there may be the best, as far as this simulation can show; where the line is dashed,
# so may stepping in at once. The strip on top says what the floor itself comes to: being slow
# costs, however well one chooses. In words:

# %%
for sentence in theatre.says():
    print(textwrap.fill(sentence, 90), "\n")

# %% [markdown]
# The same as numbers: the best setting for each latency (`response`, in minutes), the outermost
# settings that can't be told from it, and the least total burden with its interval.

# %%
display(
    theatre.ridge[["response", "best", "kept_low", "kept_high", "mean", "low", "high"]].round(3)
)

# %% [markdown]
# The shades of the map are percentages of the floor, and the floor rises to the right: a shade
# stands for more harm there. So look at it both ways, here five seconds and half an hour away. How
# much more burden than at the floor, in percent of it (`share`) and in harm weights per trainee
# (`worse`, with its interval), comes of being too bold?

# %%
far = theatre.field[theatre.field["permissiveness"].isin([0.2, 0.5, 1])]
both = far.assign(response=(60 * far["response"]).round(), share=100 * far["share"])
ends = both[both["response"].isin([5, 1800])]  # seconds
display(ends[["response", "permissiveness", "share", "worse", "worse_low", "worse_high"]].round(2))

# %% [markdown]
# ## At the handover
#
# Another ward, another clock. At the evening handover a junior doctor leaves something out. Harm
# comes in hours, not minutes. Does the line fall here, too?

# %%
handover = analysis.latency_map(
    engine.load("../scenarios/night-handover.yaml"),
    permissiveness=[0, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2],
    responses=["30 s", "2 min", "10 min", "1 h", "4 h"],
    replications=40,
)
Image(analysis.figures.png(handover.plot()), width=720)

# %%
for sentence in handover.says():
    print(textwrap.fill(sentence, 90), "\n")

# %% [markdown]
# Two things can make a line flat. Where harm takes hours, a few minutes more or less are nothing.
# And permissiveness is a *chance of harm*, not a time: a supervisor who knows how slow he is steps
# in earlier for the same chance. The map asks how much chance to run, and the answer need not
# depend on how far away one is, as long as one knows it.
#
# ## For discussion
#
# 1. Where on the first map do you work? Where are you at three in the morning?
# 2. The supervisors here know how fast they are. What happens to one who thinks it is five seconds,
#    and it is five minutes?
# 3. Half an hour away, at the right edge of the first map, the colours fade. In percent of what is
#    going wrong anyway, boldness adds little there. In harm, is it less than five seconds away?
#    Why are fading colours no licence?
# 4. In your ward, what would it cost to be there in half the time, and what would it buy?
