"""The CRM template as a document: in its one form, without complaints, complete in both languages."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from schema_store.analysis.analysis import Analysis
from schema_store.canonical import canonical_bytes
from schema_store.checks import check_analysis
from schema_store.document import AppDocument
from schema_store.document.entities import Entity
from schema_store.document.fields import BaseField, ReferenceField
from schema_store.document.surfaces import FieldItem, RelatedItem
from templates import read_template, template_keys

LOCALES = {"zh-CN", "en"}


def test_the_packaged_templates_are_listed():
    assert template_keys() == ("crm",)


def test_an_unknown_template_is_named_with_those_there_are():
    with pytest.raises(LookupError, match="no template 'erp'; there are crm"):
        read_template("erp")


def test_the_file_is_in_canonical_form(raw: bytes, document: AppDocument):
    assert canonical_bytes(document) == raw


def test_no_check_complains(analysis: Analysis):
    """Not even a warning: a template teaches by example."""
    assert [(each.code, each.path) for each in check_analysis(analysis)] == []


def test_every_expression_is_understood(analysis: Analysis):
    assert len(analysis.expressions) > 600
    assert [pointer for pointer, each in analysis.expressions.items() if each.checked is None] == []


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Every locale map of the raw document."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, f"{path}/{index}")
    elif isinstance(value, dict):
        if value and set(value) & LOCALES:
            yield path, value
            return
        for key, item in value.items():
            yield from _texts(item, f"{path}/{key}")


def test_every_text_is_there_in_both_languages(raw: bytes):
    texts = list(_texts(json.loads(raw)))
    assert len(texts) > 2_000
    assert [
        path for path, text in texts if set(text) != LOCALES or not all(map(str.strip, text.values()))
    ] == []


def test_chinese_texts_are_chinese_and_english_ones_are_not(raw: bytes):
    texts = list(_texts(json.loads(raw)))
    mixed = [text["en"] for _, text in texts if any("\u4e00" <= sign <= "\u9fff" for sign in text["en"])]
    assert mixed == []
    chinese = [any("\u4e00" <= sign <= "\u9fff" for sign in text["zh-CN"]) for _, text in texts]
    assert sum(chinese) / len(chinese) > 0.98  # names such as IT, PPAP, CLV stay as they are


def test_every_entity_has_a_name_a_plural_an_icon_and_a_search(document: AppDocument):
    for entity in document.entities:
        assert entity.plural, entity.key
        assert entity.icon, entity.key
        assert entity.name_field in {field.key for field in entity.fields}, entity.key
        assert entity.search_fields or entity.key == "service_node", entity.key


def test_no_code_of_its_own(raw: bytes):
    """Nothing in the document is a program: no scripts, no ids that a build step made."""
    text = raw.decode()
    assert "<script" not in text
    assert '"id":' not in text


def _fields(document: AppDocument) -> Iterator[tuple[Entity, BaseField]]:
    return ((entity, field) for entity in document.entities for field in entity.fields)


def test_an_owner_is_deleted_only_with_its_true_parts(document: AppDocument):
    """What has a life of its own restricts or lets go; only nodes, contacts and observed prices go along."""
    cascades = {
        (entity.key, field.key)
        for entity, field in _fields(document)
        if isinstance(field, ReferenceField) and field.on_delete == "cascade"
    }
    assert cascades == {
        ("contact", "account"),
        ("payment_node", "contract"),
        ("service_node", "plan"),
        ("competitor_price", "product"),
    }
    kept = {
        ("contract", "account"),
        ("opportunity", "account"),
        ("quote", "opportunity"),
        ("rebate", "dealer"),
    }
    assert kept.isdisjoint(cascades)


def test_no_entity_is_an_orphan(document: AppDocument, analysis: Analysis):
    """Every entity is read by someone beside the administrator, and reached by the menu or from a record's page."""
    views = {view.key: view.entity for view in document.views}
    in_menu = {views[item.view] for item in document.navigation if item.view}
    related = {
        analysis.lookup.children[form.entity][item.children].entity.key
        for form in document.forms
        for item in form.items
        if isinstance(item, RelatedItem)
    }
    readers = {
        permission.entity
        for role in document.roles
        if role.key not in ("admin", "ops", "director")
        for permission in role.permissions
        if "read" in permission.acts
    }
    everything = {entity.key for entity in document.entities}
    assert everything - in_menu - related == set()
    assert everything - readers == set()


def test_every_field_that_people_fill_stands_on_the_main_form(document: AppDocument, analysis: Analysis):
    """A field nobody can fill in is a field nobody needs."""
    shown: dict[str, set[str]] = {entity.key: set() for entity in document.entities}
    for place in analysis.walk.of(FieldItem):
        assert isinstance(place.model, FieldItem)
        shown[place.entity or ""].add(place.model.field)
    missing = [
        f"{entity.key}.{field.key}"
        for entity, field in _fields(document)
        if field.key not in shown[entity.key] and field.type != "code"  # type: ignore[attr-defined]
    ]
    assert missing == []


# --- the calendar -----------------------------------------------------------------------------------------

#: Days off in the notices of the State Council, by year.
DAYS_OFF = {2025: 28, 2026: 33}
MAKE_UP = {2025: 5, 2026: 6}


def _special_days(document: AppDocument) -> tuple[set[date], set[date]]:
    office = next(calendar for calendar in document.calendars if calendar.key == document.settings.calendar)
    off = {date.fromisoformat(day.date) for day in office.days if not day.windows}
    makeup = {date.fromisoformat(day.date) for day in office.days if day.windows}
    return off, makeup


def test_make_up_days_are_weekends_and_no_holidays(document: AppDocument):
    off, makeup = _special_days(document)
    assert all(day.isoweekday() >= 6 for day in makeup)
    assert off.isdisjoint(makeup)


@pytest.mark.parametrize("year", sorted(DAYS_OFF))
def test_days_off_and_make_up_days_per_year(document: AppDocument, year: int):
    off, makeup = _special_days(document)
    assert len([day for day in off if day.year == year]) == DAYS_OFF[year]
    assert len([day for day in makeup if day.year == year]) == MAKE_UP[year]


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-02-14", True),  # Saturday before the Spring Festival
        ("2026-02-16", False),  # New Year's Eve
        ("2026-02-24", True),
        ("2026-10-07", False),
        ("2026-10-08", True),
        ("2026-10-10", True),
        ("2025-09-28", True),
        ("2025-10-08", False),
    ],
)
def test_days_around_the_holidays(analysis: Analysis, day: str, works: bool):
    calendar = analysis.environments.calendars[""]
    asked = date.fromisoformat(day)
    found = asked in calendar.makeup or (
        asked.isoweekday() in calendar.weekdays and asked not in calendar.holidays
    )
    assert found is works
