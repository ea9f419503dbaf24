"""Two sets of data by key: what only the file has, what only the app has, and what differs, with both values."""

from __future__ import annotations

from uuid import UUID

from runtime.imports.jobs import RowKind, StoredRow, add_rows, known_keys, rows_after, save_rows
from runtime.imports.planning import Work, is_equal, matched, merged, read_current
from runtime.query import ListQuery, list_page

#: Records of a page that the app is read by.
_PAGE = 500


def compare_batch(work: Work) -> None:
    """Compare the next rows; behind the last one, the next records that the file does not have."""
    job, served = work.job, work.access.served
    if job.done == 0:
        job.counts = {}
    rows = rows_after(work.connection, served, job.id, job.done, work.most)
    rows = [row for row in rows if row.kind != "only_app"]
    if not rows:
        _only_in_app(work)
        return
    records = matched(work, rows)
    current = read_current(work, rows, records)
    for row in rows:
        named = records.get(row.key or "", ())
        if row.errors or len(named) > 1:
            row.kind = "refused"
        elif named:
            row.record = named[0]
            _compare(work, row, current.get(named[0], {}))
        else:
            row.kind = "only_file"
        job.count(row.kind or "refused")
    save_rows(work.connection, served, job.id, rows)
    job.done = rows[-1].number


def _compare(work: Work, row: StoredRow, current: dict[str, object]) -> None:
    """``changes`` holds the value of the app, then the one of the file."""
    given = merged(row.read or {}, current)
    row.changes = {
        key: [current.get(key), value]
        for key, value in given.items()
        if key in current and not is_equal(work, key, value, current)
    }
    row.kind = "different" if row.changes else "same"
    differing = work.job.counts.setdefault("fields", {})
    for key in row.changes:
        differing[key] = differing.get(key, 0) + 1


def _only_in_app(work: Work) -> None:
    """A page of the app's records; those whose key no row has are added behind the rows of the file."""
    job, match = work.job, work.job.asked.match or "id"
    place = job.file.get("place")
    shown = tuple({match, "id", *(key for key in work.columns if key in _readable(work))})
    query = ListQuery(sort="created_at", fields=shown, limit=_PAGE, cursor=place)
    page = list_page(work.connection, work.access, work.now, job.entity, query)
    keyed = {str(item[match]): item for item in page.items if item[match] is not None}
    known = known_keys(work.connection, work.access.served, job.id, list(keyed))
    kind: RowKind = "only_app"
    number = max(job.total, job.file.get("last", 0))
    found = []
    for key, item in keyed.items():
        if key not in known:
            number += 1
            wire = {name: value for name, value in item.items() if name not in ("id", "version")}
            found.append(StoredRow(number, [], {"wire": wire}, key, kind, UUID(item["id"])))
    add_rows(work.connection, work.access.served, job.id, found)
    job.count(kind, len(found))
    job.file = {**job.file, "place": page.next, "last": number}
    if page.next is None:
        job.file = {name: value for name, value in job.file.items() if name not in ("place", "last")}
        job.enter("previewed")


def _readable(work: Work) -> frozenset[str]:
    return work.access.readable(work.job.entity)
