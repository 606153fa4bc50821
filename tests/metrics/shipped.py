"""The rule books that are shipped, each read once."""

from functools import cache

from metrics.rulebook import load_rulebook

BOOKS = ["zhoushan-2017", "campaign-indicators", "index-assessment", "municipal-facilities", "strict-county"]


@cache
def shipped(name):
    return load_rulebook(name)


@cache
def in_phase(name, phase):
    return {rule.id: rule for rule in shipped(name).at(phase)}
