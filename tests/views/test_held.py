"""What is bound in a pop-over is told its value every time, for a pop-over shows first what it was told last."""

from streamlit.testing.v1 import AppTest


def _page() -> None:
    from types import SimpleNamespace

    import streamlit as st

    from views.draft import held

    of = st.session_state.setdefault("of", SimpleNamespace(office="某市指挥部"))
    with st.popover("x"):
        held(st.text_input, "签发单位", of=of, to="office", key="office")


def test_a_held_field_is_told_its_value_in_every_run():
    app = AppTest.from_function(_page).run()
    for _ in range(3):
        app.run()
        assert not app.exception
        told = app.text_input(key="office").proto
        assert told.set_value and told.value == "某市指挥部"
    app.text_input(key="office").input("另一单位").run()
    assert app.session_state["of"].office == "另一单位" and app.text_input(key="office").value == "另一单位"
