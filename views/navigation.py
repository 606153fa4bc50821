"""Which pages each role sees. What they may do there is asked of the store all the same."""

from collections.abc import Mapping

from store.access import COMMAND, DISTRICT, PLANNER, UNIT, WALL

_ALL = (COMMAND, DISTRICT, UNIT, PLANNER)
_STAFF = (COMMAND, DISTRICT, PLANNER)
SEEN_BY: Mapping[str, tuple[str, ...]] = {
    "coverage": _STAFF,
    "siting": _STAFF,
    "orders": _ALL,
    "mock": _STAFF,
    "wall": (COMMAND, WALL),
    "briefing": (COMMAND, PLANNER),
    "import_data": (COMMAND, PLANNER),
    "standards": _ALL,
    "people": (COMMAND,),
}
"""Page -> roles. A unit has its orders and the standards they go by; the wall has the one page it was made for."""


def seen(pages: Mapping[str, str], role: str | None) -> dict[str, str]:
    """
    The pages that a role sees, in their order; for nobody all of them, so that no address is unknown.

    Parameters
    ----------
    pages
        The navigation: name -> file.
    role
        Of the acting person; None for nobody.
    """
    return {name: file for name, file in pages.items() if role is None or role in SEEN_BY[name]}
