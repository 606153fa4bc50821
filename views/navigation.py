"""Which pages each role sees. What they may do there is asked of the store all the same."""

from collections.abc import Mapping

from store.access import RIGHTS


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
    return {name: file for name, file in pages.items() if role is None or role in RIGHTS[name]}
