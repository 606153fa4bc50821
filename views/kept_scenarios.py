"""The scenarios of 选址推演 that planners keep: in the store, by city, by whoever acts in this session."""

import re
from collections.abc import Sequence

from data.city import City
from metrics.assessment import city_label
from store.scenarios import LONGEST_NAME, Kept
from texts import say
from views import office

__all__ = ["LONGEST_NAME", "Kept", "drop_scenario", "file_name", "keep_scenario", "kept_scenarios", "read_scenario"]

_UNSAFE = re.compile(r'[\\/:*?"<>|\s.\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+')


def kept_scenarios(city: City) -> Sequence[Kept]:
    """
    All scenarios of a city by name, without their texts.

    Raises
    ------
    StoreError
        As of all functions here: when the store does not answer, or the visitor may not.
    """
    return office.store().scenarios.all(office.visitor(), city_label(city))


def read_scenario(city: City, name: str) -> Kept:
    """A kept scenario with its text; also a `StoreError` when it is gone."""
    return office.store().scenarios.read(office.visitor(), city_label(city), name)


def keep_scenario(city: City, name: str, text: str, *, version: int) -> int:
    """Keep a scenario that was made from this version, 0 for a new one; see `store.scenarios.Scenarios.keep`."""
    return office.store().scenarios.keep(office.visitor(), city_label(city), name, text, version=version)


def drop_scenario(city: City, name: str) -> None:
    """Remove a kept scenario; nothing happens when it is gone already."""
    office.store().scenarios.drop(office.visitor(), city_label(city), name)


def file_name(name: str) -> str:
    """``name`` as it may be the name of a file, without an ending."""
    return _UNSAFE.sub("_", name)[:LONGEST_NAME].strip("_") or say("siting.store.first_name")
