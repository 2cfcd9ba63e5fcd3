-- Identity as a function of what was said: records (what one source calls one asset), which look is of which record, and what people said.

-- The words of one source for one asset: its type and all its names. Never changed; which asset it is, the looks say.
create table asset_record (
  record_id bigint not null,
  org_id integer not null,
  source text not null,
  type text not null,                -- model/asset.ts assetTypes
  digest text not null,              -- sha256 over source, type and names: the same words are the same record
  created_in bigint not null
);

create table record_name (
  org_id integer not null,
  record_id bigint not null,
  name_type text not null,
  name text not null
);

-- What each of several records said, where one source speaks of one asset by several records at one instant: to be told apart again.
create table shared_listing (
  org_id integer not null,
  record_id bigint not null,
  observed_at bigint not null,
  stated_in bigint not null,
  fact text not null,                -- the history table
  line text not null,                -- JSON of the key, findings as [kind, subject, component]
  value text not null                -- JSON of the attributes
);

-- A person says what is one asset and what is not, by names. Stands until that import is undone.
create table identity_choice (
  org_id integer not null,
  choice_id bigint not null,
  kind text not null,                -- merge, ignore, apart
  name_type text not null, name text not null,
  other_type text, other_name text,  -- merge: the name of the other
  source text,                       -- apart: whose use of the name is meant
  reason text not null, actor text not null,
  opened_in bigint not null, retracted_in bigint not null
);

-- Looks gain the record that they are of, and the import whose look it is: a merge restates them under another asset in another import.
create table coverage_made_anew as
  with old as (select asset_id, source, row_number() over (order by asset_id, source) as record_id
    from (select distinct asset_id, source from coverage_history where asset_id > 0) as visited)
  select c.org_id, c.asset_id, c.source, c.subject, c.access, c.min_severity, c.checks, c.observed_at, coalesce(o.record_id, 0) as record_id,
    c.opened_in as stated_in, c.opened_in, c.retracted_in
  from coverage_history c left join old o on o.asset_id = c.asset_id and o.source = c.source;

insert into asset_record (record_id, org_id, source, type, digest, created_in)
  select c.record_id, c.org_id, c.source,
    coalesce((select min(a.value) from attribute_history a where a.asset_id = c.asset_id and a.attribute = 'type'), 'other'), 'before 0011', min(c.opened_in)
  from coverage_made_anew c where c.record_id > 0 group by c.record_id, c.org_id, c.source, c.asset_id;

insert into record_name (org_id, record_id, name_type, name)
  select distinct n.org_id, c.record_id, n.name_type, n.name
  from name_history n join (select distinct record_id, asset_id, source from coverage_made_anew where record_id > 0) c on c.asset_id = n.asset_id and c.source = n.source;

insert into counter select 'record_id', max(record_id) from asset_record having max(record_id) is not null;

drop table coverage_history;

alter table coverage_made_anew rename to coverage_history;
