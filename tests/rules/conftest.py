"""Rules are tested with random cases; a slow machine must not fail one for its time alone."""

from hypothesis import settings

settings.register_profile("rules", deadline=None)
settings.load_profile("rules")
