"""Page set-up, sign-in, and the one navigation list; run by ``streamlit run serve.py`` (or ``app.py``)."""

import streamlit as st

from data.errors import DataError
from store.access import WALL
from texts import say
from views import admission, calls, office, state
from views.header import show_header, show_instead
from views.navigation import seen
from views.notices import show_above, show_not_yours, show_notice
from views.offline import serve_assets_locally
from views.sign_in import show_first_password, show_sign_in
from views.theme import apply_theme
from views.whoami import apply_style, show_whoami

PAGES = {
    "coverage": "pages/coverage.py",
    "wall": "pages/wall.py",
    "siting": "pages/siting.py",
    "orders": "pages/orders.py",
    "mock": "pages/mock.py",
    "briefing": "pages/briefing.py",
    "import_data": "pages/import_data.py",
    "standards": "pages/standards.py",
    "people": "pages/people.py",
}

st.set_page_config(page_title=say("shell.title"), layout="wide", initial_sidebar_state="collapsed")
apply_theme()
apply_style()
serve_assets_locally()
calls.prepare_first_page()
stand = admission.standing()
person = stand.person
let_in = person is not None and not person.must_change
on_wall = let_in and person.role == WALL
shown = seen(PAGES, person.role if let_in else None)
entries = [
    st.Page(file, title=say(f"shell.pages.{name}"), default=not on_wall and n == 0)
    for n, (name, file) in enumerate(shown.items())
]
if let_in and not on_wall:  # a link that somebody else passed on leads to a sentence, not to an unknown page
    entries += [
        st.Page(
            lambda name=name: show_not_yours(name),
            title=say(f"shell.pages.{name}"),
            url_path=name,
            visibility="hidden",
        )
        for name in PAGES
        if name not in shown
    ]
if on_wall:  # its link ends in /wall, and the first page has no name in its address
    entries.insert(0, st.Page(lambda: st.switch_page(PAGES["wall"]), title=say("shell.title"), default=True))
page = st.navigation(entries, position="top" if let_in and not on_wall else "hidden")
admission.show_cookie()
if not let_in:
    show_header()
    if person is None:
        show_sign_in(stand)
    else:
        show_first_password(person)
    st.stop()
try:
    meta = calls.current().city.meta
except DataError as error:
    for fault in error.faults:
        show_notice(fault, fault=True)
    st.stop()
if not on_wall:
    named = not office.is_demo(person)
    show_header(meta, office.campaign(), beside_name=named)
    show_instead(state.phase_instead())
    if named:
        show_whoami(person)
show_above(stand.said if stand.down and not on_wall else "")
for sentence in state.take_notices():
    show_notice(sentence)
page.run()
