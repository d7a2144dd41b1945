"""A teacher chooses, in the course's own editor, which assignment a new link opens."""

import base64
import binascii
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from classroom.assignments import Assignment
from classroom.platforms import Platform
from classroom.store import Store
from classroom.store.sealing import Unsealable, seal, unseal
from web.lti.errors import StaleLaunch
from web.lti.keys import sign
from web.lti.messages import CLAIM, DEEP_LINK_CLAIM, VERSION, DeepLink
from web.lti.services import MOST_POINTS

_TIME_TO_CHOOSE = timedelta(hours=2)
_ANSWER_LIFETIME = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a platform asked of one teacher, for the class of its course."""

    platform_id: str
    deployment_id: str
    class_id: str
    person_id: str
    expires_s: float
    link: DeepLink


def ask(
    store: Store, link: DeepLink, *, platform_id: str, deployment_id: str, class_id: str, person_id: str, now: datetime
) -> str:
    """Seal a question, to be carried by the page on which its teacher chooses."""
    question = Question(
        platform_id=platform_id,
        deployment_id=deployment_id,
        class_id=class_id,
        person_id=person_id,
        expires_s=(now + _TIME_TO_CHOOSE).timestamp(),
        link=link,
    )
    sealed = seal(store.keys.store_key(), json.dumps(asdict(question)).encode(), "deep link")
    return base64.urlsafe_b64encode(sealed).decode()


def asked(store: Store, sealed: str, *, by: str, now: datetime) -> Question:
    """Open a question.

    Raises
    ------
    StaleLaunch
        It is not one of ours, was asked of somebody else, or too long ago.
    """
    try:
        opened: dict[str, Any] = json.loads(
            unseal(store.keys.store_key(), base64.urlsafe_b64decode(sealed), "deep link")
        )
    except (Unsealable, binascii.Error, ValueError) as error:
        raise StaleLaunch from error
    question = Question(**{**opened, "link": DeepLink(**opened["link"])})
    if question.person_id != by or question.expires_s <= now.timestamp():
        raise StaleLaunch
    return question


def answer(
    store: Store, question: Question, platform: Platform, work: Assignment, *, launch_url: str, now: datetime
) -> str:
    """Sign the answer: one link that opens an assignment, with a column for its grade where the platform takes one."""
    item: dict[str, object] = {
        "type": "ltiResourceLink",
        "title": work.terms.title,
        "url": launch_url,
        "custom": {"assignment_id": work.id},
    }
    if question.link.accepts_columns:
        column = {"scoreMaximum": MOST_POINTS, "label": work.terms.title, "resourceId": work.id, "tag": "lafal"}
        item["lineItem"] = column
    claims: dict[str, object] = {
        "iss": platform.details.client_id,
        "aud": platform.details.issuer,
        "iat": int(now.timestamp()),
        "exp": int((now + _ANSWER_LIFETIME).timestamp()),
        "nonce": store.mac("deep link nonce", f"{question.expires_s} {work.id} {now.isoformat()}"),
        f"{CLAIM}deployment_id": question.deployment_id,
        f"{CLAIM}message_type": "LtiDeepLinkingResponse",
        f"{CLAIM}version": VERSION,
        f"{DEEP_LINK_CLAIM}content_items": [item],
    }
    if question.link.data is not None:
        claims[f"{DEEP_LINK_CLAIM}data"] = question.link.data
    return sign(store, claims)
