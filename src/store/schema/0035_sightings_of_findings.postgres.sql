-- What sources say of a few findings: a page of vulnerabilities asks it of those that it shows, in whatever asset they are.
create index on sighting_history (finding_id);
