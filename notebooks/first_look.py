# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # A first look
#
# How does permissiveness trade harm now against harm later? Load a scenario, change one number, and
# compare on the same luck. Open this file as a notebook (JupyterLab with jupytext, VS Code), or run
# it as a script.

# %%
from pathlib import Path

import engine

here = Path(__file__).parent if "__file__" in globals() else Path.cwd()
scenario = engine.load(here.parent / "scenarios" / "first-intubations.yaml")
print(scenario.title)

# %% [markdown]
# Ten replications each; the same patients, the same errors, three ways of supervising.

# %%
LOOK_AT = ["harm_any", "allowed_unharmed", "resilience", "independent_harm_any", "total_burden"]
tables = {}
for permissiveness in (0.0, 0.2, 1.0):
    changed = scenario.with_({"supervision.permissiveness": permissiveness})
    tables[permissiveness] = engine.simulate(changed, seed=0, replications=10).table
    print(permissiveness, tables[permissiveness][LOOK_AT].mean().round(2).to_dict())

# %% [markdown]
# Shared luck makes differences narrow: compare replication by replication, not mean by mean.

# %%
difference = tables[1.0] - tables[0.2]
print(difference[LOOK_AT].agg(["mean", "sem"]).round(3))

# %% [markdown]
# One replication, event by event.

# %%
for row in engine.events(scenario, seed=0)[:12]:
    print(f"{row.time:8.2f} min  trainee {row.trainee} case {row.case}: {row.kind}")
