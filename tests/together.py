"""Which tests share one worker process, because what they stand on is dear: a served place, an installed app.

pytest-xdist 3.8 has groups for this, but writes their names into an attribute that pytest 9.2 no longer reads.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

#: Each of these is done by one process, from the beginning to the end; all other tests go to whoever is free.
TOGETHER = (
    "tests/browser/",
    "tests/crash/test_kill.py",
    "tests/builder/demo/test_load.py",
    "tests/runtime/imports/test_vertical.py",
)


class Together(LoadScopeScheduling):  # type: ignore[misc]  # the library has no types that could be seen here
    """Hands out tests one by one, those of :data:`TOGETHER` as one."""

    def _split_scope(self, nodeid: str) -> str:
        return next((each for each in TOGETHER if nodeid.startswith(each)), nodeid)
