"""Row-level security of billing, and the triggers that keep terms, quotes and the ledger fixed."""

from django.db import migrations

from accounts.domain.roles import StaffScope
from accounts.row_security import APP_ROLE, grant, make_insert_only, secure_table

EVERYONE = (StaffScope.PORTFOLIO, StaffScope.BILLING, StaffScope.ALL)
MONEY_ONLY = (StaffScope.BILLING, StaffScope.ALL)

# Terms never change; the three times and the twin at Stripe are written once.
PRICES_KEEP_THEIR_TERMS = f"""
CREATE FUNCTION billing_keep_price_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a price is retired, not deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.plan_id, NEW.version, NEW.currency, NEW.interval, NEW.scheme, NEW.minimum_seats,
        NEW.maximum_seats, NEW.step, NEW.created_at)
       IS DISTINCT FROM
       (OLD.plan_id, OLD.version, OLD.currency, OLD.interval, OLD.scheme, OLD.minimum_seats,
        OLD.maximum_seats, OLD.step, OLD.created_at)
       OR (OLD.published_at IS NOT NULL AND NEW.published_at IS DISTINCT FROM OLD.published_at)
       OR (OLD.retired_at IS NOT NULL AND NEW.retired_at IS DISTINCT FROM OLD.retired_at)
       OR (OLD.stripe_price_id <> '' AND NEW.stripe_price_id IS DISTINCT FROM OLD.stripe_price_id)
    THEN
        RAISE EXCEPTION 'the terms of a price never change: publish a new version'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_price_keeps_its_terms BEFORE UPDATE OR DELETE ON billing_price
    FOR EACH ROW EXECUTE FUNCTION billing_keep_price_terms();
CREATE FUNCTION billing_check_tier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM billing_price WHERE id = NEW.price_id AND published_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'a published price gets no further tier'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_pricetier_joins_a_draft BEFORE INSERT ON billing_pricetier
    FOR EACH ROW EXECUTE FUNCTION billing_check_tier();
REVOKE DELETE ON billing_price, billing_plan, billing_taxrate FROM {APP_ROLE};
"""

# The subscription's row is locked, so that two entries at once follow each other.
LEDGER_ENTRIES_ADD_UP = """
CREATE FUNCTION billing_check_ledger_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last_sequence integer := 0;
    last_seats integer := 0;
BEGIN
    PERFORM 1 FROM billing_subscription
        WHERE id = NEW.subscription_id AND organization_id = NEW.organization_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the ledger entry names no subscription of its organization'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'a_ledger_entry_stays_in_its_organization';
    END IF;
    SELECT sequence, seats_after INTO last_sequence, last_seats
        FROM billing_seatledgerentry WHERE subscription_id = NEW.subscription_id
        ORDER BY sequence DESC LIMIT 1;
    last_sequence := coalesce(last_sequence, 0);
    last_seats := coalesce(last_seats, 0);
    IF NEW.sequence <> last_sequence + 1 THEN
        RAISE EXCEPTION 'ledger entry % follows % of its subscription', NEW.sequence, last_sequence
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entries_follow_each_other';
    END IF;
    IF NEW.seats_after <> last_seats + NEW.seats_delta THEN
        RAISE EXCEPTION 'ledger entry: % seats and % more are not %',
            last_seats, NEW.seats_delta, NEW.seats_after
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entries_add_up';
    END IF;
    UPDATE billing_subscription
        SET purchased_seats = NEW.seats_after, next_term_seats = NEW.next_term_seats_after
        WHERE id = NEW.subscription_id;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_seatledgerentry_adds_up BEFORE INSERT ON billing_seatledgerentry
    FOR EACH ROW EXECUTE FUNCTION billing_check_ledger_entry();
CREATE FUNCTION billing_keep_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.purchased_seats <> 0 OR NEW.next_term_seats <> 0 THEN
            RAISE EXCEPTION 'a subscription begins without seats; its ledger adds them'
                USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF pg_trigger_depth() = 1 AND (NEW.purchased_seats, NEW.next_term_seats)
        IS DISTINCT FROM (OLD.purchased_seats, OLD.next_term_seats) THEN
        RAISE EXCEPTION 'only the seat ledger changes the seats of a subscription'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_subscription_follows_its_ledger
    BEFORE INSERT OR UPDATE ON billing_subscription
    FOR EACH ROW EXECUTE FUNCTION billing_keep_balance();
"""


class Migration(migrations.Migration):
    """Put every tenant table of this app under row-level security."""

    dependencies = [("billing", "0001_initial"), ("accounts", "0002_row_security")]

    operations = [
        secure_table("billing_billingaccount", staff=MONEY_ONLY, pipeline="SELECT"),
        secure_table("billing_subscription", staff=EVERYONE, pipeline="SELECT"),
        secure_table("billing_subscriptionperiod", staff=EVERYONE, pipeline="SELECT"),
        secure_table("billing_quote", staff=EVERYONE, pipeline="SELECT", insert_only=True),
        secure_table("billing_purchase", staff=EVERYONE, pipeline="SELECT"),
        secure_table(
            "billing_seatledgerentry", staff=EVERYONE, pipeline="SELECT", insert_only=True
        ),
        secure_table("billing_invoice", staff=EVERYONE, pipeline="SELECT"),
        secure_table("billing_invoiceline", staff=MONEY_ONLY),
        secure_table("billing_payment", staff=MONEY_ONLY, pipeline="SELECT"),
        secure_table("billing_incident", staff=MONEY_ONLY),
        secure_table("billing_difference", staff=MONEY_ONLY),
        make_insert_only("billing_pricetier"),
        grant("billing_plan", pipeline="SELECT"),
        grant("billing_price", pipeline="SELECT"),
        grant("billing_pricetier", pipeline="SELECT"),
        migrations.RunSQL(PRICES_KEEP_THEIR_TERMS, migrations.RunSQL.noop),
        migrations.RunSQL(LEDGER_ENTRIES_ADD_UP, migrations.RunSQL.noop),
    ]
