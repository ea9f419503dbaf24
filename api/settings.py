"""Settings, from the environment or ``.env`` (CONTRACT.md, "Commands")."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an installation may set; each name is prefixed ``DOUGONG_``.

    Attributes:
        home: the data folder.
        database_url: SQLite inside ``home`` where none is given.
        port: of ``serve``.
        base_url: how people reach it, for links.
        hosts: further names by which people reach it, with commas between.
        proxies: how many proxies stand in front, each adding to X-Forwarded-For; 0 believes no such header.
        file_bytes: of one uploaded file at most.
        uploads_per_hour: of one person.
        secret_key: signs cursors; made in ``home`` where none is given.
    """

    model_config = SettingsConfigDict(env_prefix="DOUGONG_", env_file=".env", extra="ignore")

    home: Path = Path("var")
    database_url: str = ""
    port: int = Field(default=8000, ge=1, le=65_535)
    base_url: str = ""
    hosts: str = ""
    proxies: int = Field(default=0, ge=0, le=10)
    file_bytes: int = Field(default=20 * 2**20, ge=1, le=2**31)
    uploads_per_hour: int = Field(default=600, ge=1, le=1_000_000)
    secret_key: str = ""

    @property
    def address(self) -> str:
        """The URL that links to this installation begin with; never taken from a request."""
        return self.base_url.rstrip("/") or f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> str:
        """The URL of the database; makes the data folder when it is a file in it."""
        if self.database_url:
            return self.database_url
        self.home.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{(self.home / 'dougong.db').resolve()}"
