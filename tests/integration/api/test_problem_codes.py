"""docs/api-problems.md names every code that an answer can have."""

from rest_framework import exceptions

from scripts.problem_registry import FILE, FRAME, errors, literal_codes, registry


class TestRegistry:
    def test_is_what_the_code_says(self) -> None:
        assert FILE.read_text() == registry(), "run `python -m scripts.problem_registry`"

    def test_knows_every_code_that_is_no_class_of_ours(self) -> None:
        assert literal_codes() <= FRAME.keys()

    def test_knows_every_code_of_the_frame(self) -> None:
        kinds = {each.default_code for each in _with_descendants(exceptions.APIException)}
        assert kinds <= FRAME.keys()

    def test_explains_every_error_in_a_sentence(self) -> None:
        for (code, _status), sentences in errors().items():
            assert all(sentence.endswith((".", "!", "?")) for sentence in sentences), code


def _with_descendants(
    kind: type[exceptions.APIException],
) -> list[type[exceptions.APIException]]:
    return [kind, *(each for sub in kind.__subclasses__() for each in _with_descendants(sub))]
