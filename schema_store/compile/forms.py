"""Forms to their compiled form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from expressions.program import Program
from schema_store.compile.programs import Programs, require_id
from schema_store.compiled.forms import CompiledForm, CompiledFormField, CompiledPublicForm
from schema_store.document.surfaces import FieldItem, Form, FormItem, PublicForm, SectionItem


def compile_form(form: Form, programs: Programs) -> CompiledForm:
    """A form whose document has no errors."""
    fields = tuple(_fields(form.items, programs, ()))
    return CompiledForm(require_id(form), form.key, form.label, form.entity, fields)


def compile_public_form(form: PublicForm) -> CompiledPublicForm:
    """A public form whose document has no errors."""
    return CompiledPublicForm(
        id=require_id(form),
        key=form.key,
        label=form.label,
        description=form.description or {},
        entity=form.entity,
        fields=tuple(form.fields),
        values=dict(form.values),
        autocomplete=dict(form.autocomplete),
        thanks=form.thanks or {},
    )


def _fields(
    items: Sequence[FormItem], programs: Programs, around: tuple[Program, ...]
) -> Iterator[CompiledFormField]:
    for item in items:
        if not isinstance(item, FieldItem | SectionItem):
            continue
        own = programs.find(item, "visible")
        visible = around if own is None else (*around, own)
        if isinstance(item, SectionItem):
            yield from _fields(item.items, programs, visible)
            continue
        required, read_only = programs.find(item, "required"), programs.find(item, "read_only")
        yield CompiledFormField(item.field, visible, required, read_only)
