"""Looking at one group of a class."""

from collections.abc import Mapping

from classroom import classes
from classroom.errors import NotFound
from web.school import School
from web.visitors import Visitor


def groups_of(school: School, visitor: Visitor, class_id: str, *, chosen: str) -> Mapping[str, str]:
    """Give the groups there are to choose from, ids by names.

    Raises
    ------
    NotFound
        None is called what was chosen.
    """
    there = classes.groups(school.store, class_id, by=visitor.id)
    if chosen and chosen not in there:
        raise NotFound({"kind": "group"})
    return there
