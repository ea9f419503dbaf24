"""The plain page at ``/`` that lists the installed apps, until the web app takes its place."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from builder.apps import AppCard

TEXTS: Mapping[str, Mapping[str, str]] = {
    "zh-CN": {
        "title": "斗拱",
        "other_name": "Dougong",
        "lead": "本机已安装的应用。每个应用都是一份可导出的元数据文档。",
        "meta": "{key} · 版本 {version} · {entities} 个实体 · {fields} 个字段",
        "empty": "还没有应用。安装 CRM 模板：",
    },
    "en": {
        "title": "Dougong",
        "other_name": "斗拱",
        "lead": "Apps installed here. Each one is a metadata document that can be exported.",
        "meta": "{key} · version {version} · {entities} entities · {fields} fields",
        "empty": "No app yet. Install the CRM template:",
    },
}


def localise(texts: Mapping[str, str], locale: str) -> str:
    """The text in ``locale``, else in Chinese, else the first there is."""
    return texts.get(locale) or texts.get("zh-CN") or next(iter(texts.values()), "")


def _card(app: AppCard, locale: str) -> str:
    meta = TEXTS[locale]["meta"].format(
        key=app.key, version=app.version, entities=len(app.entities), fields=app.field_count
    )
    entities = "".join(f"<li>{escape(localise(label, locale))}</li>" for label in app.entities)
    return (
        f"<li><h2>{escape(localise(app.label, locale))}</h2><p class=meta>{escape(meta)}</p>"
        f"<ul class=entities>{entities}</ul></li>"
    )


def apps_page(apps: list[AppCard], locale: str) -> str:
    """The whole page as HTML; every text of a document is escaped."""
    texts = TEXTS[locale]
    if apps:
        body = f"<ul class=apps>{''.join(_card(app, locale) for app in apps)}</ul>"
    else:
        body = f"<p class=empty>{texts['empty']} <code>dougong template install crm</code></p>"
    return (
        f'<!doctype html><html lang="{locale}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{texts["title"]}</title><link rel="stylesheet" href="/static/site.css"></head>'
        f"<body><main><h1>{texts['title']}<small>{texts['other_name']}</small></h1><p class=lead>{texts['lead']}</p>"
        f"{body}</main></body></html>"
    )
