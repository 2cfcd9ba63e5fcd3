create index on event_first_seen (org_id, event_id);
create index on notified_event (org_id, rule_id, event_id);
create index on delivery (org_id, due_at);
