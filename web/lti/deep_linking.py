"""A teacher chooses, in the course's own editor, which assignment a new link opens."""

import base64
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from classroom.assignments import Assignment
from classroom.ids import new_token
from classroom.platforms import Platform
from classroom.store import Store
from classroom.store.sealing import Unsealable, seal, unseal
from web.lti.errors import StaleLaunch
from web.lti.keys import sign
from web.lti.messages import CLAIM, DEEP_LINK_CLAIM, VERSION, DeepLink
from web.lti.services import MOST_POINTS

_TIME_TO_CHOOSE = timedelta(hours=2)
_ANSWER_LIFETIME = timedelta(minutes=5)
_EXPIRES = "expires_s"
_PURPOSE = "deep link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What one teacher is asked: which assignment of a class a link opens.

    `link` is where the platform waits for the answer; without one, the link `resource_id` is there already, and the
    answer is kept here.
    """

    platform_id: str
    deployment_id: str
    course_id: str
    class_id: str
    person_id: str
    resource_id: str = ""
    column_url: str = ""
    link: DeepLink | None = None


def ask(store: Store, question: Question, *, now: datetime) -> str:
    """Seal a question, to be carried by the page on which its teacher chooses."""
    carried = {**asdict(question), _EXPIRES: (now + _TIME_TO_CHOOSE).timestamp()}
    sealed = seal(store.keys.store_key(), json.dumps(carried).encode(), _PURPOSE)
    return base64.urlsafe_b64encode(sealed).decode()


def asked(store: Store, sealed: str, *, by: str, now: datetime) -> Question:
    """Open a question.

    Raises
    ------
    StaleLaunch
        It is not one of ours, was asked of somebody else, or too long ago.
    """
    try:
        opened = unseal(store.keys.store_key(), base64.urlsafe_b64decode(sealed), _PURPOSE)
    except (Unsealable, ValueError) as error:
        raise StaleLaunch from error
    carried: dict[str, Any] = json.loads(opened)
    if carried.pop(_EXPIRES) <= now.timestamp() or carried["person_id"] != by:
        raise StaleLaunch
    link = carried.pop("link")
    return Question(**carried, link=DeepLink(**link) if link else None)


def answer(
    store: Store,
    question: Question,
    link: DeepLink,
    *,
    platform: Platform,
    work: Assignment,
    launch_url: str,
    now: datetime,
) -> str:
    """Sign the answer: one link that opens an assignment, with a column for its grade where the platform takes one."""
    item: dict[str, object] = {
        "type": "ltiResourceLink",
        "title": work.terms.title,
        "url": launch_url,
        "custom": {"assignment_id": work.id},
    }
    if link.accepts_columns:
        column = {"scoreMaximum": MOST_POINTS, "label": work.terms.title, "resourceId": work.id, "tag": "lafal"}
        item["lineItem"] = column
    claims: dict[str, object] = {
        "iss": platform.details.client_id,
        "aud": platform.details.issuer,
        "iat": int(now.timestamp()),
        "exp": int((now + _ANSWER_LIFETIME).timestamp()),
        "nonce": new_token(),
        f"{CLAIM}deployment_id": question.deployment_id,
        f"{CLAIM}message_type": "LtiDeepLinkingResponse",
        f"{CLAIM}version": VERSION,
        f"{DEEP_LINK_CLAIM}content_items": [item],
    }
    if link.data is not None:
        claims[f"{DEEP_LINK_CLAIM}data"] = link.data
    return sign(store, claims)
