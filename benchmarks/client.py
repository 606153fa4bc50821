"""A visitor without a browser: speaks the protocol of Streamlit's own front end, to be many at once."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from time import perf_counter

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

_WIDGETS = ("selectbox", "button_group", "button", "text_area", "text_input", "checkbox", "date_input")
_REFUSED = ("exception",)
_EVENTS = "$$STREAMLIT_INTERNAL_KEY_{}__events"  # under which a component's events reach the server


@dataclass(frozen=True)
class Widget:
    """A control of the page as it stands: its id, the fragment it reruns, what can be chosen, a component's data."""

    id: str
    kind: str
    fragment: str
    options: tuple[str, ...]
    data: str = ""


@dataclass
class Client:
    """
    One visitor.

    Attributes
    ----------
    widgets
        By the key that the page gave them: those of the newest run.
    bytes
        Received so far.
    exceptions
        What the app said went wrong.
    """

    socket: ClientConnection
    widgets: dict[str, Widget] = field(default_factory=dict)
    bytes: int = 0
    exceptions: list[str] = field(default_factory=list)
    _pages: dict[str, str] = field(default_factory=dict)
    _page: str = ""
    _values: dict[str, WidgetState] = field(default_factory=dict)

    @classmethod
    async def open(cls, port: int, *, cookie: str = "") -> Client:
        """A visitor of the app on a port of this machine, with the first page open."""
        headers = {"Cookie": cookie} if cookie else {}
        url = f"ws://127.0.0.1:{port}/_stcore/stream"
        client = cls(await connect(url, subprotocols=["streamlit"], max_size=None, additional_headers=headers))
        await client._run(BackMsg())
        return client

    async def go(self, name: str) -> float:
        """Open the page of a name (that of its file); seconds until it stood."""
        self._page = self._pages[name]
        self._values.clear()
        return await self._run(BackMsg())

    async def choose(self, key: str, option: str) -> float:
        """Choose an option of a list or a row of buttons; seconds until the page stood again."""
        widget = self.widgets[key]
        state = WidgetState(id=widget.id)
        if widget.kind == "button_group":
            state.string_array_value.data.append(option)
        else:
            state.string_value = option
        self._values[widget.id] = state
        return await self._rerun(widget)

    async def type(self, key: str, text: str) -> float:
        """Type into a field and leave it."""
        widget = self.widgets[key]
        self._values[widget.id] = WidgetState(id=widget.id, string_value=text)
        return await self._rerun(widget)

    async def press(self, key: str) -> float:
        """Press a button; seconds until the page stood again."""
        widget = self.widgets[key]
        return await self._rerun(widget, WidgetState(id=widget.id, trigger_value=True))

    async def fire(self, key: str, event: str, value: object) -> float:
        """Send what a component of the page would after a click in it; seconds until the page stood again."""
        widget = self.widgets[key]
        told = json.dumps([{"event": event, "value": value}])
        return await self._rerun(widget, WidgetState(id=_EVENTS.format(widget.id), json_trigger_value=told))

    async def close(self) -> None:
        """Leave."""
        await self.socket.close()

    async def _rerun(self, widget: Widget, *once: WidgetState) -> float:
        message = BackMsg()
        message.rerun_script.fragment_id = widget.fragment
        message.rerun_script.widget_states.widgets.extend([*self._values.values(), *once])
        return await self._run(message)

    async def _run(self, message: BackMsg) -> float:
        message.rerun_script.page_script_hash = self._page
        start = perf_counter()
        await self.socket.send(message.SerializeToString())
        found: dict[str, Widget] = {}
        while True:
            data = await self.socket.recv()
            self.bytes += len(data)
            told = ForwardMsg.FromString(data)
            kind = told.WhichOneof("type")
            if kind == "navigation":
                self._pages = {page.page_name: page.page_script_hash for page in told.navigation.app_pages}
            elif kind == "new_session" and not self._page:
                self._page = told.new_session.page_script_hash
            elif kind == "delta":
                self._take(told, found)
            elif kind == "script_finished":
                whole = told.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
                part = message.rerun_script.fragment_id
                rest = {key: widget for key, widget in self.widgets.items() if widget.fragment != part}
                self.widgets = found if whole else {**rest, **found}
                return perf_counter() - start

    def _take(self, told: ForwardMsg, found: dict[str, Widget]) -> None:
        element = told.delta.new_element
        kind = element.WhichOneof("type")
        if kind in _REFUSED:
            self.exceptions.append(element.exception.message)
        if kind in (*_WIDGETS, "bidi_component"):
            body = getattr(element, kind)
            options = [getattr(option, "content", option) for option in getattr(body, "options", ())]
            key = body.id.split("-", 2)[-1]
            data = body.json or body.mixed.json if kind == "bidi_component" else ""
            found[key] = Widget(body.id, kind, told.delta.fragment_id, tuple(options), data)

