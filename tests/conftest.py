"""What all tests share: where the real extracts lie, and the cities that can be solved by hand."""

import os
from pathlib import Path

import pytest

_REAL_DATA = Path(os.environ.get("CITY_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real map extracts; tests that ask for it are skipped, and say so, where it is not."""
    if not _REAL_DATA.is_dir():
        pytest.skip("the real extracts are not on this machine; set CITY_TEST_DATA to their folder")
    return _REAL_DATA
