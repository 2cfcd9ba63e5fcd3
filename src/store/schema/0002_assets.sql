-- Facts about assets. *_history rows are intervals [valid_from, valid_to) with three write-once columns: opened_in, closed_in, retracted_in.

create table asset_key (
  asset_id bigint not null,
  org_id integer not null,
  created_in bigint not null
);

create table name_history (
  org_id integer not null, asset_id bigint not null, source text not null,
  name_type text not null,           -- model/asset.ts nameTypes
  name text not null,
  valid_from bigint not null, valid_to bigint not null, opened_in bigint not null, closed_in bigint not null, retracted_in bigint not null
);

-- One row per attribute that a source states, `type` and `name` among them. Values are text; booleans 'true' and 'false'.
create table attribute_history (
  org_id integer not null, asset_id bigint not null, source text not null,
  attribute text not null,
  value text not null,
  valid_from bigint not null, valid_to bigint not null, opened_in bigint not null, closed_in bigint not null, retracted_in bigint not null
);

-- A source lists the asset; ends when a report that is complete about existence omits it.
create table presence_history (
  org_id integer not null, asset_id bigint not null, source text not null,
  valid_from bigint not null, valid_to bigint not null, opened_in bigint not null, closed_in bigint not null, retracted_in bigint not null
);

-- What was looked for, when. Not an interval: a look is an instant.
create table coverage_history (
  org_id integer not null, asset_id bigint not null, source text not null,
  subject text not null,             -- vulnerability, control, software, asset
  access smallint not null,          -- 0 nothing (a listing only), 1 remote, 2 full
  min_severity smallint not null,    -- 0 = everything
  checks text not null,              -- '' = all checks of the tool, else the name of the narrowed set
  observed_at bigint not null,
  opened_in bigint not null, retracted_in bigint not null
);

create table software_history (
  org_id integer not null, asset_id bigint not null, source text not null,
  name text not null,
  version text not null,             -- '' = unknown
  vendor text, purl text, cpe text, place text,
  end_of_support_at bigint,
  valid_from bigint not null, valid_to bigint not null, opened_in bigint not null, closed_in bigint not null, retracted_in bigint not null
);
