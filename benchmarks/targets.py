"""What the product promises, beside what was measured."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """A promise: a figure, nan where it was not measured, and the bound it has to keep."""

    name: str
    value: float
    bound: float
    unit: str
    at_least: bool = False
    digits: int = 0

    @property
    def verdict(self) -> str:
        """Whether the promise is kept."""
        if math.isnan(self.value):
            return "not measured"
        kept = self.value >= self.bound if self.at_least else self.value <= self.bound
        return "met" if kept else "missed"

    @property
    def shown(self) -> str:
        """The figure with its unit."""
        return f"{written(self.value, self.digits)} {self.unit}".strip()

    @property
    def asked(self) -> str:
        """The bound with its unit."""
        return f"{'>=' if self.at_least else '<='} {self.bound:g} {self.unit}".strip()


def written(value: float, digits: int = 0) -> str:
    """A figure, or a dash where it was not measured."""
    return "-" if math.isnan(value) else f"{value:.{digits}f}"
