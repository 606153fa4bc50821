"""人员与权限: accounts, wall links, units that were renamed, the campaign's phases, and who did what."""

from data.errors import DataError
from texts import lookup, say
from views import office, people_accounts, people_audit, people_calendar, people_units, people_walls
from views.notices import show_why
from views.switch import switch

_TABS = {
    "accounts": people_accounts.show_accounts,
    "walls": people_walls.show_walls,
    "units": people_units.show_units,
    "calendar": people_calendar.show_calendar,
    "audit": people_audit.show_audit,
}


def show_page() -> None:
    """The whole page: one of its parts at a time."""
    names = lookup("people.page.tabs")
    part = switch(say("people.page.title"), _TABS, names.get, key="people_part")
    try:
        _TABS[part](office.store(), office.visitor())
    except DataError as error:
        show_why(error.faults)


show_page()
