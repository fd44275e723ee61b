"""Kinds of findings; what the scan reads of outcomes and of sign-ins."""

from django.db import migrations, models

from accounts.row_security import PIPELINE_ROLE

# Of a user the scan reads when they signed in, and nothing else.
READS = f"""
GRANT SELECT (id, last_login) ON accounts_user TO {PIPELINE_ROLE};
GRANT SELECT ON seats_outcomebaseline, seats_outcomeentry TO {PIPELINE_ROLE};
CREATE POLICY pipeline ON seats_outcomebaseline TO {PIPELINE_ROLE} USING (true);
CREATE POLICY pipeline ON seats_outcomeentry TO {PIPELINE_ROLE} USING (true);
CREATE INDEX refusals_by_day ON seats_seatrefusal (day);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("seats", "0013_people_who_were_refused"),
        ("signals", "0007_sharing"),
    ]

    operations = [
        migrations.AlterField(
            model_name="alertmemory",
            name="kind",
            field=models.CharField(
                choices=[
                    ("utilization", "seats running out"),
                    ("unseated", "people without a seat"),
                    ("low_use", "few seats in use"),
                    ("power_users", "power users"),
                    ("concentration", "a few who use much"),
                    ("new_hires", "new people in a department"),
                    ("cross_department", "a department without seats is interested"),
                    ("leader", "a new leader"),
                    ("hierarchy", "managers and teams without seats"),
                    ("geography", "a new region"),
                    ("value", "an outcome reached its target"),
                    ("intent", "a request to the vendor"),
                    ("champion_left", "a champion left"),
                    ("limit_refused", "refused at the limit"),
                    ("overage", "overage in use"),
                    ("sharing", "shared sign-ins"),
                    ("department_clock", "long without a new department"),
                    ("single_threaded", "few contacts left"),
                    ("trial", "the end of a trial"),
                    ("renewal", "a renewal ahead"),
                ],
                max_length=30,
            ),
        ),
        migrations.AlterField(
            model_name="signal",
            name="kind",
            field=models.CharField(
                choices=[
                    ("utilization", "seats running out"),
                    ("unseated", "people without a seat"),
                    ("low_use", "few seats in use"),
                    ("power_users", "power users"),
                    ("concentration", "a few who use much"),
                    ("new_hires", "new people in a department"),
                    ("cross_department", "a department without seats is interested"),
                    ("leader", "a new leader"),
                    ("hierarchy", "managers and teams without seats"),
                    ("geography", "a new region"),
                    ("value", "an outcome reached its target"),
                    ("intent", "a request to the vendor"),
                    ("champion_left", "a champion left"),
                    ("limit_refused", "refused at the limit"),
                    ("overage", "overage in use"),
                    ("sharing", "shared sign-ins"),
                    ("department_clock", "long without a new department"),
                    ("single_threaded", "few contacts left"),
                    ("trial", "the end of a trial"),
                    ("renewal", "a renewal ahead"),
                ],
                max_length=30,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="signalevaluation",
            name="kind",
            field=models.CharField(
                choices=[
                    ("utilization", "seats running out"),
                    ("unseated", "people without a seat"),
                    ("low_use", "few seats in use"),
                    ("power_users", "power users"),
                    ("concentration", "a few who use much"),
                    ("new_hires", "new people in a department"),
                    ("cross_department", "a department without seats is interested"),
                    ("leader", "a new leader"),
                    ("hierarchy", "managers and teams without seats"),
                    ("geography", "a new region"),
                    ("value", "an outcome reached its target"),
                    ("intent", "a request to the vendor"),
                    ("champion_left", "a champion left"),
                    ("limit_refused", "refused at the limit"),
                    ("overage", "overage in use"),
                    ("sharing", "shared sign-ins"),
                    ("department_clock", "long without a new department"),
                    ("single_threaded", "few contacts left"),
                    ("trial", "the end of a trial"),
                    ("renewal", "a renewal ahead"),
                ],
                max_length=30,
            ),
        ),
        migrations.RunSQL(READS, migrations.RunSQL.noop),
    ]
