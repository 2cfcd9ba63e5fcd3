-- Facts about the world: no organisation. One history table per group of attributes, so that a change of one is not a change of another.

-- EPSS on its fixed scale (model/epss.ts), in units of 1e-5.
create table epss_history (
  vulnerability_id text not null, source text not null,
  epss integer not null,
  valid_from bigint not null, valid_to bigint not null, opened_in bigint not null, closed_in bigint not null, retracted_in bigint not null
);

-- The exact last value, for display only.
create table epss_last (
  vulnerability_id text not null,
  epss double precision not null, percentile double precision, model text,
  observed_at bigint not null
);

create table exploit_history (
  vulnerability_id text not null, source text not null, reference text not null,
  stage smallint not null,
  valid_from bigint not null, valid_to bigint not null, opened_in bigint not null, closed_in bigint not null, retracted_in bigint not null
);

create table cvss_history (
  vulnerability_id text not null, source text not null,
  version text not null,             -- 2.0, 3.0, 3.1, 4.0
  cvss_tenths smallint not null, vector text not null,
  valid_from bigint not null, valid_to bigint not null, opened_in bigint not null, closed_in bigint not null, retracted_in bigint not null
);

create table description_history (
  vulnerability_id text not null, source text not null,
  title text, description text, published_at bigint, state text,
  ssvc_exploitation text, ssvc_automatable text, ssvc_technical_impact text,
  affected text not null,            -- JSON [{vendor, product}]
  valid_from bigint not null, valid_to bigint not null, opened_in bigint not null, closed_in bigint not null, retracted_in bigint not null
);

create table end_of_life_history (
  product text not null, release text not null, source text not null,
  title text not null, ends_at bigint, ended boolean, latest_version text,
  identifiers text not null,         -- JSON [purl or cpe]
  valid_from bigint not null, valid_to bigint not null, opened_in bigint not null, closed_in bigint not null, retracted_in bigint not null
);

-- When a feed looked: a complete one ends what it omits.
create table feed_coverage (
  source text not null, observed_at bigint not null, complete boolean not null,
  opened_in bigint not null, retracted_in bigint not null
);
