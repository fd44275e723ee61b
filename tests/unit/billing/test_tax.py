"""Which tax is charged, and why."""

import pytest

from billing.domain.tax import (
    EU_VAT_IDS,
    Buyer,
    Rate,
    TaxDecision,
    TaxReason,
    decide_tax,
    is_vat_id_of,
    tidy_vat_id,
)

RATES = {"DE": Rate(1900, "MwSt."), "FR": Rate(2000, "TVA"), "ID": Rate(1100, "PPN")}


def decide(
    country: str, vat_id: str = "", *, exempt: bool = False, seller: str = "DE"
) -> TaxDecision:
    return decide_tax(Buyer(country, vat_id, exempt), seller_country=seller, rates=RATES)


class TestDecision:
    def test_is_the_rate_of_the_buyers_country(self) -> None:
        assert decide("ID") == TaxDecision(1100, "PPN", TaxReason.RATE)

    def test_of_a_private_buyer_in_another_member_state_is_that_states_rate(self) -> None:
        assert decide("FR") == TaxDecision(2000, "TVA", TaxReason.RATE)

    def test_of_a_business_in_another_member_state_is_reverse_charge(self) -> None:
        assert decide("FR", "FR 83 404 833 048") == TaxDecision(0, "", TaxReason.REVERSE_CHARGE)
        assert decide("FR", "FR83404833048").is_reverse_charge

    def test_of_a_business_in_the_sellers_own_country_is_the_rate(self) -> None:
        assert decide("DE", "DE136695976").reason is TaxReason.RATE
        assert not decide("DE", "DE136695976").is_reverse_charge

    def test_ignores_a_vat_id_of_another_state_than_the_buyers(self) -> None:
        assert decide("FR", "DE136695976").reason is TaxReason.RATE

    def test_knows_no_reverse_charge_for_a_seller_outside_of_the_union(self) -> None:
        assert decide("FR", "FR83404833048", seller="US").reason is TaxReason.RATE

    def test_knows_no_reverse_charge_for_a_buyer_outside_of_the_union(self) -> None:
        assert decide("ID", "ID123456789").reason is TaxReason.RATE

    def test_is_nothing_for_an_exempt_buyer_whatever_else_holds(self) -> None:
        assert decide("DE", exempt=True) == TaxDecision(0, "", TaxReason.EXEMPT)
        assert decide("FR", "FR83404833048", exempt=True).reason is TaxReason.EXEMPT

    @pytest.mark.parametrize("country", ["US", ""])
    def test_is_nothing_where_no_rate_is_kept(self, country: str) -> None:
        assert decide(country) == TaxDecision(0, "", TaxReason.NO_RATE)

    def test_says_that_a_rate_of_zero_is_none(self) -> None:
        given = decide_tax(Buyer("JP"), seller_country="DE", rates={"JP": Rate(0, "JCT")})
        assert given == TaxDecision(0, "", TaxReason.NO_RATE)


class TestVatId:
    @pytest.mark.parametrize(
        ("country", "vat_id"),
        [
            ("AT", "ATU12345678"), ("BE", "BE0123456789"), ("BG", "BG1234567890"),
            ("CY", "CY12345678L"), ("CZ", "CZ12345678"), ("DE", "DE123456789"),
            ("DK", "DK12345678"),
            ("EE", "EE123456789"), ("ES", "ESX1234567X"), ("FI", "FI12345678"),
            ("FR", "FRXX999999999"), ("GR", "EL123456789"), ("HR", "HR12345678901"),
            ("HU", "HU12345678"), ("IE", "IE1234567FA"), ("IT", "IT12345678901"),
            ("LT", "LT123456789012"), ("LU", "LU12345678"), ("LV", "LV12345678901"),
            ("MT", "MT12345678"), ("NL", "NL123456789B01"), ("PL", "PL1234567890"),
            ("PT", "PT123456789"), ("RO", "RO12"), ("SE", "SE123456789012"), ("SI", "SI12345678"),
            ("SK", "SK1234567890"),
        ],
    )  # fmt: skip
    def test_is_known_by_its_state(self, country: str, vat_id: str) -> None:
        assert is_vat_id_of(country, vat_id)
        assert not is_vat_id_of(country, vat_id + "0000000000")
        assert not is_vat_id_of(country, vat_id[2:])

    def test_is_known_for_every_member_state(self) -> None:
        assert len(EU_VAT_IDS) == 27

    def test_may_be_written_with_spaces_dots_and_small_letters(self) -> None:
        assert tidy_vat_id(" nl 1234.56789-b01 ") == "NL123456789B01"
        assert is_vat_id_of("NL", "nl 1234.56789-b01")

    def test_of_greece_begins_with_el(self) -> None:
        assert not is_vat_id_of("GR", "GR123456789")
