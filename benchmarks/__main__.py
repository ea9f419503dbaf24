"""Runs every benchmark, or those named: ``python -m benchmarks [expressions] [check] [publish] [writes] [rescore]``."""

from __future__ import annotations

import platform
import sys

from benchmarks import check, expressions, publish, rescore, writes

BENCHMARKS = {
    "expressions": expressions.run,
    "check": check.run,
    "publish": publish.run,
    "writes": writes.run,
    "rescore": rescore.run,
}


def main(names: list[str]) -> None:
    """Run them in order."""
    print(f"Python {platform.python_version()}, {platform.machine()}")
    for name in names or list(BENCHMARKS):
        BENCHMARKS[name]()


main(sys.argv[1:])
