"""Fair timing: candidates and baseline take turns, so that a machine that slows down slows both."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """Seconds per call (median over rounds) and the ratio to the baseline (median of the ratios pair by pair)."""

    name: str
    seconds: float
    ratio: float | None = None


def compare(
    candidates: Mapping[str, Callable[[], object]],
    baseline: str,
    *,
    rounds: int = 15,
    calls: int = 1,
    clock: Callable[[], float] = time.perf_counter,
) -> list[Figure]:
    """Time callables in turn.

    Args:
        candidates: by name; one of them is the baseline.
        baseline: name of the one the others are divided by.
        rounds: how many times each is measured, after one warm-up round.
        calls: calls within one measurement.
        clock: what tells the seconds.
    """
    times: dict[str, list[float]] = {name: [] for name in candidates}
    gc.collect()
    gc.disable()
    try:
        for round_number in range(rounds + 1):
            for name, call in candidates.items():
                start = clock()
                for _ in range(calls):
                    call()
                if round_number:
                    times[name].append((clock() - start) / calls)
    finally:
        gc.enable()
    figures = []
    for name, measured in times.items():
        ratios = [mine / base for mine, base in zip(measured, times[baseline], strict=True)]
        ratio = None if name == baseline else statistics.median(ratios)
        figures.append(Figure(name, statistics.median(measured), ratio))
    return figures


def show(title: str, figures: list[Figure], *, targets: Mapping[str, float] | None = None) -> None:
    """Print figures as a table; a target is printed beside the ratio it is for."""
    print(f"\n{title}")
    for figure in figures:
        ratio = "baseline" if figure.ratio is None else f"{figure.ratio:6.2f} ×"
        target = (targets or {}).get(figure.name)
        wanted = "" if target is None else f"   (target ≤ {target} ×)"
        print(f"  {figure.name:42} {_duration(figure.seconds):>12}   {ratio}{wanted}")


def _duration(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.2f} {unit}"
    return f"{seconds * 1e9:.0f} ns"
