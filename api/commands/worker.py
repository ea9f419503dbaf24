"""``dougong worker``."""

from __future__ import annotations

import signal
import threading
from datetime import timedelta

import click

from api.commands.context import open_database
from api.settings import Settings
from api.transaction import utc_now
from workflows.executors import LEASE
from workflows.worker import Worker


@click.command("worker")
@click.option(
    "--lease",
    type=click.IntRange(3, 600),
    default=int(LEASE.total_seconds()),
    show_default=True,
    help="Seconds of silence after which the work of another worker is taken over.",
)
def work(lease: int) -> None:
    """Do what is left for after the commit: runs of rules, clocks, messages; any number of workers may run."""
    worker = Worker(open_database(Settings()), utc_now, timedelta(seconds=lease), after=0)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker.start()
    stop.wait()
    click.echo("stopping when the jobs in hand are done")
    worker.stop()
