-- Which question each metric's stored history answers: one whose definition is the same need not be asked again when no facts changed. Derived.
create table computed_metric (
  org_id integer not null,
  id text not null,
  digest text not null,              -- sha256 of the definition, as hex
  primary key (org_id, id)
);
