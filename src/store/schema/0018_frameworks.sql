-- Which requirements of which frameworks a control serves, from its newest description. Derived; see src/insights/frameworks.ts.
create table control_framework (
  org_id integer not null,
  framework text not null,           -- key: the name in small letters and digits, joined by "-"
  title text not null,               -- the name as most controls write it
  section text not null,             -- part of the framework that the requirement lies in: "2", "AC", "A.9"
  requirement text not null,
  control_id text not null,
  primary key (org_id, framework, control_id, requirement)
);

insert into touched_asset select org_id, min(asset_id) from asset_key group by org_id;

-- Runs of days at whose end a metric finds an asset exposed, of assets that were of high or very high criticality at any time. Derived; counts per
-- initiative are asked from it, so that no list needs every metric to be asked again.
create table metric_critical (
  org_id integer not null,
  metric_id text not null,
  asset_id bigint not null,
  from_day integer not null,
  to_day integer not null
);
