-- What only some sources say of a control, of a total and of a comparison, and what no question filters by: JSON objects; null: nothing.

-- {action_type, tier, rank, user_impact, implementation_cost, threats, remediation_impact, deprecated, updated_at}: ControlDetails in model/record.ts
alter table control_history add column details text;
-- {active_users, licensed_users, services}: TotalDetails
alter table score_total_history add column details text;
-- {seats_from, seats_to, industry}: ComparisonAudience
alter table benchmark_history add column details text;
-- What several records of one source said of an asset at one instant is kept as the list of the fact's attributes, which has one more.
update shared_listing set value = substr(value, 1, length(value) - 1) || ',null]' where fact = 'score_total_history';
