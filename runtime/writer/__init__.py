"""Writes records: the only way into record tables for saves. One function, :func:`runtime.writer.writing.write`."""
