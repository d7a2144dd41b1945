"""What can go wrong in a classroom, each with a stable code, a sentence and a way out."""

from typing import ClassVar

from speech.errors import SpeechError

__all__ = [
    "AccountError",
    "AlreadyBegun",
    "AlreadyThere",
    "AttemptsUsed",
    "BackupBroken",
    "ClassroomError",
    "ConsentMissing",
    "DatabaseDamaged",
    "DatabaseGone",
    "DifferentUpload",
    "DiskFailing",
    "DiskFull",
    "DiskReadOnly",
    "GradesChanged",
    "InvalidDetail",
    "InvalidRoster",
    "InvalidTable",
    "KeyGone",
    "KeysMissing",
    "NotAllowed",
    "NotEmpty",
    "NotFound",
    "NotOpen",
    "RecordingDamaged",
    "RestoreUnfinished",
    "RoomUsedUp",
    "SchemaNotOurs",
    "SchemaTooNew",
    "SessionOver",
    "StoreBusy",
    "StoreError",
    "UnusableCode",
    "WrongMasterKey",
    "WrongPassword",
]


class ClassroomError(SpeechError):
    """People, classes or their work, not the speech, are the trouble."""

    code: ClassVar[str] = "classroom_error"
    template: ClassVar[str] = "This cannot be done in the classroom."
    remedy_template: ClassVar[str] = "Go back, reload the page and try again."


class NotFound(ClassroomError):
    """No such thing, or not for this person to know about; facts: kind."""

    code = "not_found"
    template = "What you asked for ({kind}) is not here."
    remedy_template = "It may have been deleted. Go back and reload the page."


class NotAllowed(ClassroomError):
    """The person's role or class does not permit it."""

    code = "not_allowed"
    template = "Your account may not do this."
    remedy_template = "Ask the teacher of the class, or sign in with another account."


class InvalidDetail(ClassroomError):
    """A value that was given cannot be used; facts: field, problem."""

    code = "invalid_detail"
    template = "“{field}” cannot be used: {problem}."
    remedy_template = "Correct it and try again."


class AlreadyThere(ClassroomError):
    """A name that must be unique is taken; facts: field."""

    code = "already_there"
    template = "This {field} is already in use."
    remedy_template = "Choose another one."


class AlreadyBegun(ClassroomError):
    """What an assignment asks for cannot be changed once somebody works on it."""

    code = "already_begun"
    template = "Somebody has begun this assignment, so what is to be said stays as it is."
    remedy_template = "Change its title, dates or scores, or copy it and change the copy."


class InvalidRoster(ClassroomError):
    """Lines of a roster cannot be used, and nothing was imported; facts: problems, count."""

    code = "invalid_roster"
    template = "{count} lines of the list cannot be used: {problems}."
    remedy_template = "Correct these lines and paste the list again; nobody has been added yet."


class InvalidTable(InvalidDetail):
    """A table of totals cannot be taken over, and nothing was changed; facts: count."""

    code = "invalid_table"
    template = "{count} places of the table cannot be used, and no total has been changed."
    remedy_template = "Correct what is listed, save the table and send it again."


class GradesChanged(ClassroomError):
    """Totals are not what they were when a change of them was looked at; nothing was changed."""

    code = "grades_changed"
    template = "Meanwhile totals have changed, so nothing has been taken over."
    remedy_template = "Download the table again, make your changes there and send it."


class AccountError(ClassroomError):
    """Signing in does not work."""

    code = "account_error"
    template = "You are not signed in."
    remedy_template = "Sign in and try again."


class WrongPassword(AccountError):
    """Name and password do not belong together; says nothing about which of them is wrong."""

    code = "wrong_password"
    template = "The name or the password is wrong."
    remedy_template = "Check both and try again, or ask your teacher for a new link."


class SessionOver(AccountError):
    """The session expired, was ended or never was."""

    code = "session_over"
    template = "You have been signed out."
    remedy_template = "Sign in again; recordings you already sent are kept."


class UnusableCode(AccountError):
    """A join code or link is unknown, used up, withdrawn or too old."""

    code = "unusable_code"
    template = "This code or link does not work any more."
    remedy_template = "Check each letter, or ask your teacher for a new one."


class ConsentMissing(ClassroomError):
    """The learner, or a guardian, has not agreed to this purpose; facts: purpose."""

    code = "consent_missing"
    template = "There is no consent for this ({purpose})."
    remedy_template = "Ask the learner, or a guardian where one is needed, to agree first."


class NotOpen(ClassroomError):
    """The assignment is not open now, or the work has been handed in."""

    code = "not_open"
    template = "This assignment does not take recordings now."
    remedy_template = "Look at its dates, or ask your teacher to open it."


