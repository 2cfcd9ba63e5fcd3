-- How critical a source calls an asset in its own scale ("servicenow: 1 - most critical"); rules translate it. Derived.
drop view asset;
alter table asset_history add column stated_criticality text;
create view asset as select * from asset_history where valid_to = 9007199254740991;
