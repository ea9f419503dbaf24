"""The people of the tests."""

from tests.people import people, platform

__all__ = ["people", "platform"]
