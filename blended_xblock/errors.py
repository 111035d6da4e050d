"""Every error of ours: a sentence for a person, a slug for a program, a status for HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from blended_xblock.design import Problem


class BlendedError(Exception):
    """The base of all errors of this package.

    ``message`` is for the person who asked and says what to do next; ``code`` is stable.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidInputError(BlendedError):
    """What was sent cannot be understood or is not allowed here."""

    code = "invalid_input"
    status = 400


class NotAllowedError(BlendedError):
    """This person may not do this."""

    code = "not_allowed"
    status = 403


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


class RollNotOpenError(ConflictError):
    """The roll has not been opened yet."""

    code = "roll_not_open"


class NotOnRosterError(InvalidInputError):
    """A mark names somebody who is neither on the roster nor enrolled."""

    code = "not_on_roster"


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
