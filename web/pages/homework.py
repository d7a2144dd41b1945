"""A learner's assignments: recording, handing in, and what came back."""

from fastapi import APIRouter

from web.assessing import AssessmentQueue
from web.school import School


def build_homework(school: School, queue: AssessmentQueue) -> APIRouter:
    """Build the routes."""
    return APIRouter()
