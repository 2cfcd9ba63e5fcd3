-- Events of the risk feed: what their subjects are, and what each moved the exposure score by through which cause.
alter table event add column subject_kind text default 'vulnerability';  -- vulnerability, control, software
alter table event add column effects text default '[]';                  -- JSON [[cause, units of 1e-6 points]]; their sum is score_effect

insert into touched_asset select org_id, min(asset_id) from asset_key group by org_id;
