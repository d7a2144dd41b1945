"""What a platform says about who comes and from where, read from the claims of a token that was checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from classroom.courses import CourseRole, Outsider, Place
from classroom.platforms import Details, is_safe
from web.catalogue import LANGUAGES
from web.lti.errors import UnknownDeployment, UnknownRole, UnreadableLaunch

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP_LINK_CLAIM = "https://purl.imsglobal.org/spec/lti-dl/claim/"
GRADES_CLAIM = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
MEMBERS_CLAIM = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
RESOURCE = "LtiResourceLinkRequest"
DEEP_LINK = "LtiDeepLinkingRequest"
VERSION = "1.3.0"

_COURSE_ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
_MOST_LETTERS = 255
_MOST_DATA = 8000


@dataclass(frozen=True, slots=True)
class DeepLink:
    """A platform asks what a new link of a course should open: where the answer goes, and what it has to carry."""

    return_url: str
    data: str | None
    accepts_columns: bool


@dataclass(frozen=True, slots=True)
class Launch:
    """Somebody who comes from a platform; `deep_link` where a teacher is to choose."""

    outsider: Outsider
    place: Place
    deep_link: DeepLink | None


def read(claims: Mapping[str, Any], details: Details) -> Launch:
    """Read claims.

    Raises
    ------
    UnknownDeployment, UnreadableLaunch, UnknownRole
        What we do not take.
    """
    deployment = _text(claims, f"{CLAIM}deployment_id")
    if deployment not in details.deployments:
        raise UnknownDeployment
    if claims.get(f"{CLAIM}version") != VERSION:
        raise UnreadableLaunch({"field": "version"})
    kind = claims.get(f"{CLAIM}message_type")
    if kind not in {RESOURCE, DEEP_LINK}:
        raise UnreadableLaunch({"field": "message_type"})
    place = _place(claims, deployment)
    if kind == RESOURCE and not place.resource_id:
        raise UnreadableLaunch({"field": "resource_link"})
    outsider = _outsider(claims)
    if kind == RESOURCE:
        return Launch(outsider, place, None)
    if outsider.role != "teacher" or not place.context_id:
        raise UnknownRole
    return Launch(outsider, place, _deep_link(claims))


def course_role(roles: object) -> CourseRole | None:
    """Tell what somebody is in a course; what they are on the platform gives them nothing here."""
    listed = cast("list[object]", roles) if isinstance(roles, list) else []
    # Bare names are an old way of writing roles of a course.
    known = {str(role).removeprefix(_COURSE_ROLE) for role in listed}
    if "Instructor" in known:
        return "teacher"
    return "learner" if "Learner" in known else None


def _outsider(claims: Mapping[str, Any]) -> Outsider:
    role = course_role(claims.get(f"{CLAIM}roles"))
    if role is None:
        raise UnknownRole
    subject = _text(claims, "sub")
    if not subject or len(subject) > _MOST_LETTERS:
        raise UnreadableLaunch({"field": "sub"})
    locale = _text(_part(claims, f"{CLAIM}launch_presentation"), "locale") or _text(claims, "locale")
    language = locale.lower().replace("_", "-").partition("-")[0]
    known = language if language in LANGUAGES else LANGUAGES[0]
    return Outsider(subject=subject, role=role, name=_text(claims, "name"), language=known)


def _place(claims: Mapping[str, Any], deployment: str) -> Place:
    context = _part(claims, f"{CLAIM}context")
    grades = _part(claims, GRADES_CLAIM)
    resource = _part(claims, f"{CLAIM}resource_link")
    return Place(
        deployment_id=deployment,
        context_id=_text(context, "id"),
        title=_text(context, "title") or _text(context, "label"),
        resource_id=_text(resource, "id"),
        assignment_id=_text(_part(claims, f"{CLAIM}custom"), "assignment_id"),
        columns_url=_address(grades, "lineitems"),
        column_url=_address(grades, "lineitem"),
        members_url=_address(_part(claims, MEMBERS_CLAIM), "context_memberships_url"),
    )


def _deep_link(claims: Mapping[str, Any]) -> DeepLink:
    settings = _part(claims, f"{DEEP_LINK_CLAIM}deep_linking_settings")
    return_url, data = _address(settings, "deep_link_return_url"), settings.get("data")
    if not return_url or "ltiResourceLink" not in (settings.get("accept_types") or ()):
        raise UnreadableLaunch({"field": "deep_linking_settings"})
    if data is not None and (not isinstance(data, str) or len(data) > _MOST_DATA):
        raise UnreadableLaunch({"field": "data"})
    return DeepLink(return_url, data, settings.get("accept_lineitem") is not False)


def _part(claims: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = claims.get(name)
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def _address(claims: Mapping[str, Any], name: str) -> str:
    url = _text(claims, name)
    return url if is_safe(url) else ""
