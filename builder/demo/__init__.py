"""Demo people and demo records of a template: data files, read and loaded as an import of what was.

A folder ``templates/<template>_demo`` holds ``manifest.json`` (which files, in which order, how the year is shaped),
``people.json`` (trees and people), one CSV file per entity and one of events. :mod:`builder.demo.package` reads it,
:mod:`builder.demo.moments` gives its relative days their dates, :mod:`builder.demo.load` writes it.
"""

from builder.demo.load import Loaded, is_loaded, load_demo, size_of
from builder.demo.package import DemoPackage, read_package
from builder.demo.past import DemoRefused
from builder.demo.people import People, absent_people, make_people

__all__ = [
    "DemoPackage",
    "DemoRefused",
    "Loaded",
    "People",
    "absent_people",
    "is_loaded",
    "load_demo",
    "make_people",
    "read_package",
    "size_of",
]
