"""The grid of a class, and marking what was handed in."""

from fastapi import APIRouter

from web.school import School


def build_marking(school: School) -> APIRouter:
    """Build the routes."""
    return APIRouter()
