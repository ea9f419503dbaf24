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
    """

    model_config = SettingsConfigDict(env_prefix="DOUGONG_", env_file=".env", extra="ignore")

    home: Path = Path("var")
    database_url: str = ""
    port: int = Field(default=8000, ge=1, le=65_535)
    base_url: str = ""

    @property
    def database(self) -> str:
        """The URL of the database; makes the data folder when it is a file in it."""
        if self.database_url:
            return self.database_url
        self.home.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{(self.home / 'dougong.db').resolve()}"
