-- Posture events: when what had got worse was back, and since when an event is known.

-- First day at whose end the score was back at or better than before the event, or the source reported again. Null: not yet, or it does not apply.
alter table event add column recovered_day integer;

-- Since when an event is known: the instant of the first computation that told it. Kept when events are worked out anew.
create table event_first_seen (
  org_id integer not null,
  event_id text not null,
  seen_at bigint not null
);

-- The day up to which the events of an organisation were worked out: a new day can bring some without an import.
create table events_until (
  org_id integer not null,
  day integer not null
);

-- Messages that a notification rule sends, sent or gave up: one row per message.
create table delivery (
  org_id integer not null,
  delivery_id text not null,         -- random; receivers see it and can tell a message that comes twice
  rule_id text not null,             -- id of the definition of kind 'notification'
  state text not null,               -- waiting, sending, sent, dead, left_out
  digest boolean not null,           -- gathers events until it is due
  test boolean not null,             -- asked for by a person, about no event of theirs
  events text not null,              -- JSON [event_id …], in the order in which they are told
  created_at bigint not null,
  due_at bigint not null,            -- not tried before this
  tried_at bigint,                   -- last try
  attempts integer not null,
  answer text,                       -- what the receiver said the last time: an HTTP or SMTP status with its words
  error text                         -- why the last try failed; null: it did not
);

-- Which events a rule has dealt with, and in which delivery: an event is told once per rule.
create table notified_event (
  org_id integer not null,
  rule_id text not null,
  event_id text not null,
  delivery_id text not null
);

-- Addresses and keys of notification rules, sealed with the key in the data folder; neither backed up nor exported.
create table sealed_secret (
  org_id integer not null,
  id text not null,                  -- what it is for: notification/<rule_id>
  sealed text not null
);

insert into touched_asset select org_id, min(asset_id) from asset_key group by org_id;
