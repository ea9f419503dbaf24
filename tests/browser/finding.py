"""Where the browser tests find what they need: Chromium, the built web part, axe."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "web/node_modules/axe-core/axe.min.js"
BUILT = ROOT / "api/static/app/index.html"


def chromium() -> str | None:
    """The program: the one named by DOUGONG_CHROMIUM, else the system's."""
    named = os.environ.get("DOUGONG_CHROMIUM")
    return (
        named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    )


def missing() -> str | None:
    """What is not there, in a sentence; None where browser tests can run."""
    if find_spec("playwright") is None:
        return "the package playwright is not installed"
    if chromium() is None:
        return "no Chromium: neither DOUGONG_CHROMIUM nor a system package"
    if not BUILT.is_file() or not AXE.is_file():
        return "the web part is not built: make web"
    return None
