"""The demo city and a city that is solved by hand, each judged once."""

import pytest

from data.city import City
from data.demo import demo_city
from metrics.assessment import Assessment, assess
from metrics.rulebook import load_rulebook
from tests.views.small import small_city


@pytest.fixture(scope="session")
def demo() -> tuple[City, Assessment]:
    city = demo_city()
    return city, assess(city, load_rulebook("zhoushan-2017"), "inspection")


@pytest.fixture(scope="session")
def small() -> tuple[City, Assessment]:
    city = small_city()
    return city, assess(city, load_rulebook("zhoushan-2017"), "routine")


def judged(city: City, phase: str = "routine") -> tuple[City, Assessment]:
    """A city with its assessment by the usual book."""
    return city, assess(city, load_rulebook("zhoushan-2017"), phase)
