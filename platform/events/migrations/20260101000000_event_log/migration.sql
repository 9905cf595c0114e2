-- The event log of one domain: facts, the versions they count by, and what is still to be published.
create schema if not exists platform;

create table platform.event (
  position      bigint generated always as identity primary key,
  event_id      uuid not null unique,
  stream        text not null,
  version       int not null check (version > 0),
  type          text not null,
  event_version text not null,
  data          jsonb not null,
  metadata      jsonb not null,
  feed          text,
  feed_version  int,
  at            timestamptz(3) not null,
  unique (stream, version),
  check ((feed is null) = (feed_version is null))
);
create unique index event_feed_version on platform.event (feed, feed_version) where feed is not null;

-- Last version of every stream and every feed. Bumping it locks it until the writer commits, so versions become visible without gaps.
create table platform.head (
  kind    text not null check (kind in ('stream', 'feed')),
  key     text not null,
  version int not null,
  primary key (kind, key)
) with (fillfactor = 70);

-- Positions not yet acknowledged by the bus. Rows live for milliseconds, so vacuum by count, not by share of the table.
create table platform.outbox (
  position bigint primary key references platform.event (position),
  at       timestamptz not null default clock_timestamp()
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

-- Appends events (an array of {id, stream, type, eventVersion, data, metadata, feed, at}) in one round trip.
-- expected maps a stream to the version that its writer knows (0: it is new, null: any).
-- Heads are taken in sorted order, streams before feeds, and before the insert: hence a later version has a later position.
-- A lost race raises 40001 and so ends the transaction: a bumped feed can never be committed without its event.
create function platform.append_events(events jsonb, expected jsonb)
returns table (event_id uuid, version int, feed_version int)
language plpgsql as $$
#variable_conflict use_column
declare
  head record;
begin
  for head in
    select e.stream as key, count(*)::int as added, (expected ->> e.stream)::int as known
    from jsonb_to_recordset(events) as e (stream text) group by e.stream order by e.stream
  loop
    if head.known is null then
      insert into platform.head as h values ('stream', head.key, head.added)
      on conflict (kind, key) do update set version = h.version + excluded.version;
    elsif head.known = 0 then
      insert into platform.head values ('stream', head.key, head.added) on conflict do nothing;
    else
      update platform.head h set version = h.version + head.added
      where h.kind = 'stream' and h.key = head.key and h.version = head.known;
    end if;
    if not found then
      raise exception 'stream % is no longer at version %', head.key, head.known using errcode = '40001';
    end if;
  end loop;

  for head in
    select e.feed as key, count(*)::int as added
    from jsonb_to_recordset(events) as e (feed text) where e.feed is not null group by e.feed order by e.feed
  loop
    insert into platform.head as h values ('feed', head.key, head.added)
    on conflict (kind, key) do update set version = h.version + excluded.version;
  end loop;

  return query
  with incoming as (
    select e.value, e.ordinality as ordinal, e.value ->> 'stream' as stream, e.value ->> 'feed' as feed
    from jsonb_array_elements(events) with ordinality as e
  ), numbered as (
    select i.*,
      s.version - count(*) over (partition by i.stream) + row_number() over (partition by i.stream order by i.ordinal) as stream_version,
      f.version - count(*) over (partition by i.feed) + row_number() over (partition by i.feed order by i.ordinal) as feed_version
    from incoming i
    join platform.head s on s.kind = 'stream' and s.key = i.stream
    left join platform.head f on f.kind = 'feed' and f.key = i.feed
  ), inserted as (
    insert into platform.event (event_id, stream, version, type, event_version, data, metadata, feed, feed_version, at)
    select (value ->> 'id')::uuid, stream, stream_version, value ->> 'type', value ->> 'eventVersion', value -> 'data',
      value -> 'metadata', feed, feed_version, (value ->> 'at')::timestamptz
    from numbered order by ordinal
    returning position, event_id, version, feed_version
  ), published as (
    insert into platform.outbox (position) select position from inserted
  )
  select event_id, version, feed_version from inserted order by position;
end $$;
