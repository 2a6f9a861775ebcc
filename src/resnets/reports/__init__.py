"""Reports room: figures made from what a run has written; no Keras anywhere."""

from resnets.reports.comparison import Ratio, comparison
from resnets.reports.confusion import confusion
from resnets.reports.curves import curves

__all__ = ["Ratio", "comparison", "confusion", "curves"]
