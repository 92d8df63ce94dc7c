# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # Which assumptions matter?
#
# Nobody has measured most of what these simulations need. Each scenario says so: beside each number
# stands its source, or the word *assumption*, and the range that seems plausible. Is the conclusion
# safe all the same? Move every number within its range, and see what happens to it.
#
# The conclusion put to the test here: **does some leeway do less harm in all than none?** The total
# burden of harm, now and later, as written, minus the same with nothing allowed. Below 0, leeway
# pays. Simulated, not clinical advice.

# %%
import textwrap

from IPython.display import Image

import analysis
import engine
from analysis import sensitivity_page, sensitivity_words

scenario = engine.load("../scenarios/first-intubations.yaml").with_(
    {"supervision.permissiveness": 0.1}
)
statuses = [one.status for one in scenario.inputs()]
print(len(statuses), "inputs,", statuses.count("assumption"), "of them assumptions")

# %% [markdown]
# Before you look: which three numbers would you want to know better? How well residents learn from
# a mistake that was talked over? How fast harm comes? How often the supervisor's rescue works?

# %%
done = analysis.sensitivity(
    scenario,
    "total_burden",
    against={"supervision.permissiveness": 0},
    samples=16,
    replications=12,
    tornado_replications=60,
)

# %% [markdown]
# ## One at a time
#
# Each bar moves one number from the low to the high end of its range and leaves all others as they
# are. Long bars on top. Where a bar crosses 0, that number alone could turn the conclusion round.

# %%
Image(analysis.figures.png(sensitivity_page.tornado(done)), width=860)

# %% [markdown]
# ## All at once
#
# Numbers work together: a slow rescue matters more where harm comes fast. So all of them are moved
# at once, in a plan that lets one tell their effects apart (Sobol's). The dots say what share of
# all the ups and downs goes to which number. The *dummy* is a number that does nothing, and the
# grey band is what luck alone may do: a dot in there may be nothing, too. This is a quick look, so
# the whiskers are long, and shares below 0 or above 1 are noise. With 64 samples they are long
# still; 256 tell a few of the numbers from nothing, and take some minutes.

# %%
Image(analysis.figures.png(sensitivity_page.indices(done)), width=860)

# %%
for sentence in sensitivity_words.sentences(done):
    print(textwrap.fill(sentence, 90), "\n")

# %% [markdown]
# ## The assumption sheet
#
# Every input in one table, those that move the conclusion most on top: what to measure next.

# %%
columns = ["words", "value", "status", "source", "low", "high", "swing"]
done.sheet[columns].head(12).round(3)

# %% [markdown]
# ## For discussion
#
# 1. Were your three among the first? What surprised you?
# 2. Which of the first five could be measured in your hospital, and how?
# 3. A range is an assumption as well. Whose ranges are these, and what would you change?
# 4. If the conclusion hangs on a number that nobody knows, what may one still say aloud?
