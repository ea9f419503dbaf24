"""The plain page at ``/`` where the web part was not built: what is missing. It names no app."""

from __future__ import annotations

from collections.abc import Mapping

from api.messages import Locale

_TEXTS: Mapping[Locale, Mapping[str, str]] = {
    "zh-CN": {
        "title": "斗拱",
        "other_name": "Dougong",
        "lead": "网页部分尚未构建。在项目文件夹中运行下面的命令，然后刷新本页：",
        "rest": "程序接口照常可用：",
    },
    "en": {
        "title": "Dougong",
        "other_name": "斗拱",
        "lead": "The web part has not been built. Run this in the project's folder, then reload the page:",
        "rest": "Programs are served as usual:",
    },
}


def plain_page(locale: Locale) -> str:
    """The whole page as HTML."""
    texts = _TEXTS[locale]
    return (
        f'<!doctype html><html lang="{locale}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{texts["title"]}</title><link rel="stylesheet" href="/static/site.css"></head>'
        f"<body><main><h1>{texts['title']}<small>{texts['other_name']}</small></h1>"
        f"<p class=lead>{texts['lead']}</p><p class=empty><code>make web</code></p>"
        f"<p>{texts['rest']} <code>/api/v1/openapi.json</code></p></main></body></html>"
    )
