"""What the components say and show."""

import re
from typing import Any

import pytest
from django import forms
from django.template.loader import render_to_string
from django.utils import translation


def shown(name: str, **context: Any) -> str:
    """Render a component."""
    return render_to_string(f"components/{name}.html", context)


def words(html: str) -> str:
    """Return what a reader sees, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


class Department(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the cost report.")
    note = forms.CharField(label="Note", required=False)
    way = forms.ChoiceField(choices=[("card", "Card")], widget=forms.RadioSelect)


class TestSeatMeter:
    def test_draws_one_cell_for_each_seat(self) -> None:
        html = shown("seat_meter", purchased=10, active=6, idle=2, free=2, overage=0)
        cells = html.split("</div>")[0]
        assert cells.count("seat-active") == 6
        assert cells.count("seat-idle") == 2
        assert cells.count("seat-free") == 2

    def test_says_in_words_what_it_draws(self) -> None:
        html = shown("seat_meter", purchased=10, active=6, idle=2, free=2, overage=0)
        assert words(html) == "6 active 2 assigned, idle 2 free 10 seats purchased"

    def test_names_people_above_what_is_purchased(self) -> None:
        html = shown("seat_meter", purchased=10, active=10, idle=0, free=0, overage=2)
        assert "2 above what is purchased" in words(html)
        assert html.split("</div>")[0].count("seat-overage") == 2

    def test_becomes_a_bar_when_seats_are_too_many_to_count(self) -> None:
        html = shown("seat_meter", purchased=480, active=300, idle=60, free=120, overage=0)
        assert 'viewBox="0 0 480 1"' in html
        assert 'class="bar-idle" x="300" width="60"' in html
        assert 'class="meter-cells"' not in html

    def test_coordinates_never_carry_the_readers_separators(self) -> None:
        with translation.override("de"):
            html = shown("seat_meter", purchased=1200, active=1100, idle=50, free=50, overage=0)
        assert 'viewBox="0 0 1200 1"' in html


class TestTierTable:
    def test_lights_the_tier_that_applies(self) -> None:
        tiers = [
            {"first": 1, "last": 10, "unit_minor": 5000, "current": False},
            {"first": 11, "last": None, "unit_minor": 4000, "current": True},
        ]
        html = shown("tier_table", tiers=tiers, currency="EUR", note="You have the lowest price.")
        lit = re.findall(r'<tr aria-current="true">.*?</tr>', html, flags=re.DOTALL)
        assert [words(row) for row in lit] == ["11 and more now €40.00"]
        assert "1 to 10" in words(html)
        assert "You have the lowest price." in html


class TestField:
    def test_the_error_stands_with_its_field_and_is_announced_with_it(self) -> None:
        html = shown("field", field=Department({})["name"])
        assert 'id="id_name_error"' in html
        assert re.search(r'aria-describedby="[^"]*id_name_error', html)
        assert 'aria-invalid="true"' in html

    def test_help_is_tied_to_the_input(self) -> None:
        html = shown("field", field=Department()["name"])
        assert 'id="id_name_helptext"' in html
        assert re.search(r'aria-describedby="[^"]*id_name_helptext', html)

    def test_what_may_stay_empty_says_so(self) -> None:
        assert "(optional)" in shown("field", field=Department()["note"])
        assert "(optional)" not in shown("field", field=Department()["name"])

    def test_choices_are_a_group_with_a_legend(self) -> None:
        html = shown("field", field=Department()["way"])
        assert html.count("<fieldset") == html.count("</fieldset>") == 1
        assert "<legend" in html


class TestBadge:
    @pytest.mark.parametrize("kind", ["good", "warn", "bad", "accent"])
    def test_a_colour_never_stands_without_a_shape_and_a_word(self, kind: str) -> None:
        html = shown("badge", label="paid", kind=kind)
        assert "<svg" in html
        assert words(html) == "paid"

    def test_each_meaning_has_its_own_shape(self) -> None:
        shapes = {
            shown("badge", label="x", kind=kind).split("currentColor", 1)[1].split("</svg>")[0]
            for kind in ("good", "warn", "bad", "accent")
        }
        assert len(shapes) == 4


class TestChart:
    def test_the_table_behind_it_is_real(self) -> None:
        html = shown(
            "chart",
            id="year",
            title="Active people doubled",
            x_heading="Month",
            columns=[{"label": "Active", "series": "active", "kind": "area"}],
            rows=[{"label": "May 2026", "short": "May", "values": [8]}],
        )
        assert 'data-series="active" data-kind="area"' in html
        assert '<th scope="row" data-label="May">May 2026</th>' in html
        assert '<td class="number" data-value="8">8</td>' in html

    def test_an_unknown_value_is_a_gap_and_not_a_zero(self) -> None:
        html = shown(
            "chart",
            id="c",
            title="t",
            columns=[{"label": "a", "series": "active", "kind": "line"}],
            rows=[{"label": "x", "values": [None]}],
        )
        assert 'data-value=""></td>' in html


class TestCompare:
    def test_differences_come_first_and_equal_rows_are_folded(self) -> None:
        row = {"label": "Quantity", "ours": "15", "theirs": "14", "difference": "+1"}
        html = shown("compare", differences=[row], equals=[{**row, "label": "Price"}])
        assert html.index("Quantity") < html.index("<details") < html.index("Price")

    def test_agreement_is_said(self) -> None:
        assert "agrees" in words(shown("compare", differences=[], equals=[]))


class TestErrorPages:
    @pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "429", "500", "503"])
    def test_render_without_request_reader_or_database(self, code: str) -> None:
        html = render_to_string(f"{code}.html")
        assert code[:3] in words(html)
        assert html.count("<h1") == 1
        assert 'href="/"' in html


class TestMail:
    def test_has_one_action_whose_address_can_also_be_read(self) -> None:
        address = "https://headroom.example/seats/"
        context = {"action_url": address, "action_label": "Add seats", "heading": "Almost full"}
        html = render_to_string("mail/base.html", context)
        assert html.count("<a ") == 1
        assert f">{address}</p>" in html

    def test_the_plain_text_does_not_escape(self) -> None:
        text = render_to_string("mail/base.txt", {"heading": "Hartmann & Söhne", "reason": "r"})
        assert text.startswith("Hartmann & Söhne\n")
