"""Why somebody who comes from elsewhere is not let in, each with a code of its own."""

from classroom.errors import AccountError, ClassroomError, InvalidDetail


class LaunchError(AccountError):
    """Somebody who comes from a learning platform or sign-in provider is not let in."""

    code = "launch_error"
    template = "You could not be signed in from there."
    remedy_template = "Go back to your course or to the sign-in page and open Lafal again."


class UnknownPlatform(LaunchError):
    """The platform is not registered, or not with this client id."""

    code = "launch_platform"
    template = "This learning platform is not connected to Lafal."
    remedy_template = "Ask an admin to register it with its issuer and client id."


class StaleLaunch(LaunchError):
    """It did not begin in this browser, or too long ago."""

    code = "launch_stale"
    template = "This sign-in did not begin in this browser, or it took too long."
    remedy_template = "Go back to your course or to the sign-in page and open Lafal again, in a new window."


class ReplayedLaunch(LaunchError):
    """The sign-in was used before, or its nonce belongs to another one."""

    code = "launch_replayed"
    template = "This sign-in was used before."
    remedy_template = "Go back to your course or to the sign-in page and open Lafal again."


class BadSignature(LaunchError):
    """What came is not signed by the key that it names, or not in a way we take."""

    code = "launch_signature"
    template = "The signature of what the other site sent is not right."
    remedy_template = "Open Lafal again; if it goes on, an admin has to check the platform's address for public keys."


class WrongIssuer(LaunchError):
    """Somebody else than the one we asked signed it."""

    code = "launch_issuer"
    template = "The answer came from another site than the one that was asked."
    remedy_template = "An admin has to compare the issuer with what the platform says."


class WrongAudience(LaunchError):
    """It is meant for another tool."""

    code = "launch_audience"
    template = "The sign-in was meant for another program than Lafal."
    remedy_template = "An admin has to compare the client id with what the platform says."


class ExpiredLaunch(LaunchError):
    """Its time is over, or has not come."""

    code = "launch_expired"
    template = "The sign-in is too old, or the two clocks do not agree."
    remedy_template = "Open Lafal again; if it goes on, an admin has to check both servers' clocks."


class UnknownDeployment(LaunchError):
    """It was installed in a place of the platform that no admin has listed."""

    code = "launch_deployment"
    template = "Lafal was installed in a part of the platform that it does not know."
    remedy_template = "Ask an admin to add its deployment id."


class UnreadableLaunch(LaunchError):
    """Something is missing, or of a kind or version that we do not take; facts: field."""

    code = "launch_unreadable"
    template = "Something in what the other site sent cannot be used ({field})."
    remedy_template = "An admin has to check that the tool is set up as LTI 1.3."


class UnknownRole(LaunchError):
    """Neither a teacher nor a learner of the course."""

    code = "launch_role"
    template = "Only teachers and learners of a course can come in from there."
    remedy_template = "Ask the teacher of the course to add you to it."


class CourseNotReady(LaunchError):
    """A learner came before any teacher of the course did."""

    code = "launch_not_ready"
    template = "Your teacher has not opened Lafal from this course yet."
    remedy_template = "Ask your teacher to open it once, then try again."


class SignInRefused(LaunchError):
    """The other site did not sign the person in."""

    code = "launch_refused"
    template = "The other site did not sign you in."
    remedy_template = "Try again there, or sign in here with a name and a password."


class NotLinked(LaunchError):
    """Nobody here has linked this account."""

    code = "account_not_linked"
    template = "This account is not linked to anybody in Lafal."
    remedy_template = "Sign in with your password or your teacher's link first, then link it under “My data”."


class AccountTaken(LaunchError):
    """Somebody else here has linked this account."""

    code = "account_taken"
    template = "This school account is linked to somebody else in Lafal."
    remedy_template = "Sign in there with your own account and try again."


class SignInOff(ClassroomError):
    """Whoever runs the server has set no provider."""

    code = "sign_in_off"
    template = "Signing in with the school's account is not set up here."
    remedy_template = "Sign in with a name and a password, or with your teacher's link."


class NotACourse(ClassroomError):
    """The class is not linked to a course, or its platform does not tell who is in it."""

    code = "not_a_course"
    template = "No platform tells who is in this class."
    remedy_template = "Open Lafal from the course once, as its teacher; an admin can allow the class list there."


class InvalidField(InvalidDetail):
    """What an admin copied from a platform is empty or too long; facts: field."""

    code = "platform_field"
    template = "“{field}” is empty or too long."
    remedy_template = "Copy it from the platform once more."


class InvalidAddress(InvalidDetail):
    """An address is not one that we open; facts: field."""

    code = "platform_address"
    template = "“{field}” has to be an address that begins with https://."
    remedy_template = "Copy it from the platform once more."


class UnusableWork(InvalidDetail):
    """A new assignment lacks a title or sentences, or none of the list was chosen."""

    code = "link_work"
    template = "The link needs an assignment: one of the list, or a new one with a title and at least one sentence."
    remedy_template = "Choose one, or write a title of at most 120 letters and one sentence a line."
