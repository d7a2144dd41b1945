"""What the school keeps of somebody: consents, export, deletion."""

from fastapi import APIRouter

from web.school import School


def build_me(school: School) -> APIRouter:
    """Build the routes."""
    return APIRouter()
