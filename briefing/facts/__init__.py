"""What a briefing says: taken once from an assessment and what is kept beside it, and laid out by every document."""

from briefing.facts.audience import Audience
from briefing.facts.briefing import Briefing, district_part, take, units_within
from briefing.facts.change import Change, Earlier
from briefing.facts.findings_said import paragraphs, sentences
from briefing.facts.items_told import Item
from briefing.facts.orders_told import OrdersTold, UnitOrders
from briefing.facts.plan_told import PlanTold
from briefing.facts.standing import Standing
from briefing.facts.units_told import UnitLine

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
