-- The roles of an identity as its source names them, in small letters ("exchange administrator; global administrator"). Derived.
drop view asset;
alter table asset_history add column if not exists roles text;
create view asset as select * from asset_history where valid_to = 9007199254740991;
