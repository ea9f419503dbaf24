"""What a loss says to the person who must decide."""

from __future__ import annotations

from collections.abc import Mapping

from schema_store.migration.counting import Found
from schema_store.migration.plan import MigrationPlan, word
from schema_store.migration.recoding import choices

#: ``{where}`` entity and field, ``{n}`` records, ``{option}`` the option's label.
_SENTENCES: Mapping[str, tuple[str, str]] = {
    "field_removed": (
        "删除{where}：{n} 条记录的值将不再可见（可恢复，直到清除）",
        "{where} is removed: {n} records lose its value from view (it can be restored until purged)",
    ),
    "entity_removed": (
        "删除{where}：{n} 条记录将不再可见（可恢复，直到清除）",
        "{where} is removed: {n} records go out of view (they can be restored until purged)",
    ),
    "links_removed": (
        "删除{where}：{n} 条关联将不再可见（可恢复，直到清除）",
        "{where} is removed: {n} links go out of view (they can be restored until purged)",
    ),
    "option_removed": (
        "{where}的选项『{option}』被删除：{n} 条记录正在使用，将变为空",
        "Option “{option}” of {where} is removed: {n} records that have it become empty",
    ),
    "option_needed": (
        "{where}的选项『{option}』被删除，但 {n} 条记录正在使用且该字段必填：请指定替代选项",
        "Option “{option}” of {where} is removed, but {n} records have it and the field is required: "
        "name an option that takes its place",
    ),
    "not_convertible": (
        "{where}改变类型：{n} 条记录的值无法转换，将变为空",
        "{where} changes its type: the values of {n} records do not convert and become empty",
    ),
    "shortened": (
        "{where}：{n} 条记录的文本将被截短",
        "{where}: the texts of {n} records are cut short",
    ),
    "altered": (
        "{where}改变类型：{n} 条记录的值转换后不再完全相同",
        "{where} changes its type: the values of {n} records are no longer exactly the same",
    ),
    "required_missing": (
        "{where}设为必填，但 {n} 条记录没有值：请先补全或给出默认值",
        "{where} becomes required, but {n} records have no value: fill them in or give a default",
    ),
    "not_unique": (
        "{where}设为唯一，但 {n} 条记录的值重复：请先合并或修改",
        "{where} becomes unique, but {n} records share a value: merge or change them first",
    ),
}


def loss_sentence(plan: MigrationPlan, found: Found) -> Mapping[str, str]:
    """The sentence of a loss, by locale."""
    return {
        locale: pattern.format(
            where=_where(plan, found, locale), n=found.tally.rows, option=_option(plan, found, locale)
        )
        for locale, pattern in zip(("zh-CN", "en"), _SENTENCES[found.kind], strict=True)
    }


def _where(plan: MigrationPlan, found: Found, locale: str) -> str:
    """Entity and field by their labels, as people know them so far."""
    quote = "『{}』" if locale.startswith("zh") else "“{}”"
    for document in (plan.old, plan.new):
        for entity in document.entities if document else ():
            if entity.id == found.element:
                return quote.format(word(entity.label, locale))
            wanted = [found.element, *(found.detail.split("+") if found.kind == "not_unique" else ())]
            labels = [quote.format(word(f.label, locale)) for f in entity.fields if f.id in wanted]
            if labels:
                joined = ("、" if locale.startswith("zh") else ", ").join(labels)
                name = quote.format(word(entity.label, locale))
                return f"{name}的字段{joined}" if locale.startswith("zh") else f"{joined} of {name}"
    return found.element


def _option(plan: MigrationPlan, found: Found, locale: str) -> str:
    """The label of the option that is gone."""
    document = plan.old
    if document is None or not found.detail or found.kind == "not_unique":
        return found.detail
    for entity in document.entities:
        for spec in entity.fields:
            if spec.id == found.element:
                labels = [
                    word(o.label, locale) for o in choices(document, entity, spec) if o.key == found.detail
                ]
                return (labels or [found.detail])[0]
    return found.detail
