"""Changes as sentences that people read, in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from schema_store.difference.changes import (
    Added,
    Change,
    Changed,
    Crumb,
    Moved,
    Relabelled,
    Removed,
    Renamed,
    Retyped,
)
from schema_store.difference.vocabulary import ATTRIBUTES, FIELD_TYPE_WORDS, SECTIONS, Words

Json = Mapping[str, Any]


def describe_changes(changes: Sequence[Change], locale: str) -> list[str]:
    """One sentence per change, naming labels; Chinese where the locale is Chinese, else English."""
    speaker = _Chinese() if locale.startswith("zh") else _English()
    return [sentence for change in changes for sentence in speaker.sentences(change)]


class _Speaker:
    """Puts one change into words; the languages differ in their patterns only."""

    place: int
    quote: str
    locale: str
    patterns: Mapping[str, str]

    def sentences(self, change: Change) -> Iterator[str]:
        """The sentences of a change: one, or several where a whole part came or went."""
        if isinstance(change, Added | Removed):
            kind = "added" if isinstance(change, Added) else "removed"
            yield self._say(kind, change.trail[:-1], what=self._name(change.trail[-1]))
        elif isinstance(change, Moved):
            section = self._word(SECTIONS, change.trail[-1].section)
            yield self._say("moved", change.trail[:-1], what=section)
        elif isinstance(change, Renamed):
            yield self._say("renamed", change.trail, before=change.before, after=change.after)
        elif isinstance(change, Relabelled):
            before, after = self._label(change.before), self._label(change.after)
            if before != after:
                yield self._say(
                    "relabelled", self._with(change.trail, change.before), after=self._quoted(after)
                )
            else:
                yield self._say("translated", change.trail, what=self._word(ATTRIBUTES, "label"))
        elif isinstance(change, Retyped):
            yield from self._retyped(change)
        elif isinstance(change, Changed):
            yield from self._changed(change)

    def _with(self, trail: tuple[Crumb, ...], label: Any) -> tuple[Crumb, ...]:
        """The trail with the older label at its end: people know the thing by that."""
        return (*trail[:-1], Crumb(trail[-1].section, label)) if trail else trail

    def _retyped(self, change: Retyped) -> Iterator[str]:
        old, new = change.before.get("type"), change.after.get("type")
        if old != new:
            words = (self._word(FIELD_TYPE_WORDS, str(old)), self._word(FIELD_TYPE_WORDS, str(new)))
            yield self._say("retyped", change.trail, before=words[0], after=words[1])
            return
        for name in change.after:
            before, after = change.before.get(name), change.after[name]
            yield self._set(change.trail, name, before, after)

    def _changed(self, change: Changed) -> Iterator[str]:
        parts = list(self._parts(change))
        if parts:
            yield from parts
        elif isinstance(change.before, bool) and isinstance(change.after, bool):
            what = self._word(ATTRIBUTES, change.attribute)
            yield self._say("switched_on" if change.after else "switched_off", change.trail, what=what)
        else:
            yield self._set(change.trail, change.attribute, change.before, change.after)

    def _parts(self, change: Changed) -> Iterator[str]:
        """Elements inside a part that came or went as a whole: a gate with its evidence, say."""
        for kind, part, other in (
            ("added", change.after, change.before),
            ("removed", change.before, change.after),
        ):
            if not isinstance(part, dict) or other is not None:
                continue
            for section, items in part.items():
                for item in items if isinstance(items, list) else ():
                    if isinstance(item, dict) and "key" in item:
                        crumb = Crumb(section, item.get("label") or {"und": item["key"]})
                        yield self._say(kind, change.trail, what=self._name(crumb))

    def _set(self, trail: tuple[Crumb, ...], attribute: str, before: Any, after: Any) -> str:
        what = self._word(ATTRIBUTES, attribute)
        if after in (None, "", [], {}):
            return self._say("cleared", trail, what=what, before=self._value(before))
        if before in (None, "", [], {}):
            return self._say("set", trail, what=what, after=self._value(after))
        return self._say("changed", trail, what=what, before=self._value(before), after=self._value(after))

    def _say(self, pattern: str, trail: tuple[Crumb, ...], **words: Any) -> str:
        named = tuple(crumb for crumb in trail if crumb.label)
        return self.patterns[pattern].format(where=self._where(named), **words)

    def _where(self, trail: tuple[Crumb, ...]) -> str:
        raise NotImplementedError  # the class is a base: each language brings its own

    def _name(self, crumb: Crumb) -> str:
        raise NotImplementedError  # the class is a base: each language brings its own

    def _word(self, words: Words, key: str) -> str:
        return words[key][self.place] if key in words else key

    def _label(self, label: Any) -> str:
        if not isinstance(label, Mapping) or not label:
            return str(label)
        return str(label.get(self.locale) or next(iter(label.values())))

    def _quoted(self, text: str) -> str:
        return self.quote.format(text)

    def _value(self, value: Any) -> str:
        """A value in a sentence: texts in quotation marks, lists by their members, parts by their labels."""
        if isinstance(value, Mapping):
            label = value.get("label", value)
            texts = isinstance(label, Mapping) and all(isinstance(text, str) for text in label.values())
            return self._quoted(self._label(label) if texts and label else "…")
        if isinstance(value, list):
            return self.patterns["and"].join(self._value(item) for item in value)
        if isinstance(value, bool):
            return self.patterns["yes" if value else "no"]
        return self._quoted(value) if isinstance(value, str) else str(value)


class _Chinese(_Speaker):
    place, quote, locale = 0, "『{}』", "zh-CN"
    patterns: Mapping[str, str] = {
        "added": "{where}新增{what}",
        "removed": "{where}删除{what}",
        "moved": "{where}调整了{what}的顺序",
        "renamed": "{where}的键由 {before} 改为 {after}",
        "relabelled": "{where}改名为{after}",
        "translated": "{where}的{what}改了译文",
        "retyped": "{where}的类型由{before}改为{after}",
        "switched_on": "{where}设为{what}",
        "switched_off": "{where}取消{what}",
        "set": "{where}的{what}设为{after}",
        "cleared": "{where}的{what}{before}被清除",
        "changed": "{where}的{what}由{before}改为{after}",
        "and": "、",
        "yes": "是",
        "no": "否",
    }

    def _where(self, trail: tuple[Crumb, ...]) -> str:
        return "的".join(self._name(crumb) for crumb in trail) or "应用"

    def _name(self, crumb: Crumb) -> str:
        return f"{self._word(SECTIONS, crumb.section)}{self._quoted(self._label(crumb.label))}"


class _English(_Speaker):
    place, quote, locale = 1, "“{}”", "en"
    patterns: Mapping[str, str] = {
        "added": "{where}: new {what}",
        "removed": "{where}: {what} removed",
        "moved": "{where}: the order of {what} changed",
        "renamed": "{where}: key changed from {before} to {after}",
        "relabelled": "{where} renamed to {after}",
        "translated": "{where}: a translation of the {what} changed",
        "retyped": "{where}: type changed from {before} to {after}",
        "switched_on": "{where}: {what} switched on",
        "switched_off": "{where}: {what} switched off",
        "set": "{where}: {what} set to {after}",
        "cleared": "{where}: {what} {before} removed",
        "changed": "{where}: {what} changed from {before} to {after}",
        "and": ", ",
        "yes": "yes",
        "no": "no",
    }

    def _where(self, trail: tuple[Crumb, ...]) -> str:
        return " › ".join(self._name(crumb) for crumb in trail) or "App"

    def _name(self, crumb: Crumb) -> str:
        return f"{self._word(SECTIONS, crumb.section)} {self._quoted(self._label(crumb.label))}"
