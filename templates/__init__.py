"""Apps that come with the product: one JSON document each, ``<key>_template.json``, and no code of their own.

The document is the source: read it, change it with any editor that knows ``app.schema.json``, and write it back
in canonical form (``dougong template format FILE``).

``<key>_demo/`` beside it holds people and a year of records for looking around; what is in them is said by
:mod:`builder.demo`, which reads them.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

_ENDING = "_template.json"


class UnknownTemplate(LookupError):
    """No such file, and no packaged template of that name."""


def template_keys() -> tuple[str, ...]:
    """The keys of the packaged templates, sorted, e.g. ``("crm",)``."""
    names = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(_ENDING) for name in names if name.endswith(_ENDING)))


def read_template(key: str) -> bytes:
    """The document of a packaged template, as UTF-8 JSON.

    Raises:
        UnknownTemplate: there is no template of that key.
    """
    if key not in template_keys():
        raise UnknownTemplate(f"no template {key!r}; there are {', '.join(template_keys())}")
    return files(__name__).joinpath(f"{key}{_ENDING}").read_bytes()


def demo_folder(key: str) -> Traversable:
    """The folder with the demo data of a packaged template.

    Raises:
        UnknownTemplate: there is no demo for a template of that key.
    """
    folder = files(__name__).joinpath(f"{key}_demo")
    if key not in template_keys() or not folder.joinpath("manifest.json").is_file():
        raise UnknownTemplate(f"no demo data for a template {key!r}")
    return folder
