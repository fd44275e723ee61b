"""People as somebody writes them down."""

from signals.domain.sharing.named import Named, read_people


class TestPeople:
    def test_are_read_with_or_without_a_name_each_address_once(self) -> None:
        read = read_people(
            "Ben  Berg <Ben@acme.example>\nmia@acme.example; Mia Li\n\nben@ACME.example\n"
        )
        assert read.people == (
            Named("Ben Berg", "ben@acme.example"),
            Named("Mia Li", "mia@acme.example"),
        )
        assert read.unreadable == ()

    def test_without_one_address_a_line_are_not(self) -> None:
        read = read_people("Ben\nben@acme\na@acme.example b@acme.example\n@acme.example\n")
        assert (len(read.people), len(read.unreadable)) == (0, 4)
