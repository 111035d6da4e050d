"""Every error of ours: a sentence for a person, a slug for a program, a status for HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from blended_xblock.design import Problem


class BlendedError(Exception):
    """The base of all errors of this package.

    ``message`` is for the person who asked and says what to do next; ``code`` is stable.
    ``details`` is for the program that asked: plain values, answered beside the two.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class InvalidInputError(BlendedError):
    """What was sent cannot be understood or is not allowed here."""

    code = "invalid_input"
    status = 400


class TooLargeError(BlendedError):
    """More was sent than the site takes at once."""

    code = "too_large"
    status = 413


class NotAllowedError(BlendedError):
    """This person may not do this."""

    code = "not_allowed"
    status = 403


class AnotherAccountError(BlendedError):
    """The page belongs to somebody else than who is logged in; it may be sent later, by them."""

    code = "another_account"
    status = 401


class NotFoundError(BlendedError):
    """There is no such thing, or not in this place."""

    code = "not_found"
    status = 404


class ConflictError(BlendedError):
    """The state of things does not allow it now."""

    code = "conflict"
    status = 409


class SessionNotLiveError(ConflictError):
    """The session is a draft, cancelled or removed: nobody can be recorded at it."""

    code = "session_not_live"


class GuestChangedError(ConflictError):
    """Somebody else marked a guest since the page showed them.

    ``details``: ``guest`` as they stand, by the names of their parts.
    """

    code = "guest_changed"


class ImportChangedError(ConflictError):
    """Something about a file was decided since the page showed it."""

    code = "import_changed"


class SameFileError(ConflictError):
    """The very same file counts already at this session."""

    code = "same_file"


class RollNotOpenError(ConflictError):
    """The roll has not been opened yet."""

    code = "roll_not_open"


class ReasonNeededError(InvalidInputError):
    """What is corrected after the roll was closed needs a reason.

    ``details``: ``user_ids`` and ``keys`` of the marks without one.
    """

    code = "reason_needed"


class NotOnRosterError(InvalidInputError):
    """A mark names somebody who is neither on the roster nor enrolled."""

    code = "not_on_roster"


class MessageNotSentError(BlendedError):
    """A message could not be sent now; it may be later."""

    code = "message_not_sent"
    status = 503


class GateError(BlendedError):
    """Whether something is open cannot be decided now; it stays shut."""

    code = "gate_undecided"
    status = 503


class DesignError(InvalidInputError):
    """What a course team authored breaks the contract; ``problems`` lists all of it."""

    code = "invalid_design"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(problem.message() for problem in problems))
        self.problems = problems


class CheckInClosedError(ConflictError):
    """Nobody can check in at this session now."""

    code = "check_in_closed"


class TooEarlyError(ConflictError):
    """The check-in of this session has not opened yet."""

    code = "too_early"


class TooLateError(ConflictError):
    """The session has gone on for so long that a person must decide."""

    code = "too_late"


class WrongCodeError(InvalidInputError):
    """This is not a code of now: mistyped, expired, used by somebody else, or never one."""

    code = "wrong_code"


class WaitError(BlendedError):
    """Too many wrong codes; after a while one may try again."""

    code = "wait"
    status = 429


class NotEnrolledError(NotAllowedError):
    """This person is no learner of the course of the session."""

    code = "not_enrolled"
