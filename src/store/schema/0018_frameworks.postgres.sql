create index on control_framework (org_id, control_id);
create index on metric_critical (org_id, metric_id, from_day);
