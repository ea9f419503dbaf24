"""Runs every benchmark, or the one named with its options: ``python -m benchmarks [records --rows 1000000]``."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable

from benchmarks import check, expressions, imports, publish, records, rescore, writes

BENCHMARKS: dict[str, Callable[[list[str]], None]] = {
    "expressions": lambda _: expressions.run(),
    "check": lambda _: check.run(),
    "publish": lambda _: publish.run(),
    "writes": lambda _: writes.run(),
    "rescore": lambda _: rescore.run(),
    "imports": imports.run,
    "records": records.run,
}


def main(arguments: list[str]) -> None:
    """Run them in order, or those named; what begins with a dash belongs to the one before it."""
    print(f"Python {platform.python_version()}, {platform.machine()}")
    first = next((number for number, word in enumerate(arguments) if word.startswith("-")), len(arguments))
    for name in arguments[:first] or list(BENCHMARKS):
        BENCHMARKS[name](arguments[first:])


if __name__ == "__main__":
    main(sys.argv[1:])
