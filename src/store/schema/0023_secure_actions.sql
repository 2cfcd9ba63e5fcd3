-- Recommended actions of the secure score, from what people define and set. Derived.

-- Which action a control is a check of, where that is not the control's own: several checks of one action, other points, or one action per asset.
create table action_check (
  org_id integer not null,
  control_id text not null,
  action_id text not null,
  max_points integer,                -- thousandths; null: what the source states
  several boolean not null,          -- the action is met by any of several checks
  separate boolean not null,         -- each asset is an action of its own: <action_id>@<asset_id>
  primary key (org_id, control_id)
);

-- What a person set an action to, and since when. Actions without a row are to be addressed.
create table action_state (
  org_id integer not null,
  action_id text not null,
  state text not null,               -- planned, risk_accepted, third_party, alternate_mitigation
  valid_from bigint not null, valid_to bigint not null, from_day integer not null, to_day integer not null
);

insert into touched_asset select org_id, min(asset_id) from asset_key group by org_id;
