-- An exception may be about several asset groups, also those that rules and people make, and a global one suspends them: covers are worked out anew.
insert into touched_asset select org_id, asset_id from asset_key where org_id in (select org_id from exception_history where asset_group is not null);
