"""The ground of a city's map, see `data.sent_ground`."""

from data.sent_ground import STEP_DEG, Ground, ground_of, script_json, steps, to_degrees

__all__ = ["STEP_DEG", "Ground", "ground_of", "script_json", "steps", "to_degrees"]
