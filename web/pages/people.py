"""For admins: teachers, learners and their links."""

from fastapi import APIRouter

from web.school import School


def build_people(school: School) -> APIRouter:
    """Build the routes."""
    return APIRouter()
