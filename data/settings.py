"""What an installation may set: each setting a name, a default and a sentence; read-only while the app runs."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import platformdirs

from data.errors import DataError
from texts import say

_APP = "coverage-dashboard"
_PREFIX = "COVERAGE_"


@dataclass(frozen=True)
class Setting:
    """One setting; ``name`` in settings.toml, ``COVERAGE_<NAME>`` in the environment, which wins."""

    name: str
    default: str
    sentence: str


SETTINGS = (
    Setting("data_folder", platformdirs.user_data_dir(_APP, False), "where imported cities and own rule books lie"),
    Setting("cache_folder", platformdirs.user_cache_dir(_APP, False), "what can be fetched or computed again"),
    Setting("city", "", "the imported city that pages open with; empty: the one set on 数据接入, else the demo"),
    Setting("rulebook", "zhoushan-2017", "the rule book that pages open with: the name of a shipped one"),
    Setting("database_url", "", "the base that runs, orders and people are kept in; empty: SQLite in the data folder"),
    Setting("sign_in", "local", "how people sign in: local (accounts), oidc (st.login), proxy (headers)"),
    Setting("oidc_claim", "preferred_username", "which claim of the OIDC provider is the login of an account here"),
    Setting("proxy_secret", "", "what a trusted proxy on another machine sends as X-Coverage-Proxy"),
    Setting("phase", "", "the phase of the rule book that pages open with; empty: by the campaign calendar"),
    Setting("demo_history", "yes", "whether a fresh store is given invented earlier weeks of the demo city; or no"),
    Setting("overpass_url", "", "the Overpass API an import may ask (http://host/api); empty: none"),
    Setting("overpass_timeout_s", "180", "how long one question to the Overpass API may take"),
    Setting("overpass_tries", "4", "how often a question is asked while the Overpass API says that it is busy"),
    Setting("overpass_pause_s", "5", "how long to wait before asking again, doubled every time"),
    Setting("largest_file_mb", "200", "the most that one imported file, or all that a zip unpacks to, may measure"),
)


@cache
def settings() -> Mapping[str, str]:
    """
    The value of every setting by its name: from the environment, else settings.toml, else the default.

    settings.toml lies in the user's configuration folder, or where ``COVERAGE_SETTINGS`` says.

    Raises
    ------
    DataError
        When settings.toml is not TOML, or sets something that is not in ``SETTINGS`` or not a text.
    """
    own = platformdirs.user_config_path(_APP, False) / "settings.toml"
    file = Path(os.environ.get(_PREFIX + "SETTINGS", own))
    given = _read(file) if file.exists() else {}
    known = {setting.name for setting in SETTINGS}
    faults = [say("settings.unknown", file=file.name, name=name) for name in given if name not in known]
    faults += [say("settings.not_text", file=file.name, name=n) for n, v in given.items() if not isinstance(v, str)]
    if faults:
        raise DataError(faults)
    return MappingProxyType(
        {s.name: os.environ.get(_PREFIX + s.name.upper(), given.get(s.name, s.default)) for s in SETTINGS}
    )


def data_folder(part: str) -> Path:
    """The folder ``part`` of the user's data folder, made when it is not there."""
    return _made(Path(settings()["data_folder"]) / part)


def cache_folder(part: str) -> Path:
    """The folder ``part`` of the user's cache folder, made when it is not there."""
    return _made(Path(settings()["cache_folder"]) / part)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _read(file: Path) -> dict:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(say("settings.not_toml", file=file.name, reason=error)) from error
