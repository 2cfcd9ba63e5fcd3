-- Acts of learning. Instants are bigint UTC microseconds; 9007199254740991 is "never" (model/time.ts).

create table org (
  org_id integer primary key,
  slug text not null unique,         -- for addresses and --org
  name text not null,
  zone text not null,                -- IANA time zone that cuts its days
  demo boolean not null,
  created_at bigint not null
);

create table org_tenant (
  tenant_id text primary key,        -- lower case; a report that names it goes to this organisation
  org_id integer not null
);

-- The organisation's days: state at the end of day D is what holds at ends_at. day = days since 1970-01-01 of the local date.
create table day (
  org_id integer not null,
  day integer not null,
  starts_at bigint not null,
  ends_at bigint not null,
  primary key (org_id, day)
);

create table counter (
  name text primary key,             -- import_no, asset_id, finding_id, org_id, exception_id
  last bigint not null
);

create table import (
  import_no bigint primary key,      -- one counter per installation, in the order of commit: the second clock
  org_id integer,                    -- null: about the world
  kind text not null,                -- report, feed, change, undo
  format text,
  format_version integer,
  source text,
  tool text,
  tool_version text,
  file_name text,
  observed_at bigint,                -- newest observed_at inside
  recorded_at bigint not null,
  actor text not null,
  input_digest text not null,        -- sha256 of the input's bytes
  input_bytes bigint not null,
  options text not null,             -- JSON: what the person set (observed_at, asset, columns, …); part of "twice is once"
  counts text not null,              -- JSON: what was read, opened, closed, skipped; notes
  undoes_import_no bigint,
  undone_in bigint not null,         -- import that undid it; never while it stands
  previous_digest text not null,     -- chain of the organisation, or of the world: digest of the import before
  digest text not null               -- sha256 over previous_digest and this row's facts
);

create table skipped_item (
  import_no bigint not null,
  place text not null,
  reason text not null
);
