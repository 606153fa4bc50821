"""What closes a city's gaps with the least, and how that is proved."""

from metrics.plan.offer import Goals, Offer, Required
from metrics.plan.plan import benefit_curve, plan
from metrics.plan.result import CurvePoint, Impossible, Plan, Proposal

__all__ = ["CurvePoint", "Goals", "Impossible", "Offer", "Plan", "Proposal", "Required", "benefit_curve", "plan"]
