"""What an export needs of the document: labels of shared options, and the views that people know lists by."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.engine import Connection

from builder.describing import document_of
from runtime.access import Access
from runtime.exports.columns import OptionSets
from runtime.exports.exporting import ExportQuery
from runtime.refusals import NotFound
from runtime.served import Served
from schema_store.document.surfaces import View


def option_sets(connection: Connection, served: Served, app: str) -> OptionSets:
    """Labels of the options of shared sets: by set, key, locale."""
    document = document_of(connection, served, app)
    return {each.key: {option.key: option.label for option in each.options} for each in document.option_sets}


def export_view(
    connection: Connection, access: Access, app: str, entity: str, key: str, asked: ExportQuery
) -> ExportQuery:
    """An export with the columns, filter and order of a view; what was asked for itself stands over them.

    Raises:
        NotFound: there is no such view of the entity for the actor.
    """
    view = next((each for each in document_of(connection, access.served, app).views if each.key == key), None)
    if view is None or view.entity != entity or not _may_see(access, view):
        raise NotFound
    readable = access.readable(entity)
    columns = tuple(wire for name in view.columns if (wire := _wire(name)) in readable)
    sort = ",".join(f"{'-' if each.descending else ''}{_wire(each.field)}" for each in view.sort)
    filters = [f"({text})" for text in (view.filter, asked.filter) if text]
    return replace(
        asked,
        fields=asked.fields or columns or None,
        filter=" and ".join(filters) if len(filters) > 1 else (view.filter or asked.filter),
        sort=asked.sort or sort,
    )


def _wire(name: str) -> str:
    return "owner_id" if name == "owner" else name


def _may_see(access: Access, view: View) -> bool:
    held = {role.key for role in access.policy.roles}
    return not view.roles or not held.isdisjoint(view.roles)
