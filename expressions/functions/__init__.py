"""The registry's entries, one module per family; importing this package fills the registry.

The order of the imports is the order of the reference page.
"""

from __future__ import annotations

from expressions.functions import operators  # isort: skip
from expressions.functions import logic  # isort: skip
from expressions.functions import numbers  # isort: skip
from expressions.functions import text  # isort: skip
from expressions.functions import dates  # isort: skip
from expressions.functions import tables  # isort: skip
from expressions.functions import aggregates  # isort: skip

__all__ = ["aggregates", "dates", "logic", "numbers", "operators", "tables", "text"]
