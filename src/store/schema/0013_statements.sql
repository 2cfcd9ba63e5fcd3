-- What suppliers and others state of products and vulnerabilities (VEX), and which package a sighting is about.

-- The package that a source saw, as model/package-url.ts packageKey writes it; null: it does not say.
alter table sighting_history add column purl text;
-- What several records of one source said of an asset at one instant is kept as the list of the fact's attributes, which has one more.
update shared_listing set value = substr(value, 1, length(value) - 1) || ',null]' where fact = 'sighting_history';

-- The line of one statement through the versions of its document. Its number is of the same counter as those of exceptions.
create table statement_key (
  statement_id bigint not null,
  org_id integer not null,
  source text not null,              -- author and document
  vulnerability_id text not null,
  target text not null,              -- what it is about, in one spelling
  created_in bigint not null
);

-- What an author says of a product and a vulnerability. Null target columns narrow nothing; all null: it is found nowhere and only informs.
create table statement_history (
  org_id integer not null, source text not null,
  statement_id bigint not null,
  vulnerability_id text not null,
  image text,                        -- registry/repository:tag, or registry/repository for any tag
  image_digest text, repository text,
  package text,                      -- package URL without version and qualifiers
  version text, arch text,           -- percent-encoded, as in a package URL; null: any
  product text not null,             -- as the document names it
  status text not null,              -- not_affected, affected, fixed, under_investigation
  justification text,                -- model/statement.ts statementJustifications
  detail text,
  author text not null, role text,
  document text not null, document_version text,
  stated_at bigint,                  -- the statement's own date, where it has one
  valid_from bigint not null, valid_to bigint not null, opened_in bigint not null, closed_in bigint not null, retracted_in bigint not null
);
