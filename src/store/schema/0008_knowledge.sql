-- The last import that the derived tables hold: one row. None: nothing was worked out since this step.
create table taken_in (import_no bigint not null);
insert into touched_asset select org_id, asset_id from asset_key;
