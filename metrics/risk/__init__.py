"""What the random draw of the on-site assessment would cost, exactly."""

from metrics.risk.risk import Risk, risk
from metrics.risk.spread import Spread

__all__ = ["Risk", "Spread", "risk"]
