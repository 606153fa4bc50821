"""What a briefing says: taken once from an assessment and what is kept beside it, and laid out by every document."""

from briefing.facts.briefing import Audience, Briefing, Item, Standing, UnitLine, district_part, take, units_within
from briefing.facts.change import Change, Earlier
from briefing.facts.findings_said import paragraphs, sentences
from briefing.facts.orders_told import OrdersTold, UnitOrders
from briefing.facts.plan_told import PlanTold

__all__ = [
    "Audience",
    "Briefing",
    "Change",
    "Earlier",
    "Item",
    "OrdersTold",
    "PlanTold",
    "Standing",
    "UnitLine",
    "UnitOrders",
    "district_part",
    "paragraphs",
    "sentences",
    "take",
    "units_within",
]
