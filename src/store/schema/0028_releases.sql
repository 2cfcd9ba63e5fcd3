-- To which release of a product of the end-of-life feeds installed software, or the operating system of an asset, may belong. Derived: it says what the
-- texts can mean, whoever states them and whenever; which release counts at a moment, and when its support ends, is asked of end_of_life_history.
create table software_release (
  org_id integer not null,
  kind text not null,                -- software, os
  purl text not null, cpe text not null,         -- as software_history states them; '' = nothing
  version text not null,             -- of the software; of an os the whole text
  product text not null, release text not null,
  identifier text not null,          -- by which the feed names the product; '' = by its name
  stem text not null,                -- the part of the release's name that the version begins with
  fits boolean not null              -- false: the version does not tell it from others with this stem
);

-- The next computation fills it.
insert into touched_asset select org_id, min(asset_id) from asset_key group by org_id;
