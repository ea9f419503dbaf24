"""Explanations of access in words, in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from expressions.messages import Locale
from runtime.access.explanation import Explanation, FieldVerdict, GrantVerdict
from schema_store.compiled.app import App

_ACTS: Mapping[str, tuple[str, str]] = {
    "read": ("查看", "read"),
    "create": ("新建", "create"),
    "update": ("修改", "change"),
    "delete": ("删除", "delete"),
    "export": ("导出", "export"),
    "import": ("导入", "import"),
    "assign": ("分派", "assign"),
    "transition": ("推进阶段", "move between stages"),
    "override": ("越过关卡", "pass a gate by override"),
}
_SCOPES: Mapping[str, tuple[str, str]] = {
    "own": ("本人的记录", "their own records"),
    "team": ("本团队的记录", "records of their team"),
    "team_below": ("本团队及下级团队的记录", "records of their team and the teams below"),
    "region": ("本区域及下级区域的记录", "records of their region and the regions below"),
    "all": ("全部记录", "all records"),
}
_OBSTACLES: Mapping[str, tuple[str, str]] = {
    "owner": ("记录的负责人不是本人", "the record is not theirs"),
    "team": ("记录的负责人不在本团队", "its owner is not in their team"),
    "team_below": (
        "记录的负责人不在本团队或其下级团队",
        "its owner is neither in their team nor in one below",
    ),
    "region": ("记录不在本区域或其下级区域", "it lies neither in their region nor in one below"),
    "no_team": ("此人不属于任何团队", "they belong to no team"),
    "no_region": ("此人不属于任何区域", "they belong to no region"),
    "when": ("不满足附加条件{condition}", "a condition is not met{condition}"),
}
_BARS: Mapping[str, tuple[str, str]] = {
    "computed": ("由系统计算，无人能填写", "it is computed, nobody writes it"),
    "read_only": ("对所有人只读", "it is read-only for everyone"),
    "system": ("由系统维护", "the system keeps it"),
    "not_granted": ("没有角色允许填写", "no role allows it to be written"),
}
_LINES: Mapping[str, tuple[str, str]] = {
    "allowed": ("允许{act}“{entity}”", "Allowed to {act}: {entity}"),
    "refused": ("不允许{act}“{entity}”", "Not allowed to {act}: {entity}"),
    "no_grant": ("没有角色允许{act}", "No role allows to {act}"),
    "holds": ("角色“{role}”允许{acts}：{scope}", "The role {role} allows to {acts}: {scope}"),
    "fails": (
        "角色“{role}”允许{acts}{scope}，但{obstacle}",
        "The role {role} allows to {acts} {scope}, but {obstacle}",
    ),
    "shown": ("角色“{role}”可见字段“{field}”", "The role {role} shows the field {field}"),
    "hidden": ("角色“{role}”不含字段“{field}”", "The role {role} does not show the field {field}"),
    "nowhere": ("没有角色可见字段“{field}”", "No role shows the field {field}"),
    "written": ("角色“{role}”可修改字段“{field}”", "The role {role} can change the field {field}"),
    "barred": ("字段“{field}”不能修改：{bar}", "The field {field} cannot be changed: {bar}"),
}
_SYSTEM_LABELS: Mapping[str, tuple[str, str]] = {
    "id": ("编号", "id"),
    "version": ("版本", "version"),
    "created_at": ("创建时间", "created at"),
    "created_by": ("创建人", "created by"),
    "updated_at": ("修改时间", "updated at"),
    "updated_by": ("修改人", "updated by"),
    "owner_id": ("负责人", "owner"),
}


def describe(explanation: Explanation, app: App, locale: Locale) -> list[str]:
    """The answer first, then one sentence per grant, then those about the field."""
    words = _Words(app, locale)
    entity = app.entities[explanation.entity]
    act = words.pick(_ACTS[explanation.act])
    answer = "allowed" if explanation.allowed else "refused"
    granted = {each for grant in explanation.grants for each in grant.acts}
    return [
        words.line(answer, act=act, entity=words.label(entity.label, entity.key)),
        *(
            words.line("no_grant", act=words.acts([each]))
            for each in explanation.needed
            if each not in granted
        ),
        *(_grant(grant, words) for grant in explanation.grants),
        *(_field(explanation.field, explanation.entity, words) if explanation.field else ()),
    ]


class _Words:
    """The texts of one locale."""

    def __init__(self, app: App, locale: Locale):
        self.app = app
        self.locale = locale

    def pick(self, texts: tuple[str, str]) -> str:
        return texts[0 if self.locale == "zh-CN" else 1]

    def line(self, code: str, **words: str) -> str:
        return self.pick(_LINES[code]).format_map(words)

    def label(self, texts: Mapping[str, str], key: str) -> str:
        return texts.get(self.locale) or texts.get(self.app.default_locale) or key

    def acts(self, acts: Iterable[str]) -> str:
        return self.pick(("、", ", ")).join(self.pick(_ACTS[act]) for act in acts)

    def role(self, key: str) -> str:
        role = self.app.roles.get(key)
        return self.label(role.label, key) if role else key

    def field(self, entity: str, name: str) -> str:
        if name in _SYSTEM_LABELS:
            return self.pick(_SYSTEM_LABELS[name])
        return self.label(self.app.entities[entity].fields[name].label, name)


def _grant(grant: GrantVerdict, words: _Words) -> str:
    role, acts = words.role(grant.role), words.acts(grant.acts)
    scope = words.pick(_SCOPES[grant.scope])
    if grant.obstacle is None:
        return words.line("holds", role=role, acts=acts, scope=scope)
    condition = "" if grant.condition is None else words.pick(("：", ": ")) + grant.condition
    obstacle = words.pick(_OBSTACLES[grant.obstacle]).format_map({"condition": condition})
    return words.line("fails", role=role, acts=acts, scope=scope, obstacle=obstacle)


def _field(verdict: FieldVerdict, entity: str, words: _Words) -> Iterable[str]:
    field = words.field(entity, verdict.field)
    for code, grants in (
        ("shown", verdict.shown_by),
        ("hidden", verdict.hidden_by),
        ("written", verdict.written_by),
    ):
        for role in dict.fromkeys(role for role, _ in grants):
            yield words.line(code, role=words.role(role), field=field)
    if not verdict.readable:
        yield words.line("nowhere", field=field)
    if verdict.bar:
        yield words.line("barred", field=field, bar=words.pick(_BARS[verdict.bar]))
