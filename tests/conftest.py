"""What all tests share: where the real extracts lie, and the cities that can be solved by hand."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

_REAL_DATA = Path(os.environ.get("CITY_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


# No test is timed: the first example compiles, and machines differ.
settings.register_profile("plain", deadline=None, max_examples=60)
settings.load_profile("plain")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real map extracts; tests that ask for it are skipped, and say so, where it is not."""
    if not _REAL_DATA.is_dir():
        pytest.skip("the real extracts are not on this machine; set CITY_TEST_DATA to their folder")
    return _REAL_DATA
