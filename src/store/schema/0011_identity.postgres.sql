create index on coverage_history (asset_id, source, observed_at);
create index on coverage_history (record_id);
create index on asset_record (org_id, digest);
create unique index on asset_record (record_id);
create index on record_name (org_id, name_type, name);
create index on record_name (record_id);
create index on shared_listing (record_id);
