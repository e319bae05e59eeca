from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("responding", "0004_own_accounts")]
    operations = [
        migrations.AddConstraint(
            model_name='publication',
            constraint=models.CheckConstraint(condition=models.Q(('platform__isnull', False), ('channel__in', ['press_conference', 'expert', 'interview']), _connector='OR'), name='published_on_our_own_account'),
        ),
    ]
