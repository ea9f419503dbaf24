"""Where an element is used."""

from __future__ import annotations

from expressions.problems import Span
from schema_store.analysis.usage import Use, usage
from tests.schema_store.checks.cases import at, changed
from tests.schema_store.sales import document

INDEX = usage(document())


def uses(pointer: str) -> list[Use]:
    return INDEX.at(INDEX.at_pointer(pointer))


def kinds(pointer: str) -> set[tuple[str, str]]:
    return {(use.kind, use.pointer) for use in uses(pointer)}


def test_a_field_in_an_expression_has_its_characters() -> None:
    [use] = [use for use in uses(at("lead", "budget")) if use.pointer == "/scores/0/factors/2/condition"]
    assert (use.kind, use.span, use.model) == ("expression", Span(0, 6), "Factor")
    assert use.by == document().scores[0].factors[2].id


def test_a_field_behind_a_relation() -> None:
    [use] = [use for use in uses(at("customer", "size")) if use.kind == "expression"]
    assert (use.pointer, use.span) == ("/scores/0/factors/3/condition", Span(9, 13))


def test_every_kind_of_use_of_an_option() -> None:
    assert kinds(f"{at('lead', 'source')}/options/0") == {
        ("value", f"{at('lead', 'source')}/default"),
        ("value", "/public_forms/0/values/source"),
        ("expression", "/rules/0/condition"),
        ("expression", "/dispatches/0/rows/0/condition"),
    }
    assert ("expression", "/rules/0/actions/1/then/0/values/source") in kinds(
        f"{at('lead', 'source')}/options/2"
    )
    assert kinds(f"{at('lead', 'heat_band')}/options/1") == {("band", "/scores/0/bands/1/key")}
    assert ("value", f"{at('customer', 'grade')}/default") in kinds("/option_sets/0/options/2")


def test_children_are_used_by_their_name() -> None:
    assert kinds(f"{at('contract', 'customer')}/inverse") == {
        ("expression", f"{at('customer', 'contract_total')}/expression"),
        ("reference", "/forms/1/items/0/children"),
        ("test", "/tests/3/given/contracts"),
    }


def test_lines_tables_calendars_roles_and_targets_of_tests() -> None:
    assert kinds("/calculations/0/lines/0") == {
        ("expression", "/calculations/0/lines/1/expression"),
        ("expression", "/calculations/0/lines/2/expression"),
        ("test", "/tests/0/expect/base"),
    }
    assert ("reference", "/calculations/0/result") in kinds("/calculations/0/lines/2")
    assert ("expression", f"{at('contract', 'bonus')}/expression") in kinds("/tables/0")
    assert ("reference", "/settings/calendar") in kinds("/calendars/0")
    assert ("expression", "/forms/0/items/0/items/2/visible") in kinds("/roles/1")
    assert kinds("/scores/0") == {("test", "/tests/1/target")}
    assert kinds("/entities/2/validations/0") == {("test", "/tests/4/target")}


def test_uses_in_nested_rows_of_tests() -> None:
    assert ("test", "/tests/3/given/contracts/0/status") in kinds(at("contract", "status"))
    assert ("test", "/tests/3/given/contracts/1/status") in kinds(f"{at('contract', 'status')}/options/0")


def test_a_calendar_named_by_a_function() -> None:
    text = 'WORKDAYS(due, due, "office") > 0'
    source = changed({"/entities/2/validations/0/condition": text})
    index = usage(source)
    [use] = [use for use in index.at(index.at_pointer("/calendars/0")) if use.kind == "expression"]
    assert use.span is not None
    assert text[use.span.start : use.span.end] == '"office"'


def test_by_id() -> None:
    field = document().entities[2].fields[6]
    assert field.id
    assert INDEX.of(field.id) == uses(at("lead", "budget"))
    assert INDEX.of("nothere") == []


def test_expressions_with_problems_are_left_out() -> None:
    source = changed({"/scores/0/factors/2/condition": "budget >= "})
    index = usage(source)
    pointers = {use.pointer for use in index.at(index.at_pointer(at("lead", "budget")))}
    assert "/scores/0/factors/2/condition" not in pointers
