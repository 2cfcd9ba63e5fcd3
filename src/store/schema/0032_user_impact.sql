-- Whether people would notice when the asset meets the check, as its source expects: 1 they would, 0 they would not; null: it does not say.
drop view control_result;
alter table control_result_history add column user_impact smallint;
create view control_result as select * from control_result_history where valid_to = 9007199254740991 and retracted_in = 9007199254740991;
-- What several records of one source said of an asset at one instant is kept as the list of the fact's attributes, which has one more.
update shared_listing set value = substr(value, 1, length(value) - 1) || ',null]' where fact = 'control_result_history';
