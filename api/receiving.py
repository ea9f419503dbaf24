"""A file that comes in: received as a stream into a temporary file, never more of it than may be."""

from __future__ import annotations

import tempfile
from typing import IO

from fastapi import Request

from api.problem import Problem

#: Bytes up to which a file is kept in memory.
_IN_MEMORY = 2**20


async def receive_file(request: Request, types: frozenset[str], most: int) -> IO[bytes]:
    """The body of a request as a file at its beginning; it is gone when it is closed or forgotten.

    Raises:
        Problem: 415, it is declared as none of the types; 413 as soon as more than ``most`` bytes are announced or
            have come; 400, nothing came.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in types:
        raise Problem(415, "unsupported_media_type", detail="unsupported_file_type")
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > most:
        raise Problem(413, "too_large", params={"limit": str(most)})
    file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed by whoever reads it
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            file.close()
            raise Problem(413, "too_large", params={"limit": str(most)})
        file.write(chunk)
    if not size:
        file.close()
        raise Problem(400, "bad_request", detail="no_file")
    file.seek(0)
    return file
