create index on item_history (source, asset_id, finding_id);
create index on item_history using brin (opened_in) with (autosummarize = on, pages_per_range = 32);
create index on item_history (closed_in) where closed_in < 9007199254740991;
create index on item_history (retracted_in) where retracted_in < 9007199254740991;
