-- What this domain has heard: effects done, messages set aside, projections, and work that operators ask for.

-- One row per effect, written in the effect's transaction. `day` is the event's own day (UTC), the same on every delivery.
create table platform.inbox (
  consumer text not null,
  event_id uuid not null,
  day      date not null,
  primary key (consumer, event_id, day)
) partition by range (day);
create table platform.inbox_other partition of platform.inbox default;

-- Makes the partitions around today, drops those that no duplicate can reach any more.
create function platform.keep_inbox(today date, retention_days int) returns void
language plpgsql as $$
declare
  covered date;
  name text;
begin
  for covered in select generate_series(today - 1, today + 2, interval '1 day')::date loop
    name := 'inbox_' || to_char(covered, 'YYYYMMDD');
    if to_regclass('platform.' || name) is null and not exists (select from platform.inbox_other o where o.day = covered) then
      -- Attached rather than created in place: that does not lock out those who write to other days.
      execute format('create table platform.%I (like platform.inbox including all)', name);
      execute format('alter table platform.inbox attach partition platform.%I for values from (%L) to (%L)', name, covered, covered + 1);
    end if;
  end loop;
  for name in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'platform.inbox'::regclass and c.relname ~ '^inbox_\d{8}$'
      and to_date(substr(c.relname, 7), 'YYYYMMDD') < today - retention_days
  loop
    execute format('drop table platform.%I', name);
  end loop;
  delete from platform.inbox_other o where o.day < today - retention_days;
end $$;

-- Dead letters. As long as a consumer has one of an aggregate, later messages of that aggregate wait behind it, in the order of `id`.
create table platform.parked (
  id         bigint generated always as identity primary key,
  consumer   text not null,
  aggregate  text not null,
  event_id   uuid not null,
  topic      text not null,
  event_type text,
  message    json not null,
  state      text not null check (state in ('failed', 'waiting')),
  reason     text not null,
  attempts   int not null default 0,
  parked_at  timestamptz(3) not null default clock_timestamp(),
  unique (consumer, event_id)
);
create index parked_aggregate on platform.parked (consumer, aggregate, id);

-- Decides what a delivery is: 'duplicate' (done before), 'blocked' (an earlier one of its aggregate is parked) or 'first', which it records.
-- A replay takes what is parked itself, so it does not ask whether something is.
create function platform.take(consumer text, event_id uuid, day date, aggregate text, replaying boolean) returns text
language plpgsql as $$
begin
  if exists (select from platform.inbox i where i.consumer = take.consumer and i.event_id = take.event_id and i.day = take.day) then
    return 'duplicate';
  end if;
  if not replaying and exists (select from platform.parked p where p.consumer = take.consumer and p.aggregate = take.aggregate) then
    return 'blocked';
  end if;
  insert into platform.inbox values (take.consumer, take.event_id, take.day) on conflict do nothing;
  return case when found then 'first' else 'duplicate' end;
end $$;

-- Projections: which generation of its table a read model shows, and how far it has come in each stream.
create table platform.read_model (
  name       text primary key,
  generation int not null default 1,
  rebuilt_at timestamptz(3)
);
create table platform.projected (
  read_model text not null,
  generation int not null,
  stream     text not null,
  version    int not null,
  primary key (read_model, generation, stream)
) with (fillfactor = 70);

-- The same decision for a projection. The shared lock keeps a swap of the table out until the projecting transaction is over;
-- the generation is read by a later statement than the lock, hence with a snapshot that knows the swap it waited for.
create function platform.take_projection(consumer text, read_model text, stream text, version int, replaying boolean) returns text
language plpgsql as $$
declare
  current int;
begin
  perform pg_advisory_xact_lock_shared(hashtext('platform.read_model'), hashtext(take_projection.read_model));
  select r.generation into strict current from platform.read_model r where r.name = take_projection.read_model;
  if exists (select from platform.projected p where p.read_model = take_projection.read_model and p.generation = current
      and p.stream = take_projection.stream and p.version >= take_projection.version) then
    return 'duplicate';
  end if;
  if not replaying and exists (select from platform.parked p where p.consumer = take_projection.consumer and p.aggregate = take_projection.stream) then
    return 'blocked';
  end if;
  insert into platform.projected as p values (take_projection.read_model, current, take_projection.stream, take_projection.version)
  on conflict on constraint projected_pkey do update set version = excluded.version where p.version < excluded.version;
  return case when found then 'first' else 'duplicate' end;
end $$;

-- Work asked for from outside (a replay, a rebuild), done by a running process of the domain.
create table platform.operation (
  id           bigint generated always as identity primary key,
  kind         text not null,
  arguments    jsonb not null,
  requested_at timestamptz(3) not null default clock_timestamp(),
  started_at   timestamptz(3),
  finished_at  timestamptz(3),
  result       jsonb,
  error        text
);
create index operation_waiting on platform.operation (id) where finished_at is null;
