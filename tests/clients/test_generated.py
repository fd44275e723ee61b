"""The client follows the API's description."""

from headroom_client import AsyncClient, Client
from scripts.generate_client import SOURCE, generate, operations, parsed, snake, type_of


class TestGenerated:
    def test_is_what_the_description_says(self) -> None:
        for path, code in generate(SOURCE.read_text()).items():
            assert path.read_text() == code, "run `python -m scripts.generate_client`"

    def test_has_a_method_for_every_operation(self) -> None:
        for operation in operations(parsed(SOURCE.read_text())):
            assert callable(getattr(Client, operation.name))
            assert callable(getattr(AsyncClient, operation.name))


class TestTypes:
    def test_of_what_may_be_null(self) -> None:
        assert type_of({"type": ["string", "null"], "format": "date"}) == "dt.date | None"
        assert type_of({"oneOf": [{"$ref": "#/x/Card"}, {"type": "null"}]}) == "Card | None"

    def test_of_lists_and_free_objects(self) -> None:
        assert type_of({"type": "array", "items": {"type": "integer"}}) == "list[int]"
        assert type_of({"type": "object", "additionalProperties": {}}) == "dict[str, Any]"

    def test_names_are_pythons(self) -> None:
        assert [snake("If-Match"), snake("from"), snake("purchaseId")] == [
            "if_match",
            "from_",
            "purchase_id",
        ]
