"""``dougong worker``."""

from __future__ import annotations

import signal
import threading

import click

from api.commands.context import open_database
from api.settings import Settings
from api.transaction import utc_now
from workflows.worker import Worker


@click.command("worker")
def work() -> None:
    """Do what is left for after the commit: runs of rules, clocks, messages; any number of workers may run."""
    worker = Worker(open_database(Settings()), utc_now, after=0)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker.start()
    stop.wait()
    click.echo("stopping when the jobs in hand are done")
    worker.stop()
