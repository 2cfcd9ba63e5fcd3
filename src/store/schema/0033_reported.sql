-- What only a report said something new about: what of it has changed since the last computation, the numbers of imports in its facts tell.
create table reported_asset (org_id integer not null, asset_id bigint not null);

-- How often the looks of a source at one asset follow each other so closely that they would stay fresh for so many days: three times the gap
-- between two looks, rounded up. Derived; kept so that a new look need not compare all looks ever made.
create table look_gap (
  org_id integer not null,
  source text not null,
  days integer not null,
  gaps bigint not null
);
