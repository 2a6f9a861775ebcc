"""Reports room: figures made from what a run has written; no Keras anywhere."""

from resnets.reports.comparison import Ratio, comparison
from resnets.reports.confusion import confusion
from resnets.reports.curves import curves
from resnets.reports.scaling import Panel, scaling

__all__ = ["Panel", "Ratio", "comparison", "confusion", "curves", "scaling"]
