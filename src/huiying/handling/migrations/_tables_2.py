"""Tables of a new home, part 2; see the squashed migration beside this file."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name='NodeReport',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('node', models.CharField(max_length=30)),
            ('department', models.CharField(blank=True, max_length=60)),
            ('content', models.TextField()),
            ('at', models.DateTimeField()),
            ('seen_at', models.DateTimeField(null=True)),
            ('seen_by', models.CharField(blank=True, max_length=100)),
            ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='node_reports', to='handling.case')),
        ],
        options={
            'ordering': ['id'],
        },
    ),
    migrations.CreateModel(
        name='Note',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('text', models.TextField()),
            ('mentions', models.JSONField(default=list)),
            ('by', models.CharField(max_length=100)),
            ('by_user', models.BigIntegerField()),
            ('department', models.CharField(blank=True, max_length=60)),
            ('at', models.DateTimeField()),
            ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='handling.case')),
        ],
        options={
            'ordering': ['id'],
        },
    ),
    migrations.CreateModel(
        name='OutsideList',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('body', models.CharField(max_length=100)),
            ('period_from', models.DateField()),
            ('period_to', models.DateField()),
            ('by', models.CharField(max_length=100)),
            ('at', models.DateTimeField()),
        ],
        options={
            'ordering': ['-id'],
            'constraints': [models.CheckConstraint(condition=models.Q(('period_to__gte', models.F('period_from'))), name='list_has_a_period')],
        },
    ),
    migrations.CreateModel(
        name='OutsideItem',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('position', models.PositiveIntegerField()),
            ('text', models.TextField()),
            ('url', models.CharField(blank=True, max_length=2000)),
            ('similarity', models.FloatField(default=0)),
            ('state', models.CharField(blank=True, max_length=10)),
            ('cause', models.CharField(blank=True, max_length=200)),
            ('decided_by', models.CharField(blank=True, max_length=100)),
            ('decided_at', models.DateTimeField(null=True)),
            ('event', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='on_lists', to='judging.event')),
            ('post', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='on_lists', to='listening.post')),
            ('suggested', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='suggested_for', to='listening.post')),
            ('list', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='handling.outsidelist')),
        ],
        options={
            'ordering': ['list', 'position'],
        },
    ),
    migrations.CreateModel(
        name='Recurrence',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('reason', models.CharField(max_length=300)),
            ('by', models.CharField(max_length=100)),
            ('at', models.DateTimeField()),
            ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recurrences', to='handling.case')),
            ('earlier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recurred_in', to='handling.case')),
        ],
    ),
    migrations.CreateModel(
        name='Return',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('reason', models.TextField()),
            ('by', models.CharField(max_length=100)),
            ('at', models.DateTimeField()),
            ('decided_at', models.DateTimeField(null=True)),
            ('decided_by', models.CharField(blank=True, max_length=100)),
            ('decision', models.TextField(blank=True)),
            ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='returns', to='handling.case')),
            ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='people.department')),
        ],
    ),
    migrations.CreateModel(
        name='RoutingRule',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('category', models.CharField(blank=True, max_length=10)),
            ('nature', models.CharField(blank=True, max_length=20)),
            ('trade', models.CharField(blank=True, max_length=10)),
            ('joint', models.JSONField(default=list)),
            ('reason', models.CharField(max_length=300)),
            ('ends', models.BooleanField(default=False)),
            ('proposed_by', models.CharField(max_length=100)),
            ('proposed_user', models.BigIntegerField()),
            ('proposed_at', models.DateTimeField()),
            ('seconded_by', models.CharField(blank=True, max_length=100)),
            ('seconded_user', models.BigIntegerField(null=True)),
            ('agreed', models.BooleanField(null=True)),
            ('since', models.DateTimeField(null=True)),
            ('until', models.DateTimeField(null=True)),
            ('lead', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='routing_rules', to='people.department')),
            ('replaces', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='handling.routingrule')),
        ],
        options={
            'ordering': ['id'],
        },
    ),
    migrations.CreateModel(
        name='Satisfaction',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('grade', models.CharField(max_length=20)),
            ('name', models.CharField(max_length=60)),
            ('good', models.BooleanField()),
            ('at', models.DateTimeField()),
            ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='satisfaction', to='handling.case')),
            ('message', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='satisfaction', to='listening.message')),
        ],
        options={
            'ordering': ['id'],
        },
    ),
    migrations.CreateModel(
        name='SplitPost',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='split_posts', to='handling.case')),
            ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='split_cases', to='listening.post')),
        ],
    ),
    migrations.CreateModel(
        name='StateChange',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('was', models.CharField(blank=True, max_length=20)),
            ('state', models.CharField(max_length=20)),
            ('at', models.DateTimeField()),
            ('by', models.CharField(max_length=100)),
            ('reason', models.TextField(blank=True)),
            ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='state_changes', to='handling.case')),
        ],
        options={
            'ordering': ['id'],
        },
    ),
    migrations.CreateModel(
        name='Task',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('kind', models.CharField(max_length=10)),
            ('title', models.CharField(max_length=300)),
            ('owner_name', models.CharField(max_length=100)),
            ('deliverable', models.CharField(blank=True, max_length=300)),
            ('due_at', models.DateTimeField()),
            ('made_by', models.CharField(max_length=100)),
            ('made_at', models.DateTimeField()),
            ('done_at', models.DateTimeField(null=True)),
            ('done_by', models.CharField(blank=True, max_length=100)),
            ('done_note', models.TextField(blank=True)),
            ('dropped_at', models.DateTimeField(null=True)),
            ('dropped_by', models.CharField(blank=True, max_length=100)),
            ('dropped_why', models.TextField(blank=True)),
            ('next_action_at', models.DateTimeField(null=True)),
            ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='handling.case')),
            ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='people.department')),
            ('meeting', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='handling.meeting')),
            ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to=settings.AUTH_USER_MODEL)),
        ],
        options={
            'ordering': ['due_at', 'id'],
        },
    ),
    migrations.CreateModel(
        name='TransferSlip',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('number', models.CharField(max_length=40, unique=True)),
            ('elements', models.JSONField()),
            ('requirements', models.TextField(blank=True)),
            ('level', models.CharField(max_length=20)),
            ('due_at', models.DateTimeField(null=True)),
            ('joint', models.JSONField(default=list)),
            ('issued_by', models.CharField(max_length=100)),
            ('issued_at', models.DateTimeField()),
            ('assignment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='slip', to='handling.casedepartment')),
            ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='slips', to='handling.case')),
        ],
        options={
            'ordering': ['id'],
        },
    ),
    migrations.CreateModel(
        name='AskedAgain',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('at', models.DateTimeField()),
            ('outcome', models.CharField(blank=True, max_length=10)),
            ('reason', models.TextField(blank=True)),
            ('ended_at', models.DateTimeField(null=True)),
            ('ended_by', models.CharField(blank=True, max_length=100)),
            ('message', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='asked_again', to='listening.message')),
            ('post', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='asked_again', to='listening.post')),
            ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='asked_again', to='handling.case')),
        ],
        options={
            'ordering': ['id'],
            'indexes': [models.Index(condition=models.Q(('outcome', '')), fields=['case'], name='asked_again_waits')],
            'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('outcome', '')), models.Q(models.Q(('outcome', ''), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='asked_again_ended'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'upheld'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='upheld_with_a_reason')],
        },
    ),
    migrations.AddConstraint(
        model_name='casedepartment',
        constraint=models.UniqueConstraint(condition=models.Q(('role', 'lead'), ('until__isnull', True)), fields=('case',), name='exactly_one_live_lead'),
    ),
    migrations.AddConstraint(
        model_name='casedepartment',
        constraint=models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('case', 'department'), name='department_once_in_case'),
    ),
    migrations.AddIndex(
        model_name='clock',
        index=models.Index(condition=models.Q(('next_action_at__isnull', False), ('stopped_at__isnull', True), ('superseded_at__isnull', True)), fields=['next_action_at'], name='clock_due'),
    ),
    migrations.AddConstraint(
        model_name='clock',
        constraint=models.UniqueConstraint(condition=models.Q(('stopped_at__isnull', True), ('superseded_at__isnull', True)), fields=('case', 'act', 'layer'), name='one_live_clock'),
    ),
    migrations.AddConstraint(
        model_name='clockevent',
        constraint=models.UniqueConstraint(fields=('clock', 'kind', 'step'), name='clock_event_once'),
    ),
    migrations.AddConstraint(
        model_name='cluehandover',
        constraint=models.CheckConstraint(condition=models.Q(models.Q(('facts', ''), _negated=True), models.Q(('legal_ground', ''), _negated=True)), name='clue_has_facts_and_ground'),
    ),
    migrations.AddConstraint(
        model_name='cluehandover',
        constraint=models.CheckConstraint(condition=models.Q(models.Q(('signed', True), _negated=True), ('signed_user__isnull', False), _connector='OR'), name='clue_needs_a_signature'),
    ),
    migrations.AddConstraint(
        model_name='cluehandover',
        constraint=models.CheckConstraint(condition=models.Q(('signed_user__isnull', True), models.Q(('signed_user', models.F('proposed_user')), _negated=True), _connector='OR'), name='clue_signed_by_another'),
    ),
    migrations.AddIndex(
        model_name='escalation',
        index=models.Index(condition=models.Q(('next_action_at__isnull', False)), fields=['next_action_at'], name='escalation_due'),
    ),
    migrations.AddConstraint(
        model_name='escalation',
        constraint=models.UniqueConstraint(condition=models.Q(('acknowledged_at__isnull', True), ('closed_why', '')), fields=('case', 'kind', 'clock'), name='one_open_call_a_clock', nulls_distinct=False),
    ),
    migrations.AddConstraint(
        model_name='factsheet',
        constraint=models.UniqueConstraint(fields=('case', 'version'), name='fact_sheet_version'),
    ),
    migrations.AddIndex(
        model_name='handover',
        index=models.Index(condition=models.Q(('next_action_at__isnull', False)), fields=['next_action_at'], name='handover_due'),
    ),
    migrations.AddConstraint(
        model_name='handover',
        constraint=models.CheckConstraint(condition=models.Q(('outgoing', models.F('incoming')), _negated=True), name='handover_between_two'),
    ),
    migrations.AddConstraint(
        model_name='handover',
        constraint=models.CheckConstraint(condition=models.Q(('took_at__isnull', True), ('gave_at__isnull', False), _connector='OR'), name='taken_after_it_was_given'),
    ),
    migrations.AddIndex(
        model_name='liaison',
        index=models.Index(condition=models.Q(('next_action_at__isnull', False)), fields=['next_action_at'], name='liaison_due'),
    ),
    migrations.AddConstraint(
        model_name='liaison',
        constraint=models.CheckConstraint(condition=models.Q(('answered_at__isnull', True), ('sent_at__isnull', False), _connector='OR'), name='liaison_answer_after_letter'),
    ),
    migrations.AddConstraint(
        model_name='meeting',
        constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'signed'), _negated=True), models.Q(('signed_at__isnull', False), ('minuted_at__isnull', False)), _connector='OR'), name='signed_minutes'),
    ),
    migrations.AddConstraint(
        model_name='meetingseat',
        constraint=models.UniqueConstraint(fields=('meeting', 'user'), name='one_seat'),
    ),
    migrations.AddIndex(
        model_name='nodereport',
        index=models.Index(condition=models.Q(('seen_at__isnull', True)), fields=['case'], name='node_report_unseen'),
    ),
    migrations.AddConstraint(
        model_name='outsideitem',
        constraint=models.UniqueConstraint(fields=('list', 'position'), name='one_item_a_line'),
    ),
    migrations.AddConstraint(
        model_name='outsideitem',
        constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['missed', 'not_ours']), _negated=True), models.Q(('cause', ''), _negated=True), _connector='OR'), name='missed_with_a_cause'),
    ),
    migrations.AddConstraint(
        model_name='outsideitem',
        constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'heard'), _negated=True), ('post__isnull', False), _connector='OR'), name='heard_is_a_post'),
    ),
    migrations.AddConstraint(
        model_name='recurrence',
        constraint=models.UniqueConstraint(fields=('case', 'earlier'), name='recurrence_once'),
    ),
    migrations.AddConstraint(
        model_name='return',
        constraint=models.UniqueConstraint(fields=('case', 'department'), name='a_department_returns_once'),
    ),
    migrations.AddConstraint(
        model_name='routingrule',
        constraint=models.CheckConstraint(condition=models.Q(('seconded_user__isnull', True), models.Q(('seconded_user', models.F('proposed_user')), _negated=True), _connector='OR'), name='routing_rule_needs_second'),
    ),
    migrations.AddConstraint(
        model_name='routingrule',
        constraint=models.CheckConstraint(condition=models.Q(models.Q(('agreed', True), _negated=True), ('seconded_user__isnull', False), _connector='OR'), name='routing_rule_agreed_by_two'),
    ),
    migrations.AddConstraint(
        model_name='routingrule',
        constraint=models.UniqueConstraint(condition=models.Q(('agreed', True), ('ends', False), ('until__isnull', True)), fields=('category', 'nature', 'trade'), name='one_live_routing_rule'),
    ),
    migrations.AddConstraint(
        model_name='splitpost',
        constraint=models.UniqueConstraint(fields=('case', 'post'), name='split_post_once'),
    ),
    migrations.AddIndex(
        model_name='task',
        index=models.Index(condition=models.Q(('next_action_at__isnull', False)), fields=['next_action_at'], name='task_due'),
    ),
    migrations.AddConstraint(
        model_name='task',
        constraint=models.CheckConstraint(condition=models.Q(('done_at__isnull', True), ('dropped_at__isnull', True), _connector='OR'), name='task_done_or_dropped'),
    ),
]
