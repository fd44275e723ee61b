"""What Schemathesis loads beside itself: the judgment of good data that was refused.

Its own check takes every 4xx but those of state for a mistake of the file. Some values no schema
can tell: whether somebody is there, or two days are in order. Those are listed here; any other
refusal of data that the schema calls good fails the run.
"""

import re
from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, Response

# Fields whose value names something, or has to fit another field.
NO_SCHEMA_TELLS = {
    "account_manager": "an account manager's address",
    "added_by": "the address of one who reads requests",
    "author": "the address of one who reads requests",
    "change": "its period ends after it begins",
    "currency": "a code of ISO 4217 that can be charged",
    "cursor": "given by the page before",
    "days": "two that the calendar has, in order",
    "department": "the name of one that is there",
    "fields": "names fields of this very answer",
    "into": "another task of the same organization",
    "last_day": "after the first, a year at most",
    "last_on": "after the first",
    "managers": "addresses of account managers",
    "mapping": "as many as the file has columns",
    "members": "member ids of the organization",
    "organization": "named by keys of the vendor, never by an organization's own",
    "payer_email": "kept empty until somebody pays",
    "payer_name": "kept empty until somebody pays",
    "quantities": "empty only with a `change`",
    "region": "the name of one that is there",
    "replacement_id": "never with `replacement`",
    "restrict_after_days": "not before the first reminder",
    "review_by": "a day that is still to come",
    "role": "never with `role_id`, and never neither",
    "state": "never with another change of the task",
    "thresholds": "those of the rule",
    "wanted_on": "a day from which days can be counted",
}
# Refusals of the body as a whole: JSON may spell a NUL, and a header may promise gzip.
# And what services say of values: an address of a private network, a name that is no domain.
OF_THE_BODY = {"parse_error", "malformed_gzip"}
OF_THE_VALUE = {"address_unfit", "buttons_not_possible", "domain_unfit", "no_event_chosen"}
UNKNOWN_NAME = "There is no such field."


@schemathesis.check
def good_data_is_taken(_context: CheckContext, response: Response, case: Case[Any]) -> None:
    """Fail where data that the schema allows was refused for its form."""
    if (
        case.meta is None
        or not case.meta.generation.mode.is_positive
        or response.status_code != 400
    ):
        return
    problem = response.json()
    # A draft of a price refuses names that it does not know, and its file's schema is open.
    errors = [e for e in problem.get("errors", ()) if not e["message"].startswith(UNKNOWN_NAME)]
    named = [set(re.findall(r"[a-z_]+", each["field"])) for each in errors]
    if problem["code"] in OF_THE_BODY | OF_THE_VALUE or (problem.get("errors") and not errors):
        return
    if named and all(parts & NO_SCHEMA_TELLS.keys() for parts in named):
        return
    raise AssertionError(f"400 {problem['code']} for good data: {problem.get('errors')}")
