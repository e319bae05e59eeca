"""Tables of a new home, part 2; see the squashed migration beside this file."""

import django.db.models.deletion
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name='SharePackage',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('body', models.CharField(max_length=100)),
            ('purpose', models.CharField(max_length=300)),
            ('content', models.JSONField()),
            ('sha256', models.CharField(max_length=64)),
            ('token_hash', models.CharField(max_length=64, unique=True)),
            ('made_by', models.CharField(max_length=100)),
            ('made_at', models.DateTimeField()),
            ('expires_at', models.DateTimeField()),
            ('revoked_at', models.DateTimeField(null=True)),
            ('revoked_by', models.CharField(blank=True, max_length=100)),
            ('opens', models.PositiveIntegerField(default=0)),
            ('first_opened_at', models.DateTimeField(null=True)),
            ('last_opened_at', models.DateTimeField(null=True)),
            ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='judging.event')),
        ],
        options={
            'ordering': ['-id'],
        },
    ),
    migrations.CreateModel(
        name='ShareReply',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('name', models.CharField(max_length=100)),
            ('text', models.TextField()),
            ('at', models.DateTimeField()),
            ('package', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='replies', to='judging.sharepackage')),
        ],
        options={
            'ordering': ['id'],
        },
    ),
    migrations.CreateModel(
        name='UrgentCall',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('raised_at', models.DateTimeField()),
            ('step', models.PositiveSmallIntegerField(default=0)),
            ('called', models.JSONField(default=list)),
            ('next_action_at', models.DateTimeField(null=True)),
            ('acknowledged_at', models.DateTimeField(null=True)),
            ('acknowledged_by', models.CharField(blank=True, max_length=100)),
            ('what_was_done', models.TextField(blank=True)),
            ('post', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='urgent_call', to='listening.post')),
        ],
    ),
    migrations.CreateModel(
        name='VoiceTag',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('tag', models.CharField(max_length=64)),
            ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='voices', to='judging.event')),
        ],
    ),
    migrations.CreateModel(
        name='Warning',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('level', models.CharField(max_length=20)),
            ('trigger', models.CharField(max_length=200)),
            ('recipients', models.JSONField()),
            ('at', models.DateTimeField()),
            ('step', models.PositiveSmallIntegerField(default=0)),
            ('next_action_at', models.DateTimeField(null=True)),
            ('acknowledged_at', models.DateTimeField(null=True)),
            ('acknowledged_by', models.CharField(blank=True, max_length=100)),
            ('cancelled_at', models.DateTimeField(null=True)),
            ('cancelled_by', models.CharField(blank=True, max_length=100)),
            ('cancel_reason', models.CharField(blank=True, max_length=500)),
            ('due_at', models.DateTimeField(null=True)),
            ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='warnings', to='judging.event')),
        ],
    ),
    migrations.CreateModel(
        name='WatchHit',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('rule', models.CharField(max_length=20)),
            ('version', models.CharField(max_length=12)),
            ('places', models.JSONField(default=list)),
            ('at', models.DateTimeField()),
            ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='watch_hits', to='listening.post')),
        ],
    ),
    migrations.CreateModel(
        name='WatchProposal',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('reason', models.TextField()),
            ('origin', models.CharField(blank=True, max_length=40)),
            ('proposed_by', models.CharField(max_length=100)),
            ('proposed_user', models.BigIntegerField()),
            ('proposed_at', models.DateTimeField()),
            ('state', models.CharField(default='open', max_length=10)),
            ('decided_by', models.CharField(blank=True, max_length=100)),
            ('decided_user', models.BigIntegerField(null=True)),
            ('decided_at', models.DateTimeField(null=True)),
            ('note', models.TextField(blank=True)),
            ('effective_no', models.PositiveIntegerField(null=True, unique=True)),
            ('mark', models.CharField(blank=True, max_length=16)),
        ],
        options={
            'indexes': [models.Index(condition=models.Q(('state', 'open')), fields=['-id'], name='watch_open')],
            'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'agreed'), _negated=True), models.Q(('decided_user__isnull', False), ('effective_no__isnull', False), models.Q(('decided_user', models.F('proposed_user')), _negated=True)), _connector='OR'), name='watch_change_needs_second_person')],
        },
    ),
    migrations.CreateModel(
        name='WatchChange',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('rule', models.CharField(db_index=True, max_length=20)),
            ('action', models.CharField(max_length=6)),
            ('body', models.JSONField(default=dict)),
            ('was', models.JSONField(default=dict)),
            ('version', models.CharField(blank=True, max_length=12)),
            ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='judging.watchproposal')),
        ],
        options={
            'ordering': ['id'],
        },
    ),
    migrations.CreateModel(
        name='WatchVerdict',
        fields=[
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ('relevant', models.BooleanField()),
            ('by', models.CharField(max_length=100)),
            ('at', models.DateTimeField()),
            ('post', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='watch_verdict', to='listening.post')),
        ],
    ),
    migrations.AddConstraint(
        model_name='concernsample',
        constraint=models.CheckConstraint(condition=models.Q(('ratings_count__lte', 2)), name='sample_has_two_raters'),
    ),
    migrations.AddConstraint(
        model_name='concernrating',
        constraint=models.UniqueConstraint(fields=('sample', 'by_user'), name='rated_once_by_each'),
    ),
    migrations.AddIndex(
        model_name='event',
        index=models.Index(condition=models.Q(('confirm_by__isnull', False)), fields=['confirm_by'], name='event_to_confirm'),
    ),
    migrations.AddIndex(
        model_name='event',
        index=models.Index(fields=['-last_post_at'], name='event_recent'),
    ),
    migrations.AddIndex(
        model_name='event',
        index=models.Index(fields=['life_safety', '-last_post_at'], name='event_stream'),
    ),
    migrations.AddIndex(
        model_name='event',
        index=models.Index(fields=['life_safety', 'state', '-last_post_at'], name='event_state'),
    ),
    migrations.AddIndex(
        model_name='event',
        index=models.Index(fields=['life_safety', 'suggested_level', '-last_post_at'], name='event_level'),
    ),
    migrations.AddIndex(
        model_name='event',
        index=models.Index(fields=['life_safety', 'lead', '-last_post_at'], name='event_lead'),
    ),
    migrations.AddConstraint(
        model_name='dismissal',
        constraint=models.CheckConstraint(condition=models.Q(('seconded_user__isnull', True), models.Q(('seconded_user', models.F('proposed_user')), _negated=True), _connector='OR'), name='dismissal_needs_second_person'),
    ),
    migrations.AddConstraint(
        model_name='concerndecision',
        constraint=models.CheckConstraint(condition=models.Q(('proof_needed', False), models.Q(models.Q(('claim', ''), _negated=True), models.Q(('proof', ''), _negated=True)), _connector='OR'), name='rumour_needs_claim_and_proof'),
    ),
    migrations.AddConstraint(
        model_name='concerndecision',
        constraint=models.CheckConstraint(condition=models.Q(models.Q(('agreed', True), ('proof_needed', True), _negated=True), ('second_user__isnull', False), _connector='OR'), name='rumour_needs_second_person'),
    ),
    migrations.AddConstraint(
        model_name='concerndecision',
        constraint=models.CheckConstraint(condition=models.Q(('second_user__isnull', True), models.Q(('second_user', models.F('by_user')), _negated=True), _connector='OR'), name='concern_second_is_another'),
    ),
    migrations.AddIndex(
        model_name='alarm',
        index=models.Index(fields=['-at'], name='alarm_recent'),
    ),
    migrations.AddConstraint(
        model_name='alarm',
        constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('event',), name='one_open_alarm'),
    ),
    migrations.AddConstraint(
        model_name='alarm',
        constraint=models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='alarm_says_why'),
    ),
    migrations.AddConstraint(
        model_name='learningrun',
        constraint=models.CheckConstraint(condition=models.Q(models.Q(('decision', 'rolled_back'), _negated=True), models.Q(models.Q(('reason', ''), _negated=True), models.Q(('by', ''), _negated=True)), _connector='OR'), name='rollback_needs_reason'),
    ),
    migrations.AddConstraint(
        model_name='learningrun',
        constraint=models.CheckConstraint(condition=models.Q(models.Q(('decision', 'adopted'), _negated=True), models.Q(('sha256', ''), _negated=True), _connector='OR'), name='adopted_has_a_file'),
    ),
    migrations.AddConstraint(
        model_name='leveldecision',
        constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'lowered'), _negated=True), models.Q(models.Q(('second', ''), _negated=True), models.Q(('reason', ''), _negated=True), models.Q(('by_user', models.F('second_user')), _negated=True)), _connector='OR'), name='lowering_needs_second_person'),
    ),
    migrations.AddConstraint(
        model_name='pin',
        constraint=models.CheckConstraint(condition=models.Q(('left', models.F('right')), _negated=True), name='pin_is_of_two_events'),
    ),
    migrations.AddIndex(
        model_name='screening',
        index=models.Index(condition=models.Q(('band', 'suspect'), ('cleared', '')), fields=['post'], name='suspect_tray'),
    ),
    migrations.AddIndex(
        model_name='screening',
        index=models.Index(fields=['band', '-post'], name='screening_band'),
    ),
    migrations.AddIndex(
        model_name='screening',
        index=models.Index(condition=models.Q(('concern__gt', '')), fields=['concern', '-post'], name='screening_concern'),
    ),
    migrations.AddIndex(
        model_name='screening',
        index=models.Index(condition=models.Q(('lead__gt', '')), fields=['lead', '-post'], name='screening_lead'),
    ),
    migrations.AddIndex(
        model_name='screening',
        index=models.Index(condition=models.Q(('level__gt', '')), fields=['level', '-post'], name='screening_level'),
    ),
    migrations.AddConstraint(
        model_name='sampledpost',
        constraint=models.UniqueConstraint(fields=('draw', 'place'), name='sample_place_once'),
    ),
    migrations.AddConstraint(
        model_name='sharepackage',
        constraint=models.CheckConstraint(condition=models.Q(('purpose', ''), _negated=True), name='shared_for_a_purpose'),
    ),
    migrations.AddIndex(
        model_name='urgentcall',
        index=models.Index(condition=models.Q(('next_action_at__isnull', False)), fields=['next_action_at'], name='urgent_due'),
    ),
    migrations.AddConstraint(
        model_name='voicetag',
        constraint=models.UniqueConstraint(fields=('event', 'tag'), name='voice_once'),
    ),
    migrations.AddIndex(
        model_name='warning',
        index=models.Index(condition=models.Q(('next_action_at__isnull', False)), fields=['next_action_at'], name='warning_due'),
    ),
    migrations.AddConstraint(
        model_name='warning',
        constraint=models.CheckConstraint(condition=models.Q(('recipients', []), _negated=True), name='warning_has_a_recipient'),
    ),
    migrations.AddConstraint(
        model_name='warning',
        constraint=models.CheckConstraint(condition=models.Q(('acknowledged_at__isnull', False), ('next_action_at__isnull', False), _connector='OR'), name='open_warning_climbs'),
    ),
    migrations.AddConstraint(
        model_name='warning',
        constraint=models.CheckConstraint(condition=models.Q(('cancelled_at__isnull', True), models.Q(models.Q(('cancelled_by', ''), _negated=True), models.Q(('cancel_reason', ''), _negated=True), ('acknowledged_at__isnull', False)), _connector='OR'), name='cancelling_needs_a_reason'),
    ),
    migrations.AddIndex(
        model_name='watchhit',
        index=models.Index(fields=['rule', '-at'], name='watch_hit_recent'),
    ),
    migrations.AddConstraint(
        model_name='watchchange',
        constraint=models.UniqueConstraint(fields=('proposal', 'rule'), name='watch_rule_once_in_proposal'),
    ),
]
