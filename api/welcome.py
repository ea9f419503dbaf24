"""The page behind a one-time link, where a person sets a password.

The secret stands behind ``#`` of the address; the script reads it there and sends it in a body. Nothing of it reaches
this page's request, a log, or a Referer.
"""

from __future__ import annotations

from html import escape

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from api.messages import Locale, choose_locale
from runtime.people.passwords import LONGEST, SHORTEST

_TEXTS: dict[Locale, dict[str, str]] = {
    "zh-CN": {
        "title": "设置密码",
        "lead": f"密码至少 {SHORTEST} 个字符，不要用常见的词或您的名字。",
        "first": "新密码",
        "second": "再输入一次",
        "button": "设置密码",
        "differ": "两次输入不一致",
        "done": "密码已设置，现在可以登录了。",
        "gone": "链接无效：已使用或已过期，请向管理员再要一个。",
    },
    "en": {
        "title": "Set your password",
        "lead": f"At least {SHORTEST} characters, no common words and not your name.",
        "first": "New password",
        "second": "Once more",
        "button": "Set password",
        "differ": "The two are not the same",
        "done": "The password is set: you can sign in now.",
        "gone": "This link is not valid: it was used, or it ended. Ask an administrator for another.",
    },
}


def welcome_page(locale: Locale) -> str:
    """The page as HTML."""
    texts = {name: escape(text) for name, text in _TEXTS[locale].items()}
    field = f'type="password" autocomplete="new-password" required maxlength="{LONGEST}"'
    return (
        f'<!doctype html><html lang="{locale}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{texts["title"]}</title><link rel="stylesheet" href="/static/site.css">'
        '<script src="/static/welcome.js" defer></script></head><body><main>'
        f"<h1>{texts['title']}</h1><p class=lead>{texts['lead']}</p>"
        f'<form id="welcome" data-differ="{texts["differ"]}" data-done="{texts["done"]}" data-gone="{texts["gone"]}">'
        f'<p><label>{texts["first"]}<br><input id="first" {field} minlength="{SHORTEST}"></label></p>'
        f'<p><label>{texts["second"]}<br><input id="second" {field}></label></p>'
        f'<p><button>{texts["button"]}</button></p></form><p id="outcome" role="status"></p></main></body></html>'
    )


def add_welcome(app: FastAPI) -> None:
    """Put the page into ``app``."""

    @app.get("/welcome", include_in_schema=False)
    def welcome(request: Request) -> HTMLResponse:
        """Where one-time links lead."""
        locale = choose_locale(request.headers.get("accept-language", ""))
        return HTMLResponse(welcome_page(locale), headers={"Referrer-Policy": "no-referrer"})
