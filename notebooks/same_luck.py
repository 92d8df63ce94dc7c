# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # The same luck under another supervisor
#
# After a bad night one asks: would it have gone otherwise, had somebody else been on duty? In life
# nobody knows. In a simulation one can have the night again: the same patients, the same errors,
# the same luck, and another supervisor. What differs then, the supervisor has made.
#
# This page sends twins through the same training: under **A** the supervisor is bold, under **B**
# cautious. Simulated, not clinical advice.

# %%
import textwrap

from IPython.display import Image, display

import analysis
import engine
from analysis import twins_report, twins_words

scenario = engine.load("../scenarios/first-intubations.yaml")
bold = {"supervision.permissiveness": 0.5}
cautious = {"supervision.permissiveness": 0.05}

# %%
found = analysis.twins(scenario, bold, cautious, replications=100, followed=30)
for sentence in twins_words.in_short(found):
    print(textwrap.fill(sentence, 90), "\n")

# %% [markdown]
# ## One case, twice
#
# Of all the cases that went otherwise, this is a telling one. Up to the moment the supervisors
# differ, both worlds are the same to the second. Cover the lower half with your hand, and say how
# you think it goes on there.

# %%
pictures = {picture.name: picture for picture in twins_report.pictures(found)}
print(pictures["attempt"].title)
print(textwrap.fill(pictures["attempt"].says, 90))
Image(analysis.figures.png(pictures["attempt"].axes), width=900)

# %% [markdown]
# ## Why cases go otherwise
#
# One early difference makes others: a trainee who has met a mistake makes the next one less often,
# or puts it right. So not only those cases differ in which the two supervisors judged otherwise.
# Where two worlds part, in cases of training, and then in the later practice where nobody watches:

# %%
for period in ("training", "independent"):
    print(period)
    for reason in twins_words.whys(found, period)[:4]:
        print(f"{100 * reason.share:4.0f} %  {reason.why}")

# %%
pairs = found.balance[found.balance["what"].isin(["better_a", "better_b"])]
display(pairs[["period", "what", "mean", "low", "high"]].round(2))

# %% [markdown]
# Per 100 cases: the patients better off under the bold supervisor (`better_a`), and those better
# off under the cautious one (`better_b`). In training nearly all who fare otherwise are better off
# under the cautious one; in later practice it is the other way round. The two columns of people
# never meet.
#
# ## How much of it is that supervisors are busy?
#
# Give every trainee a supervisor of their own, and compare the same twins again. What is left is
# the direct effect; the rest came about since one supervisor can't be in two places.

# %%
print(textwrap.fill(pictures["direct-and-busy"].says, 90))
Image(analysis.figures.png(pictures["direct-and-busy"].axes), width=900)

# %% [markdown]
# ## What sharing luck is worth
#
# Two different groups of patients would differ by chance, too. Twins don't.

# %%
print(textwrap.fill(twins_words.worth_of_pairing(found), 90))

# %% [markdown]
# ## For discussion
#
# 1. In the case above, whom would you rather have had as your supervisor? As your anaesthetist?
# 2. A patient was harmed under A and not under B. Is that the supervisor's fault? What of the one
#    who was harmed under B and not under A?
# 3. A morbidity conference only sees one of the two worlds. What does it therefore miss?
# 4. Try other twins: fast and slow (`supervision.response.lognormal.median`), with a debriefing and
#    without (`debrief.probability`).
