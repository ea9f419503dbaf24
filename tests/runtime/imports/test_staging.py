"""A file becomes a job: the mapping that is found, remembered, given or added to."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from uuid_utils.compat import uuid7

from runtime.imports.jobs import chunks, remembered, signature_of
from runtime.imports.mapping import ColumnMap, Source, read_mapping
from runtime.people.tables import USER_ROLES, USERS
from runtime.refusals import BadExpression, Forbidden, Invalid, NotFound
from schema_store.database import reading, writing
from tests.runtime.imports.everything import every
from tests.runtime.imports.kit import bring, rows
from tests.runtime.save.kit import ACTOR, World, _user

__all__ = ["every"]


def fields(job: Any) -> dict[str, Any]:
    found: dict[str, Any] = job.asked.mapping.to_json()["fields"]
    return found


def test_columns_are_mapped_by_name_and_the_rest_is_left(every: World) -> None:
    job = bring(every, "名称,Size,total,nonsense,_error\n甲,s,1,2,3\n", "thing")
    assert fields(job) == {"name": {"column": "名称"}, "size": {"column": "Size"}}
    assert (job.file["header"], job.total, job.counts) == (
        ["名称", "Size", "total", "nonsense", "_error"],
        2,
        {"new": 1},
    )


def test_what_a_file_was_asked_before_is_asked_again(every: World) -> None:
    text = "erinnern,zahl\n{},1\n"
    mapping = {"fields": {"name": "erinnern", "pieces": {"expression": "zahl * 2"}, "code": "erinnern"}}
    mapping |= {"columns": {"zahl": "integer"}}
    mapping["fields"].pop("code")
    bring(every, text.format("a"), "thing", mapping=mapping, goal="applied")
    again = bring(every, text.format("b"), "thing")
    assert again.asked.mapping == read_mapping(mapping)
    assert rows(every, again)[0].read == {"wire": {"name": "b", "pieces": 2}}
    other = bring(every, "erinnern,zahl,mehr\nc,1,2\n", "thing")
    assert other.error is not None
    assert other.error["code"] == "nothing_mapped"


def test_a_preview_alone_is_not_remembered(every: World) -> None:
    bring(every, "nur,probe\na,b\n", "thing", mapping={"fields": {"name": "nur"}})
    with reading(every.engine) as connection:
        assert remembered(connection, every.served, "thing", ("nur", "probe")) is None
        assert remembered(connection, every.served, "owner", ("erinnern", "zahl")) is None


def test_a_mapping_of_what_may_not_be_seen_is_forgotten(every: World) -> None:
    """The price that an earlier file filled is hidden from this importer: the columns speak for themselves again."""
    mapping = {"fields": {"name": "name", "price": "vergessen"}}
    bring(every, "name,vergessen\na,1\n", "thing", mapping=mapping, goal="applied")
    assert fields(bring(every, "name,vergessen\nb,2\n", "thing")).keys() == {"name", "price"}
    clerk = uuid7()
    with writing(every.engine) as connection:
        connection.execute(sa.insert(USERS), _user(clerk, "clerk"))
        connection.execute(sa.insert(USER_ROLES), {"user_id": clerk, "app": "every", "role": "clerk"})
    job = bring(every, "name,vergessen\nb,2\n", "thing", by=clerk)
    assert (fields(job).keys(), job.counts) == ({"name"}, {"new": 1})


def test_the_match_is_remembered_too(every: World) -> None:
    bring(every, "sign,name,wer\nm-1,a,x\n", "owner", match="sign", goal="applied")
    again = bring(every, "sign,name,wer\nm-1,b,x\n", "owner")
    assert (again.asked.match, again.counts) == ("sign", {"changed": 1})


def test_sources_are_added(every: World) -> None:
    adds = ColumnMap({"size": Source(value="l"), "story": Source(column="x")})
    job = bring(every, "name,x\na,b\n", "thing", adds=adds)
    assert rows(every, job)[0].read == {"wire": {"name": "a", "size": "l", "story": "b"}}


@pytest.mark.parametrize(
    ("wish", "kind"),
    [
        ({"mapping": {"fields": {"nme": "name"}}}, Invalid),
        ({"mapping": {"fields": {"name": "nme"}}}, Invalid),
        ({"mapping": {"fields": {"name": {"expression": "1 +"}}}}, BadExpression),
        ({"mapping": {"fields": {}}}, Invalid),
        ({"adds": ColumnMap({"nme": Source(column="name")})}, Invalid),
        ({"entity": "none"}, NotFound),
        ({"by": ACTOR}, NotFound),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused_at_once(
    every: World, wish: dict[str, Any], kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        bring(every, "name\na\n", **{"entity": "thing", **wish})


def test_a_person_without_a_role_or_one_that_is_unknown(every: World) -> None:
    with pytest.raises(Forbidden):
        bring(every, "name\na\n", "thing", by=every.create("owner", {"name": "niemand"}).id)


def test_a_file_without_rows_is_a_job_without_work(every: World) -> None:
    job = bring(every, "name,size\n", "thing")
    assert (job.state, job.goal, job.total, job.is_busy) == ("staged", "staged", 0, False)


def test_files_with_the_same_columns_have_one_signature() -> None:
    assert signature_of(("Name", "Ort")) == signature_of(("name", "ORT"))
    assert signature_of(("a", "b")) != signature_of(("b", "a"))
    assert signature_of(("a,b",)) != signature_of(("a", "b"))


def test_portions() -> None:
    assert list(chunks(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(chunks([], 2)) == []
