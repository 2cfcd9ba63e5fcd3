-- A finding is (asset, vulnerability or control, component without its version or place in the code). The key never changes.
create table finding_key (
  finding_id bigint not null,
  org_id integer not null,
  asset_id bigint not null,
  kind text not null,                -- vulnerability, control
  subject text not null,             -- vulnerability_id or control_id
  component text not null,           -- '' when the report names none
  created_in bigint not null
);

-- A source says: this asset has this. One interval per (source, asset, finding) and version of its attributes.
create table sighting_history (
  org_id integer not null, asset_id bigint not null, source text not null,
  finding_id bigint not null,
  kind text not null,                -- as the finding's: vulnerability, control
  severity smallint,                 -- 0–4 as the tool states it; null unknown
  cvss_tenths smallint,              -- 0–100 as the tool states it; null unknown
  stage smallint not null,           -- exploit stage 0–5 that the tool itself states
  version text, fixed_version text, place text, title text,
  access smallint not null,          -- access needed to see it: 1 remote, 2 full
  checks text not null,              -- the narrowed set of checks that showed it; '' = all
  valid_from bigint not null, valid_to bigint not null, opened_in bigint not null, closed_in bigint not null, retracted_in bigint not null
);

create table control_history (
  org_id integer not null, source text not null,
  control_id text not null,
  title text not null, severity smallint, category text, description text, remediation text, url text, product text,
  max_points integer,                -- thousandths; null: the default of 10 points
  frameworks text not null,          -- JSON [{framework, requirement}]
  valid_from bigint not null, valid_to bigint not null, opened_in bigint not null, closed_in bigint not null, retracted_in bigint not null
);

-- What a check gave. A failed one is an open finding (finding_id); one that is no longer reported is unknown, not passed.
create table control_result_history (
  org_id integer not null, asset_id bigint not null, source text not null,
  finding_id bigint not null,
  control_id text not null,
  status text not null,              -- pass, fail, not_applicable, not_run
  severity smallint,
  points integer, max_points integer,          -- thousandths; null where the tool states none
  passed integer, total integer,               -- "97 of 120 users"
  evidence text, place text,
  valid_from bigint not null, valid_to bigint not null, opened_in bigint not null, closed_in bigint not null, retracted_in bigint not null
);

-- A total that a source states without its parts.
create table score_total_history (
  org_id integer not null, asset_id bigint not null, source text not null,
  score text not null,
  points bigint not null, max_points bigint not null,   -- thousandths
  valid_from bigint not null, valid_to bigint not null, opened_in bigint not null, closed_in bigint not null, retracted_in bigint not null
);

create table benchmark_history (
  org_id integer not null, source text not null,
  score text not null, basis text not null, category text not null,
  value bigint not null,             -- thousandths, in the unit of the source
  valid_from bigint not null, valid_to bigint not null, opened_in bigint not null, closed_in bigint not null, retracted_in bigint not null
);

-- A vulnerability as one tool describes it to this organisation. Scores use it only where the world's feeds say nothing.
create table advisory_history (
  org_id integer not null, source text not null,
  vulnerability_id text not null,
  title text, description text, severity smallint, cvss_tenths smallint, cvss_vector text, published_at bigint, url text,
  aliases text not null,             -- JSON [id]
  valid_from bigint not null, valid_to bigint not null, opened_in bigint not null, closed_in bigint not null, retracted_in bigint not null
);

-- A person says: we accept this, or it is mitigated otherwise. Null narrows nothing: group null = all assets, and so on.
create table exception_history (
  org_id integer not null,
  exception_id bigint not null,
  asset_id bigint, asset_group text,
  kind text, subject text,           -- vulnerability or control, and which
  justification text not null,       -- third_party_control, alternate_mitigation, risk_accepted, planned, false_positive
  reason text not null, author text not null,
  valid_from bigint not null, valid_to bigint not null, opened_in bigint not null, closed_in bigint not null, retracted_in bigint not null
);

-- Definitions as facts: metric, initiative, weight, target, zone, threshold, source staleness … body is JSON.
create table definition_history (
  org_id integer not null,           -- 0: every organisation
  kind text not null,
  id text not null,
  body text not null,
  valid_from bigint not null, valid_to bigint not null, opened_in bigint not null, closed_in bigint not null, retracted_in bigint not null
);
