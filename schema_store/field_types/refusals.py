"""The declared "no" of field types: one sentence per reason, for people and for the reference page."""

from __future__ import annotations

from schema_store.field_types.base import Refusal
from schema_store.field_types.words import title_of


def _no(code: str, zh: str, en: str) -> Refusal:
    return Refusal(code, {"zh-CN": zh, "en": en})


SORTS_BY_ID = _no(
    "sorts_by_id",
    "编号没有有意义的次序，请按所指对象的字段排序。",
    "Ids have no meaningful order; sort by a field of what is referred to.",
)
MANY_VALUES_SORT = _no(
    "many_values",
    "多个值之间没有次序。",
    "Several values have no order.",
)
MANY_VALUES_UNIQUE = _no(
    "many_values",
    "多个值不能作为唯一键。",
    "Several values cannot be a unique key.",
)
MANY_VALUES_INDEX = _no(
    "many_values_index",
    "列表不能用普通索引加速。",
    "A plain index does not help with lists.",
)
TOO_LONG_INDEX = _no(
    "too_long_for_index",
    "文本太长，不能建立索引或作为唯一键（最长 600 个字符）。",
    "The text is too long for an index or a unique key (600 characters at most).",
)
TOO_LONG_SORT = _no("too_long_to_sort", "多行文本不能排序。", "Texts of several lines are not sorted by.")
NOT_IDENTIFYING = _no(
    "not_identifying",
    "这种值在不同记录中相同是正常的，不能设为唯一。",
    "Different records may well have the same value; it cannot be unique.",
)
COMPUTED_UNIQUE = _no(
    "computed",
    "由系统计算的值不能设为唯一。",
    "A computed value cannot be unique.",
)
VOLATILE = _no(
    "volatile",
    "公式随时间变化，没有存储的列，不能建立索引。",
    "The formula changes with the time and is not stored; it cannot be indexed.",
)
STRUCTURED = _no(
    "structured",
    "结构化的值不能筛选、排序、索引或设为唯一。",
    "Structured values cannot be filtered, sorted, indexed or unique.",
)
LINK_TABLE = _no(
    "link_table",
    "关联存放在单独的表中，请按关联记录的条件筛选。",
    "Links lie in a table of their own; filter by a condition on the linked records.",
)
FILE_CONTENT = _no(
    "file_content",
    "文件只能按有无来筛选，不能比较、排序、索引或设为唯一。",
    "Files can be asked for presence only, not compared, sorted, indexed or unique.",
)
DERIVED = _no(
    "derived",
    "这个字段的值由系统给出，不能由已有的值转换而来。",
    "The system gives this field its values; existing values cannot become them.",
)
OTHER_ENTITY = _no(
    "other_entity",
    "两个字段指向不同的对象，编号不能互换。",
    "The two fields point to different entities; ids of one mean nothing in the other.",
)
OTHER_CURRENCY = _no(
    "other_currency",
    "金额不能更换币种：请新建字段并按汇率换算。",
    "Amounts do not change their currency: make a new field and convert at a rate.",
)


def no_conversion(old: str, new: str) -> Refusal:
    """Values of one type that cannot become values of another; ``old`` and ``new`` are keys of field types."""
    (old_zh, old_en), (new_zh, new_en) = title_of(old), title_of(new)
    return _no(
        "no_conversion",
        f"“{old_zh}”的值不能变成“{new_zh}”：请新建字段，再用规则或导入填写。",
        f"Values of “{old_en}” cannot become “{new_en}”: make a new field and fill it by a rule or an import.",
    )
