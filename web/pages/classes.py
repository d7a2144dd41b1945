"""A teacher's classes: roster, groups, codes."""

from fastapi import APIRouter

from web.school import School


def build_classes(school: School) -> APIRouter:
    """Build the routes."""
    return APIRouter()
