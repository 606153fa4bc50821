"""Maps without a network: every script and style sheet of folium comes from this app itself."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import folium
import streamlit as st
from branca.element import Element, MacroElement
from folium.elements import JSCSSMixin
from folium.template import Template

# The part of a map -> its files under static/vendor. jquery is what folium builds pop-ups with; the rest that
# folium.Map asks for (bootstrap, awesome markers and their fonts) serves only icons that this app does not draw.
_SCRIPTS: dict[type[JSCSSMixin], list[tuple[str, str]]] = {
    folium.Map: [("leaflet", "leaflet/leaflet.js"), ("jquery", "jquery/jquery.min.js")],
}
_STYLES: dict[type[JSCSSMixin], list[tuple[str, str]]] = {
    folium.Map: [("leaflet_css", "leaflet/leaflet.css")],
}


class Literal(Element):
    """A piece of a page as it stands; branca's own ``Element`` compiles each as a template, the map's data too."""

    def __init__(self, text: str):
        super().__init__()
        self.text = text

    def render(self, **kwargs) -> str:
        """The text."""
        return self.text


class LiteralParts(MacroElement):
    """As ``MacroElement``, but what its template says is put into the page as it stands."""

    def render(self, **kwargs) -> None:
        """Put its parts, and those of what hangs on it, into the page."""
        figure = self.get_root()
        for name in ("header", "html", "script"):
            macro = getattr(self._template.module, name, None)
            if macro is not None:
                getattr(figure, name).add_child(Literal(macro(self, kwargs)), name=self.get_name())
        for element in self._children.values():
            element.render(**kwargs)


class _Map(folium.Map, LiteralParts):
    pass


class Layer(folium.FeatureGroup, LiteralParts):
    """``folium.FeatureGroup`` with `LiteralParts`."""


class _LocalIcons(LiteralParts):
    """Leaflet's marker pictures from this app, and no flag in the corner of the map."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            L.Icon.Default.imagePath = {{ this.image_path|tojson }};
            if ({{ this._parent.get_name() }}.attributionControl) {
                {{ this._parent.get_name() }}.attributionControl.setPrefix(false);
            }
        {% endmacro %}
        """
    )

    def __init__(self, image_path: str):
        super().__init__()
        self._name = "LocalIcons"
        self.image_path = image_path


def serve_assets_locally() -> None:
    """
    Point folium's maps and the plugins in use to the files that this app serves; to be called once, at app start.

    The addresses begin with ``server.baseUrlPath``, so they hold behind a proxy too. Calling it again is harmless.
    """
    for part, files in _SCRIPTS.items():
        part.default_js = [(name, asset_url(path)) for name, path in files]
    for part, files in _STYLES.items():
        part.default_css = [(name, asset_url(path)) for name, path in files]


def asset_url(path: str) -> str:
    """The address, without host, under which the app serves ``static/vendor/<path>``."""
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{'/' + base if base else ''}/app/static/vendor/{path}"


def plain_map(**options) -> folium.Map:
    """
    An empty ``folium.Map``, soon rendered, that asks no other host for anything.

    Parameters
    ----------
    options
        As for ``folium.Map``; ``tiles`` is None unless given (a tile server is a setting of the city's own).
    """
    serve_assets_locally()
    bare = _Map(**{"tiles": None, **options})
    bare.add_child(_LocalIcons(asset_url("leaflet/images/")))
    return bare


def outside_links(parts: Iterator[type[JSCSSMixin]] | None = None) -> dict[str, list[str]]:
    """
    Which parts of folium would still ask another host.

    Parameters
    ----------
    parts
        Classes to look at; all subclasses of ``JSCSSMixin`` unless given.

    Returns
    -------
    dict
        Class name -> addresses with a host, only classes that have any.
    """
    found = {}
    for part in parts if parts is not None else _subclasses(JSCSSMixin):
        links = [url for _, url in [*part.default_js, *part.default_css] if urlsplit(url).netloc]
        if links:
            found[part.__name__] = links
    return found


def _subclasses(parent: type) -> Iterator[type]:
    for child in parent.__subclasses__():
        yield child
        yield from _subclasses(child)
