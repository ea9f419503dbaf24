"""``dougong …`` as a process of its own, without importing the product for each: a process that has it forks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple


class Done(NamedTuple):
    """The exit code of a command, and what it said, standard output first."""

    code: int
    said: str


def run_command(*arguments: str, environment: Mapping[str, str]) -> Done:
    """Run ``dougong`` with these arguments and this environment."""
    process = _parent()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps([arguments, dict(environment)]) + "\n")
    process.stdin.flush()
    code, out, error = json.loads(process.stdout.readline())
    return Done(code, out + error)


@cache
def _parent() -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.commands"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _serve() -> None:
    """Fork a child for each line that comes in, until there are no more."""
    from api.cli import main  # noqa: PLC0415 - in the process that forks only

    for line in sys.stdin:
        arguments, environment = json.loads(line)
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as error:
            child = os.fork()
            if child == 0:
                for place, end in enumerate((os.open(os.devnull, os.O_RDONLY), out.fileno(), error.fileno())):
                    os.dup2(end, place)
                os.environ.clear()
                os.environ.update(environment)
                sys.argv = ["dougong", *arguments]
                main()
                sys.exit(0)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            out.seek(0)
            error.seek(0)
            print(json.dumps([code, out.read(), error.read()]), flush=True)


if __name__ == "__main__":
    _serve()
