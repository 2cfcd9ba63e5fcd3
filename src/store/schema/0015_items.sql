-- What reports state of single items beyond what intervals and looks tell: that they list one which they did not look for (a delta, a
-- filtered list), and that one is closed. One interval per (source, asset, finding, said): each look at the asset inside it stated the same.
create table item_history (
  org_id integer not null, asset_id bigint not null, source text not null,
  finding_id bigint not null,
  said text not null,                -- finding, result: listed as a sighting or a control's result outside of what was looked for; closed
  closed_at bigint,                  -- closed: when, as the tool states it; never: it does not say. Null for what is listed
  reason text,                       -- closed: the tool's word, "Fixed". Null for what is listed
  valid_from bigint not null, valid_to bigint not null, opened_in bigint not null, closed_in bigint not null, retracted_in bigint not null
);
