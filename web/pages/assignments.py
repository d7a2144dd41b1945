"""Setting and changing work for a class."""

from fastapi import APIRouter

from web.school import School


def build_assignments(school: School) -> APIRouter:
    """Build the routes."""
    return APIRouter()
