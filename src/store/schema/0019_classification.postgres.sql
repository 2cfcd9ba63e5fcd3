create index on asset_class (asset_id);
create index on asset_class (org_id, kind, rule_id);
