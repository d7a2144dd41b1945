"""A class at a glance: sounds, words, progress, check-ins, and tables to take away."""

from fastapi import APIRouter

from web.school import School


def build_overview(school: School) -> APIRouter:
    """Build the routes."""
    return APIRouter()
