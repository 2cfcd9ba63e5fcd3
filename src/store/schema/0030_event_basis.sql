-- Of each day up to the one that the risk feed was last worked out for: a digest of all facts that began or ended on it and that events are made of. Derived.
-- The events before the first day whose digest has changed stay as they are.
create table event_basis (
  org_id integer not null,
  day integer not null,
  digest bigint not null,            -- 0 … 2^48 - 1
  primary key (org_id, day)
);
