"""Everything this project raises on purpose, in one tree.

SearchError
├── BadRequest              what was asked cannot be understood (400, exit 2)
├── NotFound                no such document for this audience (404)
├── Conflict                it cannot be done as things are (409)
├── Refused                 who asks may not, or not so much; never says more than that
│   ├── KeyRefused          the key is unknown, expired or revoked (401)
│   ├── StaffOnly           a key of the staff is needed (403)
│   ├── TooLarge            more was sent than is taken (413)
│   └── TooMany             too much was asked in too short a time (429)
├── BadTestSet              a set of judged queries does not fit together; names file and row
├── UnreadableDocument      one file could not be read; `reason` is a stable word
├── EncoderUnavailable      the embedding model cannot be loaded; keyword search still works
└── LibraryError            something is wrong with --home
    ├── ForeignHome         the directory holds something that is not ours
    ├── NewerHome           it was written by a newer version
    ├── IndexMismatch       built with another analyzer or encoder: run `xiehui rebuild`
    └── LibraryBusy         another process is writing

Messages are one line, name the thing and the way out, and are in Chinese where an
office clerk will read them. `code` is stable and goes into the API's error shape.
"""

from __future__ import annotations


class SearchError(Exception):
    """Root of the tree; `code` is a stable word for programs."""

    code = "search_error"


class BadRequest(SearchError):
    code = "bad_request"


class NotFound(SearchError):
    code = "not_found"


class Conflict(SearchError):
    code = "conflict"


class Refused(SearchError):
    code = "refused"


class KeyRefused(Refused):
    """`code` says why: key_unknown, key_expired or key_revoked."""

    code = "key_unknown"

    def __init__(self, message: str, code: str = "key_unknown") -> None:
        super().__init__(message)
        self.code = code


class StaffOnly(Refused):
    code = "staff_only"


class TooLarge(Refused):
    code = "too_large"


class TooMany(Refused):
    """`retry_after` is in whole seconds."""

    code = "too_many_requests"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class BadTestSet(SearchError):
    code = "bad_test_set"


class UnreadableDocument(SearchError):
    """One file cannot be read.

    `reason` is one of the stable words listed in README.md (`empty_file`, `no_text`,
    `unsupported_type`, `password_required`, `corrupt_pdf`, `corrupt_zip`, ...).
    """

    code = "unreadable_document"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class EncoderUnavailable(SearchError):
    code = "encoder_unavailable"


class LibraryError(SearchError):
    code = "library_error"


class ForeignHome(LibraryError):
    code = "foreign_home"


class NewerHome(LibraryError):
    code = "newer_home"


class IndexMismatch(LibraryError):
    code = "index_mismatch"


class LibraryBusy(LibraryError):
    code = "library_busy"