class AttemptsUsed(ClassroomError):
    """All attempts are used; facts: attempts."""

    code = "attempts_used"
    template = "You have used all {attempts} attempts."
    remedy_template = "Ask your teacher for one more."


class DifferentUpload(ClassroomError):
    """An idempotency key comes again with something else."""

    code = "different_upload"
    template = "Another recording was already sent under this number."
    remedy_template = "Record once more."


class RoomUsedUp(ClassroomError):
    """Somebody keeps as many recordings as one person may; facts: megabytes."""

    code = "room_used_up"
    template = "Your recordings fill all the room that one person has here ({megabytes:.0f} MB)."
    remedy_template = "Old recordings are deleted by themselves after a while. Ask your teacher if you need room now."


class StoreError(ClassroomError):
    """The store of people, classes and recordings cannot be used."""

    code = "store_error"
    template = "The classroom's data cannot be used."
    remedy_template = "Tell whoever runs this server."


class StoreBusy(StoreError):
    """Another writer held the database for longer than we wait; nothing was changed."""

    code = "store_busy"
    template = "The classroom's data is being used by another program."
    remedy_template = "Try again in a moment; nothing has been lost."


class DiskFull(StoreError):
    """No room is left on the server's disk."""

    code = "disk_full"
    template = "The server's disk is full."
    remedy_template = "What you sent was not kept. Tell whoever runs this server, and send it again then."


class DiskReadOnly(StoreError):
    """The server may read its disk, but not write to it."""

    code = "disk_read_only"
    template = "The server cannot write to its disk."
    remedy_template = "What you sent was not kept. Tell whoever runs this server, and send it again then."


class DiskFailing(StoreError):
    """Reading or writing failed; whether the last change was kept cannot be known."""

    code = "disk_failing"
    template = "The server's disk does not work as it should."
    remedy_template = "Tell whoever runs this server. Before you send something again, look whether it is there."


class DatabaseGone(StoreError):
    """The database cannot be opened or reached."""

    code = "database_gone"
    template = "The classroom's database cannot be reached."
    remedy_template = "Try again in a moment. If it stays away, tell whoever runs this server."


class DatabaseDamaged(StoreError):
    """The database's file is not what was written."""

    code = "database_damaged"
    template = "The classroom's database is damaged."
    remedy_template = "Tell whoever runs this server: a backup has to be restored, and the damaged file kept."


class RestoreUnfinished(StoreError):
    """Restoring a backup was interrupted; facts: place."""

    code = "restore_unfinished"
    template = "Restoring a backup into {place} was interrupted."
    remedy_template = "Run the same restore once more; it begins anew."


class SchemaTooNew(StoreError):
    """The database was written by a newer Lafal; facts: found."""

    code = "schema_too_new"
    template = "The database was written by a newer version of Lafal ({found})."
    remedy_template = "Install that version again; nothing has been changed."


class SchemaNotOurs(StoreError):
    """The database belongs to another program."""

    code = "schema_not_ours"
    template = "The database has tables that are not Lafal's."
    remedy_template = "Set LAFAL_DATABASE_URL to an empty database; nothing has been changed."


class NotEmpty(StoreError):
    """A backup can only be restored where nothing is; facts: place."""

    code = "not_empty"
    template = "There is already data in {place}."
    remedy_template = "Choose an empty folder and an empty database."


class KeysMissing(StoreError):
    """There is data, but not the keys that open it; facts: name."""

    code = "keys_missing"
    template = "“{name}” is missing, and without it the classroom's data cannot be opened."
    remedy_template = "Put it back from where you keep it apart from the backups."


class WrongMasterKey(StoreError):
    """The master key is not the one that sealed the data, or cannot be read."""

    code = "wrong_master_key"
    template = "The master key does not fit the classroom's data."
    remedy_template = "Put back the file master.key, or the LAFAL_MASTER_KEY, that belongs to it."


class KeyGone(StoreError):
    """The learner was deleted and the key destroyed; nothing brings the data back."""

    code = "key_gone"
    template = "This person's data was deleted for good."
    remedy_template = "There is nothing to do: nobody can read it any more."


class RecordingDamaged(StoreError):
    """The file is missing or not what was written."""

    code = "recording_damaged"
    template = "The recording is damaged or its file is missing."
    remedy_template = "Whoever runs this server can check with: python -m classroom verify"


class BackupBroken(StoreError):
    """An archive is damaged, incomplete or no backup of ours; facts: detail."""

    code = "backup_broken"
    template = "The backup cannot be used: {detail}."
    remedy_template = "Take another backup file; nothing has been restored."
