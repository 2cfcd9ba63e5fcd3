-- What keeps the past checkable: digests of the facts of each import, and what retention removed.

-- What an import states about facts, as its link of the chain covers it. None: learned before this step.
create table import_statement (
  import_no bigint not null,
  facts_digest text not null         -- sha256 over the import's rows of fact_digest and removed_input
);

-- Order-independent digest of the facts that one import opened, closed or retracted, by table (store/fact-digests.ts). An import states
-- its own; retention states, with negative counts, what it took away of others: the sum over stated_in fits the rows that there are.
create table fact_digest (
  import_no bigint not null,         -- whose facts
  fact_table text not null,
  part text not null,                -- opened, closed, retracted
  facts bigint not null,             -- how many rows
  low bigint not null, high bigint not null,   -- sums of two 48-bit words of md5 over the rows, modulo 2^48
  stated_in bigint not null          -- import that says so
);

-- Raw inputs that retention removed: a kept file may be missing only when it stands here.
create table removed_input (
  input_digest text not null,
  removed_in bigint not null
);

-- Before this instant an organisation's facts are no longer whole: the newest row counts.
create table retention_horizon (
  org_id integer not null,
  horizon bigint not null,
  set_in bigint not null
);
