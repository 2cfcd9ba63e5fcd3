-- How critical an asset is and in which group: what reports say, what rules find, what people set. All derived.

-- Whose word counts, beside what reports state: person, source, or rule:<id>; null: none.
drop view asset;
alter table asset_history add column reported_criticality text;
alter table asset_history add column reported_group text;
alter table asset_history add column criticality_by text;
alter table asset_history add column asset_group_by text;
create view asset as select * from asset_history where valid_to = 9007199254740991;

-- When an asset fits a rule, and how certainly.
create table asset_class (
  org_id integer not null, asset_id bigint not null,
  kind text not null,                -- criticality, group
  rule_id text not null,
  certainty smallint not null,       -- 1-100, of the strongest clue that holds
  clue smallint not null,            -- which one, from 0
  decision text,                     -- yes, no: a person reviewed it
  counts boolean not null,           -- the rule is on and certain enough, or a person said yes
  valid_from bigint not null, valid_to bigint not null, from_day integer not null, to_day integer not null
);

-- What people set of assets, by the asset that their record is of now.
create table asset_hand (
  org_id integer not null, asset_id bigint not null,
  attribute text not null,           -- criticality, asset_group
  value text not null,               -- '' = explicitly none
  valid_from bigint not null, valid_to bigint not null
);

-- What the derived tables were made with: rules as JSON, and asset values that differ from the standard ones, in thousandths.
create table rule_held (org_id integer not null, kind text not null, rule_id text not null, body text not null);
create table value_factor (org_id integer not null, criticality text not null, value integer not null);

insert into touched_asset select org_id, asset_id from asset_key;
