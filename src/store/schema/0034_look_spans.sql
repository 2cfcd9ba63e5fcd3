-- The first and the last look of each source at an asset, by what it looked for; looks that saw nothing count for `asset` alone. Derived; kept so that
-- a new look need not be compared with all looks ever made.
create table look_span (
  org_id integer not null, asset_id bigint not null, source text not null, subject text not null,
  first_at bigint not null, last_at bigint not null
);
