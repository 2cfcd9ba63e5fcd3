create index on statement_key (org_id, source);
create index on statement_history (org_id, source);
create index on statement_history (org_id, vulnerability_id) where retracted_in = 9007199254740991;
create index on statement_history using brin (opened_in) with (autosummarize = on, pages_per_range = 32);
create index on statement_history (closed_in) where closed_in < 9007199254740991;
create index on statement_history (retracted_in) where retracted_in < 9007199254740991;
