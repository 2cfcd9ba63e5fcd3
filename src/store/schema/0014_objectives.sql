-- What each control is for, whichever tool checks it: from its newest description by the rules of catalog/objectives. Derived.
create table control_objective (
  org_id integer not null,
  control_id text not null,
  objective text not null,
  primary key (org_id, control_id, objective)
);

insert into touched_asset select org_id, min(asset_id) from asset_key group by org_id;
