create function platform.refuse_append(stream text, known int) returns int
language plpgsql as $$
begin
  raise exception 'stream % is no longer at version %', stream, known using errcode = '40001';
end $$;

-- Appends as before, and in the same order: heads first, streams before feeds, each kind by its key, then the events. But no
-- statement joins the table of heads, which was read as a whole where it was planned so: an append took the longer, the more streams there were.
-- A stream that is not where its writer knew it is moved before it is refused: the exception undoes that.
create or replace function platform.append_events(events jsonb, expected jsonb)
returns table (event_id uuid, version int, feed_version int)
language plpgsql as $$
#variable_conflict use_column
declare
  event jsonb := events -> 0;
  stream text := event ->> 'stream';
  feed text := event ->> 'feed';
  known int := (expected ->> stream)::int;
  reached int;
  reached_in_feed int;
begin
  -- Most appends are of one event. Without the sets below that takes half as long.
  if jsonb_array_length(events) = 1 then
    insert into platform.head as h values ('stream', stream, 1)
    on conflict (kind, key) do update set version = h.version + 1 returning h.version into reached;
    if reached - 1 <> known then
      perform platform.refuse_append(stream, known);
    end if;
    if feed is not null then
      insert into platform.head as h values ('feed', feed, 1)
      on conflict (kind, key) do update set version = h.version + 1 returning h.version into reached_in_feed;
    end if;
    return query
    with inserted as (
      insert into platform.event (event_id, stream, version, type, event_version, data, metadata, feed, feed_version, at)
      values ((event ->> 'id')::uuid, stream, reached, event ->> 'type', event ->> 'eventVersion', event -> 'data', event -> 'metadata',
        feed, reached_in_feed, (event ->> 'at')::timestamptz)
      returning position, event_id, version, feed_version
    ), published as (
      insert into platform.outbox (position) select position from inserted
    )
    select event_id, version, feed_version from inserted;
    return;
  end if;

  return query
  with incoming as materialized (
    select e.value, e.ordinality as ordinal, e.value ->> 'stream' as stream, e.value ->> 'feed' as feed
    from jsonb_array_elements(events) with ordinality as e
  ), head as materialized (
    insert into platform.head as h
    select * from (
      select 'stream', i.stream, count(*)::int from incoming i group by i.stream
      union all
      select 'feed', i.feed, count(*)::int from incoming i where i.feed is not null group by i.feed
    ) as added (kind, key, version) order by kind desc, key
    on conflict (kind, key) do update set version = h.version + excluded.version
    returning kind, key, version
  ), numbered as (
    select i.*, (expected ->> i.stream)::int as known,
      s.version - count(*) over (partition by i.stream) as before, row_number() over (partition by i.stream order by i.ordinal) as nth,
      f.version - count(*) over (partition by i.feed) + row_number() over (partition by i.feed order by i.ordinal) as feed_version
    from incoming i
    join head s on s.kind = 'stream' and s.key = i.stream
    left join head f on f.kind = 'feed' and f.key = i.feed
  ), inserted as (
    insert into platform.event (event_id, stream, version, type, event_version, data, metadata, feed, feed_version, at)
    select (value ->> 'id')::uuid, stream, case when before <> known then platform.refuse_append(stream, known) else before + nth end,
      value ->> 'type', value ->> 'eventVersion', value -> 'data', value -> 'metadata', feed, feed_version, (value ->> 'at')::timestamptz
    from numbered order by ordinal
    returning position, event_id, version, feed_version
  ), published as (
    insert into platform.outbox (position) select position from inserted
  )
  select event_id, version, feed_version from inserted order by position;
end $$;

-- A row of the outbox is written with its event, by one statement, so it needs no proof that there is one: to look it up and
-- lock it took as long as writing the row.
alter table platform.outbox drop constraint outbox_position_fkey;
