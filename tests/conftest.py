"""Settings for all tests."""

from __future__ import annotations

from hypothesis import settings

# Speed is measured in bench/; a busy machine must not fail a test.
settings.register_profile("mocapbridge", deadline=None)
settings.load_profile("mocapbridge")
