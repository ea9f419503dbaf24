"""``dougong serve``."""

from __future__ import annotations

import click
import uvicorn

from api.app import create_app
from api.commands.context import open_database
from api.demo_people import is_loopback, read_password, sign_ins
from api.settings import Settings
from api.transaction import utc_now
from builder.apps import sweep_apps
from runtime.files.contents import FolderStore
from runtime.files.sweeping import sweep_files


def application() -> object:
    """The application as each process makes it, with what runs beside its requests: a worker too."""
    return _application(works=True)


def application_alone() -> object:
    """The same without a worker."""
    return _application(works=False)


def _application(*, works: bool) -> object:
    settings = Settings()
    app = create_app(open_database(settings), settings, in_background=True, works=works)
    app.state.imports.resume()
    return app


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(1, 65_535), help="Port to listen on [default: DOUGONG_PORT or 8000]."
)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="API processes.")
@click.option("--no-worker", is_flag=True, help="Leave what is done after the commit to `dougong worker`.")
def serve(host: str, port: int | None, workers: int, no_worker: bool) -> None:
    """Serve the installed apps, and do what is left for after the commit."""
    settings = Settings()
    engine = open_database(settings)
    for app, outcome in sweep_apps(engine).items():
        click.echo(f"{app}: a publish that was cut off: {outcome}")
    sweep_files(engine, FolderStore(settings.home / "files"), utc_now())
    engine.dispose()
    chosen = port or settings.port
    click.echo(f"Dougong: http://{host}:{chosen}")
    for line in sign_ins(settings):
        click.echo(line)
    if read_password(settings) and not is_loopback(host):
        click.echo(
            f"warning: demo people share one password, and {host} can be reached from outside", err=True
        )
    uvicorn.run(
        f"api.commands.serve:{'application_alone' if no_worker else 'application'}",
        factory=True,
        host=host,
        port=chosen,
        workers=workers,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=75,  # longer than proxies keep a connection: nobody writes into a closed one
        proxy_headers=False,  # api.edge reads them, from as many proxies as DOUGONG_PROXIES says
    )
