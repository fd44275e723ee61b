"""Credit notes, refunds, taxes, coupons, invoices by hand."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.tests.world import (
    DAY,
    FEBRUARY,
    HOUR,
    JANUARY,
    MIDDLE,
    World,
    amounts,
)


class TestCreditNote:
    def test_on_a_paid_invoice_goes_to_the_balance(self, world: World) -> None:
        customer = world.ada()
        sub = world.subscribe(customer, world.flat(), 5)
        invoice = world.latest(sub).id
        note = world.v1.credit_notes.create(
            {"invoice": invoice, "amount": 1200, "credit_amount": 1200, "reason": "order_change"}
        )
        assert (note.total, note.type, note.post_payment_amount) == (1200, "post_payment", 1200)
        assert world.balance(customer) == -1200
        assert world.v1.invoices.retrieve(invoice).post_payment_credit_notes_amount == 1200

    def test_can_be_refunded_instead(self, world: World) -> None:
        customer = world.ada()
        sub = world.subscribe(customer, world.flat(), 5)
        note = world.v1.credit_notes.create(
            {"invoice": world.latest(sub).id, "amount": 1200, "refund_amount": 1200}
        )
        assert note.refunds[0].amount_refunded == 1200
        charge = world.v1.charges.list({"customer": customer.id}).data[0]
        assert (charge.amount_refunded, charge.refunded) == (1200, False)
        assert world.balance(customer) == 0

    def test_on_an_open_invoice_leaves_less_to_pay(self, world: World) -> None:
        sub = world.subscribe(world.ada("pm_card_chargeCustomerFail"), world.flat(), 5)
        invoice = world.latest(sub).id
        note = world.v1.credit_notes.create({"invoice": invoice, "amount": 2000})
        assert (note.type, note.pre_payment_amount) == ("pre_payment", 2000)
        assert world.v1.invoices.retrieve(invoice).amount_remaining == 3000
        world.v1.credit_notes.void_credit_note(note.id)
        assert world.v1.invoices.retrieve(invoice).amount_remaining == 5000

    def test_covers_lines_with_their_tax(self, world: World) -> None:
        rate = world.v1.tax_rates.create(
            {"display_name": "VAT", "percentage": 19, "inclusive": False}
        )
        sub = world.subscribe(world.ada(), world.flat(), 5, default_tax_rates=[rate.id])
        line = world.latest(sub).lines.data[0]
        params: Any = {
            "invoice": world.latest(sub).id,
            "lines": [{"type": "invoice_line_item", "invoice_line_item": line.id, "quantity": 2}],
            "credit_amount": 2380,
        }
        preview = world.v1.credit_notes.preview(params)
        note = world.v1.credit_notes.create(params)
        # two of five seats: 2000 and 19 % of it, 380
        assert (note.subtotal, note.total) == (preview.subtotal, preview.total) == (2000, 2380)
        assert len(world.v1.credit_notes.line_items.list(note.id).data) == 1

    def test_cannot_exceed_the_invoice(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        with pytest.raises(stripe.InvalidRequestError):
            world.v1.credit_notes.create(
                {"invoice": world.latest(sub).id, "amount": 5001, "credit_amount": 5001}
            )

    def test_must_say_where_the_money_goes(self, world: World) -> None:
        sub = world.subscribe(world.ada(), world.flat(), 5)
        with pytest.raises(stripe.InvalidRequestError, match="must equal"):
            world.v1.credit_notes.create({"invoice": world.latest(sub).id, "amount": 100})


class TestRefund:
    def test_of_a_part_and_then_of_the_rest(self, world: World) -> None:
        customer = world.ada()
        world.subscribe(customer, world.flat(), 5)
        charge = world.v1.charges.list({"customer": customer.id}).data[0]
        world.v1.refunds.create({"charge": charge.id, "amount": 2000})
        rest = world.v1.refunds.create({"payment_intent": str(charge.payment_intent)})
        assert rest.amount == 3000
        assert world.v1.charges.retrieve(charge.id).refunded
        with pytest.raises(stripe.InvalidRequestError) as refused:
            world.v1.refunds.create({"charge": charge.id})
        assert refused.value.code == "charge_already_refunded"


class TestTax:
    def test_exclusive_is_added_to_each_line(self, world: World) -> None:
        rate = world.v1.tax_rates.create(
            {"display_name": "VAT", "percentage": 19, "inclusive": False}
        )
        price = world.flat(unit_amount=333)
        sub = world.subscribe(world.ada(), price, 5, default_tax_rates=[rate.id])
        invoice = world.latest(sub)
        # 1665 and 19 % of it, 316.35
        assert (invoice.subtotal, invoice.total, invoice.total_excluding_tax) == (1665, 1981, 1665)
        assert invoice.total_taxes is not None
        assert [tax.amount for tax in invoice.total_taxes] == [316]

    def test_inclusive_is_within_the_price(self, world: World) -> None:
        rate = world.v1.tax_rates.create(
            {"display_name": "VAT", "percentage": 19, "inclusive": True}
        )
        sub = world.subscribe(world.ada(), world.flat(), 5, default_tax_rates=[rate.id])
        invoice = world.latest(sub)
        # 5000 / 1.19 = 4201.68; 19 % of that is 798.32
        assert (invoice.total, invoice.total_excluding_tax) == (5000, 4202)
        assert invoice.total_taxes is not None
        assert [tax.amount for tax in invoice.total_taxes] == [798]

    def test_proration_carries_it_too(self, world: World) -> None:
        rate = world.v1.tax_rates.create(
            {"display_name": "VAT", "percentage": 10, "inclusive": False}
        )
        sub = world.subscribe(world.ada(), world.flat(), 5, default_tax_rates=[rate.id])
        world.advance(MIDDLE)
        world.buy(sub, 8)
        assert (world.latest(sub).subtotal, world.latest(sub).total) == (1500, 1650)

    def test_exempt_customer_pays_none(self, world: World) -> None:
        rate = world.v1.tax_rates.create(
            {"display_name": "VAT", "percentage": 19, "inclusive": False}
        )
        customer = world.ada(tax_exempt="exempt")
        sub = world.subscribe(customer, world.flat(), 5, default_tax_rates=[rate.id])
        assert world.latest(sub).total == 5000


class TestCoupon:
    def test_percentage_is_taken_off_every_invoice(self, world: World) -> None:
        coupon = world.v1.coupons.create({"percent_off": 15, "duration": "forever"})
        sub = world.subscribe(world.ada(), world.flat(), 5, discounts=[{"coupon": coupon.id}])
        world.advance(FEBRUARY + HOUR)
        assert world.latest(sub).total == 4250
        assert world.latest(sub).subtotal == 5000

    def test_once_is_once(self, world: World) -> None:
        coupon = world.v1.coupons.create({"percent_off": 50, "duration": "once"})
        sub = world.subscribe(world.ada(), world.flat(), 5, discounts=[{"coupon": coupon.id}])
        assert world.latest(sub).total == 2500
        world.advance(FEBRUARY + HOUR)
        assert world.latest(sub).total == 5000

    def test_repeating_ends_with_its_months(self, world: World) -> None:
        coupon = world.v1.coupons.create(
            {"percent_off": 50, "duration": "repeating", "duration_in_months": 1}
        )
        sub = world.subscribe(world.ada(), world.flat(), 5, discounts=[{"coupon": coupon.id}])
        assert world.latest(sub).total == 2500
        world.advance(FEBRUARY + HOUR)
        assert world.latest(sub).total == 5000

    def test_credit_of_discounted_seats_is_discounted(self, world: World) -> None:
        coupon = world.v1.coupons.create({"percent_off": 50, "duration": "once"})
        sub = world.subscribe(world.ada(), world.flat(), 8, discounts=[{"coupon": coupon.id}])
        world.advance(MIDDLE)
        world.buy(sub, 5)
        # 8 seats were debited at half price: 4000 for the month, half of it left
        assert amounts(world.latest(sub)) == [-2000, 2500]

    def test_amount_is_shared_out_over_the_lines(self, world: World) -> None:
        coupon = world.v1.coupons.create(
            {"amount_off": 1000, "currency": "usd", "duration": "forever"}
        )
        sub = world.subscribe(world.ada(), world.graduated(), 12, discounts=[{"coupon": coupon.id}])
        invoice = world.latest(sub)
        off = [line.discount_amounts for line in invoice.lines.data]
        # 1000 over 10000 and 1600: 862.07 and 137.93
        assert [entry[0].amount for entry in off if entry] == [862, 138]
        assert invoice.total == 10_600

    def test_promotion_code_leads_to_its_coupon(self, world: World) -> None:
        coupon = world.v1.coupons.create({"percent_off": 20, "duration": "forever"})
        code = world.v1.promotion_codes.create(
            {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "SPRING"}
        )
        found = world.v1.promotion_codes.list({"code": "SPRING"}).data[0]
        assert found.id == code.id
        sub = world.subscribe(world.ada(), world.flat(), 5, discounts=[{"promotion_code": code.id}])
        assert world.latest(sub).total == 4000
        assert world.v1.coupons.retrieve(coupon.id).times_redeemed == 1


class TestInvoiceByHand:
    def test_takes_pending_items_and_is_paid(self, world: World) -> None:
        customer = world.ada()
        world.v1.invoice_items.create(
            {"customer": customer.id, "amount": 700, "currency": "usd", "description": "True-up"}
        )
        draft = world.v1.invoices.create(
            {"customer": customer.id, "pending_invoice_items_behavior": "include"}
        )
        assert (draft.status, draft.total, draft.billing_reason) == ("draft", 700, "manual")
        opened = world.v1.invoices.finalize_invoice(draft.id)
        assert (opened.status, opened.amount_remaining) == ("open", 700)
        assert world.v1.invoices.pay(draft.id).status == "paid"

    def test_can_be_sent_with_net_terms(self, world: World) -> None:
        customer = world.ada(None)
        draft = world.v1.invoices.create(
            {
                "customer": customer.id,
                "collection_method": "send_invoice",
                "days_until_due": 30,
                "currency": "eur",
            }
        )
        world.v1.invoice_items.create(
            {"customer": customer.id, "invoice": draft.id, "amount": 900, "currency": "eur"}
        )
        sent = world.v1.invoices.send_invoice(draft.id)
        assert (sent.status, sent.total, sent.due_date) == ("open", 900, JANUARY + 30 * DAY)

    def test_item_can_be_taken_off_a_draft(self, world: World) -> None:
        customer = world.ada()
        draft = world.v1.invoices.create({"customer": customer.id})
        item = world.v1.invoice_items.create(
            {"customer": customer.id, "invoice": draft.id, "amount": 900, "currency": "usd"}
        )
        world.v1.invoice_items.delete(item.id)
        assert world.v1.invoices.retrieve(draft.id).total == 0
        assert world.v1.invoices.delete(draft.id).deleted

    def test_written_off(self, world: World) -> None:
        sub = world.subscribe(world.ada("pm_card_chargeCustomerFail"), world.flat(), 5)
        lost = world.v1.invoices.mark_uncollectible(world.latest(sub).id)
        assert lost.status == "uncollectible"
        with pytest.raises(stripe.InvalidRequestError):
            world.v1.invoices.finalize_invoice(lost.id)

    def test_lines_are_listed_beyond_the_first_ten(self, world: World) -> None:
        customer = world.ada()
        draft = world.v1.invoices.create({"customer": customer.id})
        for i in range(12):
            world.v1.invoice_items.create(
                {
                    "customer": customer.id,
                    "invoice": draft.id,
                    "amount": 100 + i,
                    "currency": "usd",
                }
            )
        shown = world.v1.invoices.retrieve(draft.id).lines
        assert (len(shown.data), shown.has_more) == (10, True)
        walked = world.v1.invoices.line_items.list(draft.id, {"limit": 5}).auto_paging_iter()
        assert [line.amount for line in walked] == [100 + i for i in range(12)]
