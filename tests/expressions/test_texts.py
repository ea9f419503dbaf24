"""Text templates say values and nothing else (RELIABILITY 1.5, 4.9)."""

from __future__ import annotations

import pytest

from expressions import texts
from expressions.texts import MAX_NODES, MAX_OUTPUT, MAX_SOURCE, BadText, names_in, parse_text


def said(source: str, *, html: bool = False, **values: object) -> str:
    return parse_text(source, html=html).render(values)


@pytest.mark.parametrize(
    ("source", "values", "text"),
    [
        ("线索 {{ name }}：{{ phone }}", {"name": "王芳", "phone": "137"}, "线索 王芳：137"),
        ("{{ gone }}{{ gone|upper }}{{ a.b }}", {"a": {"c": 1}}, ""),
        ("{{ gone|default('-') }}", {}, "-"),
        ("{% if a and not b %}x{% elif b %}y{% else %}z{% endif %}", {"b": True}, "y"),
        ("{% for t in tags %}{{ t|upper }};{% endfor %}", {"tags": ["a", "b"]}, "A;B;"),
        ("{% for t in gone %}{{ t }}{% endfor %}", {}, ""),
        ("{{ 'x' if a is defined else 'y' }}{{ n > 3 }}", {"n": 4}, "yTrue"),
        ("{{ tags|join(', ') }} {{ tags|length }} {{ n|round(1) }}", {"tags": ["a"], "n": 1.26}, "a 1 1.3"),
        ("{{ owner.name }}", {"owner": {"name": "Amy"}}, "Amy"),
    ],
)
def test_what_may_be_said(source: str, values: dict[str, object], text: str) -> None:
    assert said(source, **values) == text


def test_names_are_what_is_asked_for() -> None:
    asked = parse_text("{{ a.b }} {% for t in tags %}{{ t }}{% endfor %}{{ c|default('x') }}").names
    assert asked == {"a", "tags", "c"}


@pytest.mark.parametrize(
    "source",
    [
        "{{ x() }}",
        "{{ self }}",
        "{% for a in b %}{{ loop.index }}{% endfor %}",
        "{{ name.format(name) }}",
        "{{ ''.__class__ }}",
        "{{ x._y }}",
        "{{ _x }}",
        "{{ x['a'] }}",
        "{{ 10 * 'a' }}",
        "{{ '%0*d' % (9, 1) }}",
        "{{ 'a' ~ 'b' }}",
        "{{ [1, 2] }}",
        "{{ x|attr('y') }}",
        "{{ x|safe }}",
        "{{ x|map('upper') }}",
        "{{ x|join(attribute='y') }}",
        "{{ x|center(100000000) }}",
        "{{ x|truncate(100000000) }}",
        "{{ x|default(y) }}",
        "{{ x is callable }}",
        "{% set a = 1 %}",
        "{% macro a() %}{% endmacro %}",
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{% block a %}{% endblock %}",
        "{% autoescape false %}{{ x }}{% endautoescape %}",
        "{% filter upper %}x{% endfilter %}",
        "{% with a = 1 %}{% endwith %}",
        "{% for a in b recursive %}{% endfor %}",
        "{% for a, c in b %}{% endfor %}",
        "{% for a in b %}{% for c in a %}{% endfor %}{% endfor %}",
    ],
)
def test_what_may_not_be_written(source: str) -> None:
    with pytest.raises(BadText) as refused:
        parse_text(source)
    assert refused.value.code == "not_allowed"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("{{ a", "syntax"),
        ("{% if %}", "syntax"),
        ("x" * (MAX_SOURCE + 1), "too_long"),
        ("{{ a }}" * MAX_NODES, "too_long"),
    ],
)
def test_what_is_no_template(source: str, code: str) -> None:
    with pytest.raises(BadText) as refused:
        parse_text(source)
    assert refused.value.code == code


def test_nothing_of_the_engine_is_there() -> None:
    assert said("{{ lipsum }}{{ range }}{{ cycler }}{{ config }}") == ""


def test_values_are_never_templates_themselves() -> None:
    assert said("{{ name }}", name="{{ 7 }}{% for a in b %}") == "{{ 7 }}{% for a in b %}"
    assert said("{{ name }}", html=True, name="<script>") == "&lt;script&gt;"


def test_output_and_work_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadText) as refused:
        said("{% for a in b %}{{ c }}{% endfor %}", b=range(10_000), c="x" * (MAX_OUTPUT // 1_000))
    assert refused.value.code == "too_long"
    monkeypatch.setattr(texts, "MAX_SECONDS", -1.0)
    with pytest.raises(BadText) as slow:
        said("{{ a }}", a=1)
    assert slow.value.code == "too_slow"


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("线索 {{ name }}：{{name|upper}}", ["name", "name"]),
        ("{{ owner.name }} name {{ name }}", ["owner", "name"]),
        ("{% if a is defined and not defined %}{{ a }}{% endif %}", ["a", "defined", "a"]),
        ("{% for t in tags %}{{ t }}{{ name }}{% endfor %}", ["tags", "name"]),
        ("{{ 'name' }}{# name #}{{ name }}", ["name"]),
        ("name", []),
        ("{{ name() }}", []),
        ("a {{- name }}", []),
        ("a\r\n{{ name }}", []),
    ],
)
def test_where_values_are_named(source: str, names: list[str]) -> None:
    found = names_in(source)
    assert [name for name, _ in found] == names
    assert [source[span.start : span.end] for _, span in found] == names
