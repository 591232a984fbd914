"""Two versions of a dataset side by side: which past figures moved, and why.

The house's own questions are asked of both. A figure that only one of them has is new
or gone, and not moved.
"""

from __future__ import annotations

from holdfast.comparison.comparing import (
    Comparison,
    Version,
    compare,
    version_label,
)
from holdfast.comparison.figures import shown

__all__ = ["Comparison", "Version", "compare", "shown", "version_label"]
