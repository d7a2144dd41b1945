"""LTI 1.3: a learning platform sends its people here, and gets their scores."""

from fastapi import APIRouter

from web.school import School


def build_lti(school: School) -> APIRouter:
    """Build the routes."""
    return APIRouter()
