create index on software_release (org_id, kind);
