-- Derived from the facts as known now, thrown away and made again by `plimsoll rebuild`. Days are the organisation's own:
-- [from_day, to_day) are the days at whose end the row holds; 2147483647 is never. Rows that hold at no day's end have from_day = to_day.

-- Union of a finding's sightings over sources; where several hold, the highest severity, CVSS and stage.
create table finding_history (
  org_id integer not null, asset_id bigint not null, finding_id bigint not null,
  kind text not null, subject text not null, component text not null,
  severity smallint,                 -- null unknown
  cvss_tenths smallint, stage smallint not null,
  valid_from bigint not null, valid_to bigint not null, from_day integer not null, to_day integer not null
);

-- An asset's attributes side by side: of several sources the newest statement.
create table asset_history (
  org_id integer not null, asset_id bigint not null,
  type text not null, name text not null,
  os_family text, os text, criticality text, internet_facing boolean, owner text, asset_group text, environment text,
  endpoint_agent text, cloud_provider text, cloud_account text, region text, image_digest text,
  value integer not null,            -- asset value in thousandths: its weight in the exposure score
  valid_from bigint not null, valid_to bigint not null, from_day integer not null, to_day integer not null
);

-- When a source that looks for `subject` (vulnerability, control, software; asset = anything at all) had looked within its staleness.
create table fresh_history (
  org_id integer not null, asset_id bigint not null, subject text not null,
  valid_from bigint not null, valid_to bigint not null, from_day integer not null, to_day integer not null
);

-- How long a look of a source stays fresh, in microseconds: three times its usual interval in whole days, at least 30 days.
create table source_staleness (org_id integer not null, source text not null, lasts bigint not null);

-- World attributes of a vulnerability side by side, from 0 to never without gaps.
create table vulnerability_history (
  vulnerability_id text not null,
  epss integer,                      -- 1e-5, on the fixed scale; null: none known
  stage smallint not null,
  cvss_tenths smallint,              -- null: none known
  valid_from bigint not null, valid_to bigint not null
);

-- The hazard of one finding, in units of 1e-8, by (stage, epss, cvss): insights/hazard.ts writes it. epss -1 = none known.
create table hazard (
  stage smallint not null, epss integer not null, cvss_tenths smallint not null,
  internet bigint not null,          -- reach 1
  internal bigint not null           -- reach 0.6
);

-- State of an asset from this day's end on, until its next row; and what that adds to the organisation's sums.
create table asset_day (
  org_id integer not null, asset_id bigint not null, day integer not null,
  hazard bigint not null,            -- H, units of 1e-8
  exposure bigint not null,          -- E, units of 1e-9
  weight integer not null,           -- asset value in thousandths while in the score, else 0
  weighted_delta bigint not null,    -- change of weight * exposure
  weight_delta bigint not null
);

-- Change of a score's numerator and denominator at a day's end: the running sums are its history. Also days to come (staleness).
create table score_delta (
  org_id integer not null,
  score text not null,               -- exposure, metric, secure, control
  id text not null,                  -- '' or the metric's or control's id
  day integer not null,
  numerator_delta bigint not null, denominator_delta bigint not null
);

-- What tells in the risk feed and among posture events.
create table event (
  org_id integer not null,
  event_id text not null,            -- <day>:<type>:<component or score>, stable over recomputation
  feed text not null,                -- risk, posture
  type text not null,
  happened_at bigint not null, day integer not null,
  component text,                    -- related component; null for posture events
  score text, score_id text,         -- for posture events
  score_before bigint, score_after bigint,       -- score before and after, units of 1e-9 of its own scale 0–1
  direction text not null,           -- worse, better, neutral
  subjects text not null,            -- JSON [vulnerability_id …]
  assets integer not null,           -- assets impacted at the end of that day
  active_assets integer not null,
  severity smallint,
  source text,                       -- who said it
  headline text not null
);

-- A number that was told to somebody: with the instant and the knowledge that give it again for ever.
create table published_score (
  org_id integer not null, score text not null, id text not null, day integer not null,
  as_of bigint not null, known_at bigint not null,
  numerator bigint not null, denominator bigint not null, formula text not null
);

-- What an import touched and no computation has taken in yet. Empty when all that is derived is up to date.
create table touched_asset (org_id integer not null, asset_id bigint not null);
create table touched_vulnerability (vulnerability_id text not null);
