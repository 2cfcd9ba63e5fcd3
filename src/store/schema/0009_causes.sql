-- Every change of a score has its cause (model/cause.ts); the causes of a day are applied in the order of their numbers.

-- What makes a change news: when a vulnerability was published (subject its id), as this organisation's tools or the world say; with
-- org_id 0 and kind epss_model: when a file of another EPSS model came.
create table news (
  org_id integer not null,
  kind text not null,                -- published, epss_model
  subject text not null,
  told_at bigint not null
);

-- Why a finding's row begins at from_day and ends at to_day.
drop view finding;
delete from finding_history;
alter table finding_history add column from_cause smallint default 8;
alter table finding_history add column to_cause smallint default 9;
create view finding as select * from finding_history where valid_to = 9007199254740991;

-- One row per day and cause that moved the asset: state after it. At a day's end the row of the greatest cause holds.
delete from asset_day;
alter table asset_day add column cause smallint default 8;
alter table asset_day add column hazard_delta bigint default 0;

delete from score_delta;
alter table score_delta add column cause smallint default 8;

-- Part of the organisation's exposure score that this event moved, units of 1e-9 of 0-1; null: not known or none.
alter table event add column score_effect bigint;

insert into touched_asset select org_id, asset_id from asset_key;
