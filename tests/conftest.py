"""Settings for all tests: drawn examples are the same in every run, and time decides nothing."""

from hypothesis import settings

settings.register_profile("leeway", deadline=None, derandomize=True, database=None)
settings.load_profile("leeway")
