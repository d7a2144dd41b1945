"""Signing in with the school's own accounts, by OpenID Connect."""

from fastapi import APIRouter

from web.school import School


def build_oidc(school: School) -> APIRouter:
    """Build the routes."""
    return APIRouter()
