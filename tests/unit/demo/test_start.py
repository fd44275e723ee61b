"""What the variables of one start ask for."""

import pytest

from demo.start import chosen_port


class TestChosenPort:
    @pytest.mark.parametrize("text", ["http", "0", "80", "70000", "-1"])
    def test_refuses_what_is_no_port(self, text: str) -> None:
        with pytest.raises(ValueError, match="is not a port"):
            chosen_port(text)

    def test_takes_8000_when_none_is_named(self) -> None:
        assert chosen_port("") == 8000
