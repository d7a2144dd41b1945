"""What is kept about people, where and how long: each column and each other place says so here, or the tests fail."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["none", "pseudonym", "identity", "voice", "results", "sign-in", "work", "record"]
"""What a place says about people: nothing; who did something, by a made-up name or an id; who they really are; how
they sound; how they did; how they sign in; what they handed in; what was done to their data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What one place keeps about people.

    Parameters
    ----------
    kind : str
        See `Kind`.
    until : str
        When it goes: "deleted" (with the person), "30 days", "12 hours", "used", "always".
    sealed : bool
        Whether what it says about a person can be read with that person's key only.
    """

    kind: Kind
    until: str = "deleted"
    sealed: bool = False


_NOTHING = Holding(kind="none", until="always")

TABLES: Mapping[str, Holding] = {
    "facts": _NOTHING,
    "schools": _NOTHING,
    "classes": _NOTHING,
    "groups": _NOTHING,
    "consent_texts": _NOTHING,
    "assignments": Holding(kind="pseudonym", until="always"),
    "assignment_items": _NOTHING,
    "people": Holding(kind="pseudonym"),
    "identities": Holding(kind="identity", sealed=True),
    "credentials": Holding(kind="sign-in"),
    "sessions": Holding(kind="sign-in", until="12 hours"),
    "invitations": Holding(kind="sign-in", until="used"),
    "memberships": Holding(kind="pseudonym"),
    "consents": Holding(kind="pseudonym"),
    "submissions": Holding(kind="work"),
    "recordings": Holding(kind="voice", until="30 days", sealed=True),
    "assessments": Holding(kind="results", sealed=True),
    "marks": Holding(kind="results", sealed=True),
    "dismissals": Holding(kind="pseudonym"),
    "audit": Holding(kind="record", until="always"),
    "platforms": Holding(kind="pseudonym", until="always"),
    "outside_accounts": Holding(kind="identity", sealed=True),
    "outside_courses": _NOTHING,
    "outside_resources": _NOTHING,
    "outside_columns": _NOTHING,
    "outside_scores": Holding(kind="results"),
    "outside_spent": Holding(kind="sign-in", until="used"),
}
"""Tables of the store. `assessments` and `marks` show their numbers unsealed; documents and comments are sealed."""

COLUMNS: Mapping[str, str] = {
    "facts": "name value",
    "schools": "id name created_at",
    "people": "id school_id role pseudonym language needs_guardian scores_only created_at deleted_at",
    "identities": "person_id name email guardian login",
    "credentials": "person_id login_mac password_hash changed_at",
    "sessions": "id_hash person_id created_at expires_at revoked_at",
    "classes": "id school_id name created_at archived_at",
    "groups": "id class_id name",
    "memberships": "class_id person_id role group_id joined_at left_at",
    "invitations": "id kind code_mac class_id person_id created_by uses_left created_at expires_at revoked_at",
    "consent_texts": "id purpose version language text",
    "consents": "id person_id purpose text_id version guardian recorded_by given_at withdrawn_at",
    "assignments": "id class_id group_id title kind strictness attempts opens_at due_at time_zone "
    "counted rubric created_by created_at archived_at",
    "assignment_items": "id assignment_id position exercise_id text prompt",
    "submissions": "id assignment_id person_id attempt state idempotency_key created_at submitted_at released_at",
    "recordings": "id person_id submission_id item_id idempotency_key content_mac sha256 key_id media_type "
    "size_bytes seconds created_at expires_at removed_at",
    "assessments": "id recording_id model document totals created_at",
    "marks": "assessment_id number level place old_value new_value comment marked_by marked_at",
    "dismissals": "class_id person_id reason dismissed_by dismissed_at",
    "audit": "number at actor action subject details chain",
    "platforms": "id name issuer client_id deployments auth_url token_url jwks_url "
    "needs_guardian created_by created_at removed_at",
    "outside_accounts": "subject_mac person_id platform_id subject linked_at",
    "outside_courses": "id platform_id deployment_id context_id class_id columns_url members_url created_at",
    "outside_resources": "course_id resource_id assignment_id",
    "outside_columns": "course_id assignment_id url",
    "outside_scores": "course_id assignment_id person_id release value tries next_at sent_at problem",
    "outside_spent": "state_mac expires_at",
}
"""Columns of each table, whose kind is the table's: whoever adds one asks here whether it still is."""

FOLDERS: Mapping[str, Holding] = {
    "recordings": Holding(kind="voice", until="30 days", sealed=True),
    "keys": Holding(kind="pseudonym"),
    "lafal.sqlite3": Holding(kind="record", until="see `TABLES`"),
    "master.key": _NOTHING,
    "recalibration.json": _NOTHING,
}
"""What lies in the data folder; keys are named by ids."""

COOKIES: Mapping[str, Holding] = {
    "lafal_session": Holding(kind="sign-in", until="12 hours"),
    "lafal_owner": Holding(kind="pseudonym", until="the browser closes"),
    "lafal_language": _NOTHING,
    "lafal_": Holding(kind="sign-in", until="10 minutes"),
}
"""Cookies; the last one begins so, and binds a way to another site and back to its browser."""

BROWSER: Mapping[str, Holding] = {
    "lafal.progress": Holding(kind="results", until="the browser forgets"),
    "lafal.waiting": Holding(kind="voice", until="sent"),
    "lafal.takes": Holding(kind="voice", until="sent"),
    "lafal.theme": _NOTHING,
}
"""What scripts keep in the browser, by key."""

MEMORY: Mapping[str, Holding] = {
    "classroom.accounts._nobodys_hash": _NOTHING,
    "classroom.exercises._shipped": _NOTHING,
    "classroom.exercises._with_own": _NOTHING,
    "classroom.exercises.level_check": _NOTHING,
    "classroom.operations.backup._write_table": Holding(kind="record", until="the archive is written"),
    "classroom.store.durable._durable": _NOTHING,
    "web.assessing.AssessmentQueue": Holding(kind="voice", until="judged"),
    "web.catalogue.open_catalogue": _NOTHING,
    "web.components.sagittal.articulations": _NOTHING,
    "web.components.templates._environment": _NOTHING,
    "web.course._mouths": _NOTHING,
    "web.homework_judging.HomeworkJudge": Holding(kind="results", until="judged, or refused and the server stops"),
    "web.limits.Limits": Holding(kind="pseudonym", until="1 hour"),
    "web.lti.outgoing.PublicKeys": _NOTHING,
    "web.lti.services.Services": _NOTHING,
    "web.pages.me._add_export": Holding(kind="voice", until="sent"),
    "web.pages.practice.build_practice": Holding(kind="results", until="an hour after"),
    "web.private_folder._folder": _NOTHING,
    "web.recordings.RecordingStore": Holding(kind="voice", until="10 minutes"),
}
"""What the server holds in memory or in nameless temporary files between requests, by class or function."""
