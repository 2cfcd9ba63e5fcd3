-- Exceptions: which component they are narrowed to, and what they take out of the scores.

-- With subject: only the finding of this component ('' = the finding that names none). Null: any.
alter table exception_history add column component text;

-- Covered by an exception that moves scores: rows are split where that changes.
drop view finding;
alter table finding_history add column excepted boolean;
update finding_history set excepted = false;
alter table finding_history alter column excepted set default false;
alter table finding_history alter column excepted set not null;
create view finding as select * from finding_history where valid_to = 9007199254740991;
