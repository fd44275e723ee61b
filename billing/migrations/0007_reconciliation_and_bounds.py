"""What does not agree lasts until a person ends it; purchases out of pattern stop for one."""

import uuid

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from accounts.domain.roles import StaffScope
from accounts.row_security import PIPELINE_ROLE, secure_table

MONEY_ONLY = (StaffScope.BILLING, StaffScope.ALL)


def may_read_all(table: str) -> migrations.RunSQL:
    """Let the pipeline role read a table that was secured without it."""
    return migrations.RunSQL(
        f"CREATE POLICY pipeline ON {table} TO {PIPELINE_ROLE} USING (true) WITH CHECK (true);"
        f"GRANT SELECT ON {table} TO {PIPELINE_ROLE}",
        migrations.RunSQL.noop,
    )


class Migration(migrations.Migration):
    """Differences that last, strangers at Stripe, limits, reviews and held renewals."""

    dependencies = [
        ("accounts", "0002_row_security"),
        ("billing", "0006_plans_for_the_renewal"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Reports of earlier runs; what still differs is found again by the next one.
        migrations.DeleteModel("Difference"),
        migrations.DeleteModel("ReconciliationRun"),
        migrations.CreateModel(
            name="AmountLimit",
            fields=[
                (
                    "currency",
                    models.CharField(
                        max_length=3, primary_key=True, serialize=False, verbose_name="currency"
                    ),
                ),
                (
                    "purchase_minor",
                    models.BigIntegerField(blank=True, null=True, verbose_name="in one purchase"),
                ),
                (
                    "day_minor",
                    models.BigIntegerField(blank=True, null=True, verbose_name="in 24 hours"),
                ),
            ],
            options={
                "ordering": ["currency"],
            },
        ),
        migrations.CreateModel(
            name="Difference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("accepted", "accepted"),
                            ("repaired", "repaired"),
                            ("gone", "gone by itself"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("first_seen_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_seen_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("times_seen", models.PositiveIntegerField(default=1)),
                ("repair", models.CharField(blank=True, max_length=20)),
                ("repair_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                ("proposed_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("customer_missing", "the customer is not at Stripe"),
                            ("balance", "credit balance"),
                            ("payment_method", "payment method"),
                            ("subscription_missing", "the subscription is not live at Stripe"),
                            ("subscription_unknown", "the subscription is only at Stripe"),
                            ("two_subscriptions", "two live subscriptions at Stripe"),
                            ("items", "items of the subscription"),
                            ("status", "status"),
                            ("quantity", "seats"),
                            ("next_quantity", "seats of the next term"),
                            ("price", "price"),
                            ("period", "billing period"),
                            ("collection", "way of paying"),
                            ("tax", "tax rate"),
                            ("invoice_missing", "the invoice is not at Stripe"),
                            ("invoice_unknown", "the invoice is only at Stripe"),
                            ("invoice_status", "state of the invoice"),
                            ("invoice_total", "total of the invoice"),
                            ("invoice_paid", "paid amount of the invoice"),
                            ("invoice_lines", "lines of the invoice"),
                            ("payment_unknown", "the payment is only at Stripe"),
                            ("payments", "payments of the invoice"),
                            ("seat_pool", "seat pool against ledger"),
                            ("ledger", "ledger rule"),
                            ("amount", "ledger against invoice"),
                        ],
                        max_length=30,
                        verbose_name="what",
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=120)),
                ("ours", models.CharField(blank=True, max_length=200, verbose_name="ours")),
                ("theirs", models.CharField(blank=True, max_length=200, verbose_name="Stripe's")),
            ],
            options={
                "ordering": ["state", "organization", "kind"],
            },
        ),
        migrations.CreateModel(
            name="InvoiceHold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("stripe_invoice_id", models.CharField(max_length=80)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("held", "held back"),
                            ("too_late", "seen too late to hold"),
                            ("released", "released"),
                            ("voided", "voided"),
                        ],
                        default="held",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("expected_minor", models.BigIntegerField()),
                ("most_minor", models.BigIntegerField()),
                ("total_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("held_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
            ],
            options={
                "ordering": ["-held_at"],
            },
        ),
        migrations.CreateModel(
            name="OrganizationLimits",
            fields=[
                (
                    "organization",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="limits",
                        serialize=False,
                        to="accounts.organization",
                    ),
                ),
                (
                    "seats",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="seats in one purchase"
                    ),
                ),
                (
                    "factor_percent",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        verbose_name="seats after a purchase, in percent of today's",
                    ),
                ),
                (
                    "purchase_minor",
                    models.BigIntegerField(
                        blank=True, null=True, verbose_name="amount in one purchase"
                    ),
                ),
                (
                    "day_minor",
                    models.BigIntegerField(
                        blank=True, null=True, verbose_name="amount in 24 hours"
                    ),
                ),
                (
                    "renewal_percent",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="renewal above the expected, in percent"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PurchaseReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "to be decided"),
                            ("approved", "approved"),
                            ("refused", "refused"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("quantity_from", models.PositiveIntegerField()),
                ("quantity_to", models.PositiveIntegerField()),
                ("total_minor", models.BigIntegerField()),
                ("day_minor", models.BigIntegerField(default=0)),
                ("currency", models.CharField(max_length=3)),
                ("breaches", models.JSONField(default=list)),
                ("actor_label", models.CharField(max_length=200)),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                ("approved_until", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-opened_at"],
            },
        ),
        migrations.CreateModel(
            name="ReconciliationRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("only", models.CharField(blank=True, max_length=200)),
                ("only_id", models.BigIntegerField(null=True)),
                ("requested_by", models.CharField(blank=True, max_length=200)),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("resumed_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("stage", models.CharField(blank=True, max_length=20)),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("seen", models.JSONField(default=list)),
                ("not_seen", models.JSONField(default=list)),
                ("compared", models.JSONField(default=dict)),
                ("found", models.JSONField(default=dict)),
                ("opened", models.PositiveIntegerField(default=0)),
                ("gone", models.PositiveIntegerField(default=0)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "ordering": ["-started_at"],
            },
        ),
        migrations.CreateModel(
            name="Stranger",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("accepted", "accepted"),
                            ("repaired", "repaired"),
                            ("gone", "gone by itself"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("first_seen_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_seen_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("times_seen", models.PositiveIntegerField(default=1)),
                ("repair", models.CharField(blank=True, max_length=20)),
                ("repair_key", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                ("proposed_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("customer", "customer"),
                            ("subscription", "subscription"),
                            ("invoice", "invoice"),
                            ("payment", "payment"),
                        ],
                        max_length=20,
                        verbose_name="what",
                    ),
                ),
                ("stripe_id", models.CharField(max_length=80)),
                ("customer_id", models.CharField(blank=True, max_length=80)),
                ("label", models.CharField(blank=True, max_length=200)),
                ("amount_minor", models.BigIntegerField(null=True)),
                ("currency", models.CharField(blank=True, max_length=3)),
            ],
            options={
                "ordering": ["state", "kind", "stripe_id"],
            },
        ),
        migrations.CreateModel(
            name="VendorLimits",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(
                        default=1, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "seats",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="seats in one purchase"
                    ),
                ),
                (
                    "factor_percent",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        verbose_name="seats after a purchase, in percent of today's",
                    ),
                ),
                (
                    "renewal_percent",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="renewal above the expected, in percent"
                    ),
                ),
                (
                    "repairs_need_two",
                    models.BooleanField(default=False, verbose_name="repairs need two people"),
                ),
            ],
        ),
        migrations.AddField(
            model_name="incident",
            name="subject",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AlterField(
            model_name="incident",
            name="kind",
            field=models.CharField(
                choices=[
                    ("preview_differs", "Stripe's preview differs from our quote"),
                    ("invoice_differs", "the invoice differs from our quote"),
                    ("unexpected_payment", "a payment arrived after the end"),
                    ("grant_blocked", "paid seats could not be granted"),
                    ("renewal_held", "a renewal is far above what was expected"),
                ],
                max_length=30,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.UniqueConstraint(
                condition=models.Q(("subject", ""), _negated=True),
                fields=("organization", "subject", "kind"),
                name="one_incident_per_subject_and_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="seatledgerentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cause", "renewal")),
                fields=("organization", "subscription", "effective_at"),
                name="one_renewal_per_subscription_and_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="seatledgerentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("cause__in", ["renewal", "true_up_overage", "true_up_removal"]),
                    ("invoice__isnull", False),
                ),
                fields=("organization", "invoice", "cause"),
                name="one_ledger_entry_per_invoice_and_cause",
            ),
        ),
        migrations.AddField(
            model_name="difference",
            name="ended_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="difference",
            name="organization",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="differences",
                to="accounts.organization",
            ),
        ),
        migrations.AddField(
            model_name="difference",
            name="proposed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="invoicehold",
            name="decided_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="invoicehold",
            name="invoice",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="holds",
                to="billing.invoice",
            ),
        ),
        migrations.AddField(
            model_name="invoicehold",
            name="organization",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, to="accounts.organization"
            ),
        ),
        migrations.AddField(
            model_name="purchasereview",
            name="decided_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="purchasereview",
            name="organization",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, to="accounts.organization"
            ),
        ),
        migrations.AddField(
            model_name="purchasereview",
            name="purchase",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reviews",
                to="billing.purchase",
            ),
        ),
        migrations.AddField(
            model_name="purchasereview",
            name="quote",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.quote"
            ),
        ),
        migrations.AddField(
            model_name="purchasereview",
            name="requested_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="stranger",
            name="ended_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="stranger",
            name="proposed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="vendorlimits",
            constraint=models.CheckConstraint(
                condition=models.Q(("id", 1)), name="the_vendor_has_one_set_of_limits"
            ),
        ),
        migrations.AddConstraint(
            model_name="difference",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["open", "accepted"])),
                fields=("organization", "kind", "subject"),
                name="one_lasting_difference_per_subject_and_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoicehold",
            constraint=models.UniqueConstraint(
                fields=("organization", "stripe_invoice_id"),
                name="one_hold_per_organization_and_invoice",
            ),
        ),
        migrations.AddConstraint(
            model_name="purchasereview",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("organization", "quantity_to"),
                name="one_open_review_per_organization_and_quantity",
            ),
        ),
        migrations.AddConstraint(
            model_name="purchasereview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "approved"), _negated=True),
                    ("approved_until__isnull", False),
                    _connector="OR",
                ),
                name="an_approval_has_an_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="stranger",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["open", "accepted"])),
                fields=("stripe_id",),
                name="one_lasting_stranger_per_object",
            ),
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="renews",
            field=models.BooleanField(default=False),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("renews", True)),
                expressions=[
                    ("organization", "="),
                    ("stripe_item_id", "="),
                    ("period_start", "="),
                    ("invoice", "<>"),
                ],
                name="one_renewal_invoice_per_item_and_period",
            ),
        ),
        secure_table("billing_difference", staff=MONEY_ONLY, pipeline="SELECT"),
        secure_table("billing_organizationlimits", staff=MONEY_ONLY),
        secure_table("billing_purchasereview", staff=MONEY_ONLY),
        secure_table("billing_invoicehold", staff=MONEY_ONLY),
        may_read_all("billing_invoiceline"),
    ]
