"""What the public pages say themselves, beside what the app's author wrote, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

#: By key: Chinese, English. ``{word}`` is filled in.
WORDS: Mapping[str, tuple[str, str]] = {
    "submit": ("提交", "Send"),
    "required": ("必填", "needed"),
    "optional_note": ("带 * 的为必填项", "Fields with * are needed"),
    "choose": ("请选择", "Choose"),
    "other_language": ("English", "中文"),
    "trap": ("请勿填写", "Leave this empty"),
    "thanks_title": ("提交成功", "Thank you"),
    "thanks": ("我们已收到您的信息。", "We have received your details."),
    "again": ("再登记一位", "Register someone else"),
    "check": ("请检查 {count} 处标红的内容", "Please look at what is marked: {count}"),
    "privacy": ("您填写的信息仅用于与您联系", "What you enter is used only to get in touch with you"),
    "powered": ("斗拱 Dougong", "Dougong 斗拱"),
    # What can be in the way.
    "expired": (
        "页面打开太久，已为您更新；内容都还在，请再点一次提交",
        "The page was open for long and has been renewed: everything is still there, please send it again",
    ),
    "unknown_field": ("提交的内容里有此表单没有的项", "Something was sent that this form does not ask for"),
    "refused": (
        "暂时无法登记，请联系现场工作人员",
        "This cannot be taken at the moment: please ask our staff",
    ),
    "not_found_title": ("页面不存在", "There is nothing here"),
    "not_found": ("链接可能已停用，或地址有误", "The link may be out of use, or the address is not right"),
    "too_many_title": ("提交太频繁", "Too many at a time"),
    "too_many": ("请在 {minutes} 分钟后再试", "Please try again in {minutes} minutes"),
    "too_large_title": ("内容过大", "This is too much"),
    "too_large": ("提交的内容超过 {limit} 字节", "What was sent has more than {limit} bytes"),
    "bad_title": ("请求无法读取", "The request cannot be read"),
    "bad": ("请返回重新打开页面", "Please go back and open the page again"),
    "unavailable_title": ("请稍后再试", "Please try again later"),
    "unavailable": ("系统暂时繁忙，您的内容没有丢失，请返回再提交", "We are busy: go back and send it again"),
}


def word(key: str, locale: str, **words: object) -> str:
    """The text of a key in ``zh-CN`` or ``en``."""
    chinese, english = WORDS[key]
    return (chinese if locale == "zh-CN" else english).format(**words)


def in_locale(text: Mapping[str, str], locale: str, default: str = "") -> str:
    """The author's text in a locale, else in the app's default one, else in any; empty where there is none."""
    return text.get(locale) or text.get(default) or next(iter(text.values()), "")
