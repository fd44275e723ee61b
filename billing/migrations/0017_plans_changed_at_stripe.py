"""What Stripe was told about the end of each subscription; of a plan under way it is not known."""

from django.db import migrations, models

# The owner sees no tenant's rows while the policies are forced on it.
_BACKFILL = """
ALTER TABLE billing_subscription NO FORCE ROW LEVEL SECURITY;
ALTER TABLE billing_scheduledchange NO FORCE ROW LEVEL SECURITY;
UPDATE billing_subscription SET ends_at_stripe = CASE
    WHEN plan_version <> plan_version_at_stripe THEN NULL
    ELSE EXISTS (
        SELECT FROM billing_scheduledchange change
        WHERE change.subscription_id = billing_subscription.id
            AND change.kind = 'cancellation' AND change.state = 'planned'
    )
END;
ALTER TABLE billing_scheduledchange FORCE ROW LEVEL SECURITY;
ALTER TABLE billing_subscription FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0016_settlement"),
    ]

    operations = [
        migrations.AddField(
            model_name="subscription",
            name="ends_at_stripe",
            field=models.BooleanField(default=False, null=True),
        ),
        migrations.RunSQL(_BACKFILL, migrations.RunSQL.noop),
    ]
