"""What a new home begins with: all of this room's tables at once. Homes that already have some go the way step by step."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from huiying.kernel.tables import CreateTables

TABLES = [
    migrations.CreateModel(
        name='Department',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('code', models.CharField(max_length=20, unique=True)),
            ('name', models.CharField(max_length=60)),
            ('name_en', models.CharField(blank=True, max_length=100)),
            ('duty', models.CharField(blank=True, max_length=300)),
            ('is_office', models.BooleanField(default=False)),
            ('is_active', models.BooleanField(default=True)),
        ],
        options={
            'ordering': ['id'],
        },
    ),
    migrations.CreateModel(
        name='Partner',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('name', models.CharField(max_length=60, unique=True)),
            ('operator', models.CharField(blank=True, max_length=100)),
            ('contact_name', models.CharField(max_length=60)),
            ('contact_phone', models.CharField(blank=True, max_length=40)),
            ('contact_email', models.CharField(blank=True, max_length=200)),
            ('agreement', models.CharField(blank=True, max_length=300)),
            ('since', models.DateTimeField()),
            ('until', models.DateTimeField(null=True)),
            ('added_by', models.CharField(max_length=100)),
        ],
        options={
            'ordering': ['id'],
        },
    ),
    migrations.CreateModel(
        name='RegulationVersion',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('name', models.CharField(max_length=200)),
            ('text', models.TextField()),
            ('sha256', models.CharField(max_length=64, unique=True)),
            ('effective_from', models.DateField(db_index=True)),
            ('adopted_at', models.DateTimeField()),
            ('adopted_by', models.CharField(max_length=100)),
        ],
    ),
    migrations.CreateModel(
        name='Bureau',
        fields=[
            ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
            ('name', models.CharField(max_length=100)),
            ('set_up_at', models.DateTimeField(null=True)),
            ('setup_token_hash', models.CharField(blank=True, max_length=64)),
        ],
        options={
            'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='one_bureau')],
        },
    ),
    migrations.CreateModel(
        name='User',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('password', models.CharField(max_length=128, verbose_name='password')),
            ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
            ('username', models.CharField(max_length=60, unique=True)),
            ('name', models.CharField(max_length=40)),
            ('phone', models.CharField(blank=True, max_length=40)),
            ('is_active', models.BooleanField(default=True)),
            ('is_administrator', models.BooleanField(default=False)),
            ('joined_at', models.DateTimeField()),
            ('department', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='staff', to='people.department')),
        ],
        options={
            'abstract': False,
        },
    ),
    migrations.CreateModel(
        name='DutyShift',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('starts_at', models.DateTimeField()),
            ('ends_at', models.DateTimeField()),
            ('made_by', models.CharField(max_length=100)),
            ('cancelled_at', models.DateTimeField(null=True)),
            ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shifts', to=settings.AUTH_USER_MODEL)),
        ],
        options={
            'ordering': ['starts_at', 'id'],
        },
    ),
    migrations.CreateModel(
        name='GroupSeat',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('place', models.CharField(max_length=8)),
            ('since', models.DateTimeField()),
            ('until', models.DateTimeField(null=True)),
            ('seated_by', models.CharField(max_length=100)),
            ('ended_why', models.CharField(blank=True, max_length=300)),
            ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='group_seats', to=settings.AUTH_USER_MODEL)),
        ],
        options={
            'ordering': ['id'],
        },
    ),
    migrations.CreateModel(
        name='Invitation',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('token_hash', models.CharField(max_length=64, unique=True)),
            ('made_at', models.DateTimeField()),
            ('expires_at', models.DateTimeField()),
            ('used_at', models.DateTimeField(null=True)),
            ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to=settings.AUTH_USER_MODEL)),
        ],
    ),
    migrations.CreateModel(
        name='PartnerTest',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('reached', models.BooleanField()),
            ('note', models.CharField(blank=True, max_length=200)),
            ('by', models.CharField(max_length=100)),
            ('at', models.DateTimeField()),
            ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tests', to='people.partner')),
        ],
        options={
            'ordering': ['id'],
        },
    ),
    migrations.CreateModel(
        name='PhoneTest',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('number', models.CharField(max_length=40)),
            ('reached', models.BooleanField()),
            ('note', models.CharField(blank=True, max_length=200)),
            ('by', models.CharField(max_length=100)),
            ('at', models.DateTimeField()),
            ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='phone_tests', to=settings.AUTH_USER_MODEL)),
        ],
        options={
            'ordering': ['id'],
        },
    ),
    migrations.CreateModel(
        name='Platform',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('code', models.CharField(max_length=20, unique=True)),
            ('name', models.CharField(max_length=60)),
            ('name_en', models.CharField(blank=True, max_length=100)),
            ('family', models.CharField(max_length=20)),
            ('channel', models.CharField(max_length=20)),
            ('account', models.CharField(blank=True, max_length=100)),
            ('url', models.CharField(blank=True, max_length=500)),
            ('opened_on', models.DateField(null=True)),
            ('closed_at', models.DateTimeField(null=True)),
            ('closed_why', models.CharField(blank=True, max_length=300)),
            ('dormant_days', models.PositiveSmallIntegerField(default=14)),
            ('last_post_at', models.DateTimeField(null=True)),
            ('security_checked_on', models.DateField(null=True)),
            ('security_checked_by', models.CharField(blank=True, max_length=100)),
            ('unanswered', models.PositiveIntegerField(null=True)),
            ('unanswered_at', models.DateTimeField(null=True)),
            ('sealed_settings', models.BinaryField(null=True)),
            ('added_by', models.CharField(max_length=100)),
            ('added_at', models.DateTimeField()),
            ('administrator', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='platforms', to=settings.AUTH_USER_MODEL)),
            ('backup', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='platforms_backed', to=settings.AUTH_USER_MODEL)),
            ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='platforms', to='people.department')),
        ],
        options={
            'ordering': ['id'],
        },
    ),
    migrations.CreateModel(
        name='RosterSignature',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('starts_at', models.DateTimeField()),
            ('ends_at', models.DateTimeField()),
            ('shifts', models.JSONField()),
            ('signed_by', models.CharField(max_length=100)),
            ('signed_user', models.BigIntegerField()),
            ('at', models.DateTimeField()),
        ],
        options={
            'ordering': ['id'],
            'indexes': [models.Index(fields=['ends_at'], name='roster_signed')],
        },
    ),
    migrations.CreateModel(
        name='ShiftSwap',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('reason', models.CharField(max_length=200)),
            ('asked_at', models.DateTimeField()),
            ('agreed', models.BooleanField(null=True)),
            ('answered_by', models.CharField(blank=True, max_length=100)),
            ('answered_at', models.DateTimeField(null=True)),
            ('asked_of', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='swaps_answered', to=settings.AUTH_USER_MODEL)),
            ('asker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='swaps_asked', to=settings.AUTH_USER_MODEL)),
            ('in_return', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='returned_in', to='people.dutyshift')),
            ('shift', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='swaps', to='people.dutyshift')),
        ],
        options={
            'ordering': ['id'],
        },
    ),
    migrations.CreateModel(
        name='Spokesperson',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('scope', models.CharField(max_length=300)),
            ('is_deputy', models.BooleanField(default=False)),
            ('trained_on', models.DateField(null=True)),
            ('since', models.DateTimeField()),
            ('until', models.DateTimeField(null=True)),
            ('appointed_by', models.CharField(max_length=100)),
            ('appointed_at', models.DateTimeField()),
            ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='spokesperson_entries', to=settings.AUTH_USER_MODEL)),
        ],
        options={
            'ordering': ['is_deputy', 'id'],
        },
    ),
    migrations.CreateModel(
        name='Appointment',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('role', models.CharField(max_length=40)),
            ('is_deputy', models.BooleanField(default=False)),
            ('since', models.DateTimeField()),
            ('until', models.DateTimeField(null=True)),
            ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to=settings.AUTH_USER_MODEL)),
            ('department', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appointments', to='people.department')),
        ],
        options={
            'constraints': [models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('user', 'role', 'department'), name='one_live_appointment', nulls_distinct=False)],
        },
    ),
    migrations.AddIndex(
        model_name='dutyshift',
        index=models.Index(fields=['ends_at'], name='shift_end'),
    ),
    migrations.AddConstraint(
        model_name='dutyshift',
        constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='shift_has_length'),
    ),
    migrations.AddConstraint(
        model_name='groupseat',
        constraint=models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('user',), name='one_live_group_seat'),
    ),
    migrations.AddConstraint(
        model_name='groupseat',
        constraint=models.UniqueConstraint(condition=models.Q(('place', 'head'), ('until__isnull', True)), fields=('place',), name='one_head_of_the_group'),
    ),
    migrations.AddConstraint(
        model_name='groupseat',
        constraint=models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('since')), _connector='OR'), name='sat_for_a_while'),
    ),
    migrations.AddConstraint(
        model_name='shiftswap',
        constraint=models.UniqueConstraint(condition=models.Q(('answered_at__isnull', True)), fields=('shift',), name='one_open_swap_of_a_shift'),
    ),
    migrations.AddConstraint(
        model_name='shiftswap',
        constraint=models.CheckConstraint(condition=models.Q(('asker', models.F('asked_of')), _negated=True), name='a_swap_has_two_people'),
    ),
    migrations.AddConstraint(
        model_name='shiftswap',
        constraint=models.CheckConstraint(condition=models.Q(models.Q(('agreed__isnull', True), ('answered_at__isnull', True)), models.Q(('agreed__isnull', False), ('answered_at__isnull', False)), _connector='OR'), name='a_swap_is_answered_or_open'),
    ),
    migrations.AddConstraint(
        model_name='spokesperson',
        constraint=models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('user',), name='one_live_spokesperson_entry'),
    ),
    migrations.AddConstraint(
        model_name='spokesperson',
        constraint=models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('since')), _connector='OR'), name='spoke_for_a_while'),
    ),
]


class Migration(migrations.Migration):

    initial = True
    replaces = [
        ("people", "0001_initial"),
        ("people", "0002_casework"),
        ("people", "0003_answering"),
        ("people", "0004_duty"),
    ]

    dependencies = [
    ]

    operations = [
        CreateTables(TABLES),
    ]
