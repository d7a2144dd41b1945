"""Signing in and out, joining a class by its code, following a link, and one's password."""

from fastapi import APIRouter

from web.school import School


def build_account(school: School) -> APIRouter:
    """Build the routes."""
    return APIRouter()
