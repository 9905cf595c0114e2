-- The event bus in PostgreSQL: topics with partitions, consumer groups with leases, retention.
create schema if not exists bus;

create table bus.topic (
  name       text primary key,
  partitions int not null check (partitions between 1 and 1024),
  retention  interval not null
);

-- next_offset is taken under the row's lock, which is held until the publisher commits: offsets become visible in order and without gaps.
create table bus.partition (
  topic       text not null references bus.topic (name) on delete cascade,
  number      int not null,
  next_offset bigint not null default 0,
  primary key (topic, number)
) with (fillfactor = 50);

create table bus.message (
  topic        text not null,
  partition    int not null,
  "offset"     bigint not null,
  key          text not null,
  value        text not null,
  published_at timestamptz not null default clock_timestamp(),
  primary key (topic, partition, "offset")
);

create table bus.consumer_group (name text primary key);

-- A member lives as long as the database session it joined with, and as long as it is heard of.
create table bus.member (
  id            uuid primary key,
  group_name    text not null references bus.consumer_group (name) on delete cascade,
  topics        text[] not null,
  backend_pid   int not null default pg_backend_pid(),
  backend_start timestamptz not null,
  joined_at     timestamptz not null default clock_timestamp(),
  seen_at       timestamptz not null default clock_timestamp()
);
create index member_group on bus.member (group_name);

-- committed is the next offset to be handled; member holds the lease.
create table bus.assignment (
  group_name text not null references bus.consumer_group (name) on delete cascade,
  topic      text not null,
  partition  int not null,
  committed  bigint not null default 0,
  member     uuid,
  primary key (group_name, topic, partition)
) with (fillfactor = 50);

create function bus.ensure_topic(topic text, partitions int, retention interval) returns void
language plpgsql as $$
begin
  insert into bus.topic as t values (ensure_topic.topic, ensure_topic.partitions, ensure_topic.retention)
  on conflict (name) do update set retention = excluded.retention where t.retention <> excluded.retention;
  insert into bus.partition (topic, number)
  select t.name, generate_series(0, t.partitions - 1) from bus.topic t where t.name = ensure_topic.topic
  on conflict do nothing;
end $$;

-- Messages of one key go to one partition and keep their order.
create function bus.publish(topic text, keys text[], bodies text[]) returns void
language plpgsql as $$
#variable_conflict use_column
declare
  count int;
  numbers int[];
begin
  select t.partitions into strict count from bus.topic t where t.name = publish.topic;
  select array_agg(mod(('x' || left(md5(k.key), 7))::bit(28)::int, count) order by k.ordinality) into numbers
  from unnest(keys) with ordinality as k (key);
  perform from bus.partition p where p.topic = publish.topic and p.number = any (numbers) order by p.number for update;
  with incoming as (
    select m.* from unnest(numbers, keys, bodies) with ordinality as m (number, key, value, ordinal)
  ), moved as (
    update bus.partition p set next_offset = p.next_offset + c.added
    from (select number, count(*) as added from incoming group by number) c
    where p.topic = publish.topic and p.number = c.number
    returning p.number, p.next_offset - c.added as base
  )
  insert into bus.message (topic, partition, "offset", key, value)
  select publish.topic, i.number, moved.base + row_number() over (partition by i.number order by i.ordinal) - 1, i.key, i.value
  from incoming i join moved using (number) order by i.ordinal;
  perform pg_notify('bus_message', publish.topic);
end $$;

create function bus.is_alive(m bus.member) returns boolean
language sql stable as $$
  select m.seen_at > clock_timestamp() - interval '30 seconds'
    and exists (select from pg_stat_activity a where a.pid = m.backend_pid and a.backend_start = m.backend_start)
$$;

-- Joins a group for the life of the calling session. The others hear of it and give up what is no longer their share.
create function bus.join_group(member uuid, group_name text, topics text[]) returns void
language plpgsql as $$
begin
  insert into bus.consumer_group values (join_group.group_name) on conflict do nothing;
  insert into bus.member (id, group_name, topics, backend_start)
  select member, join_group.group_name, join_group.topics, a.backend_start from pg_stat_activity a where a.pid = pg_backend_pid();
  perform pg_notify('bus_group', join_group.group_name);
end $$;

-- Buries the dead, takes the member's fair share of what nobody holds, and answers what it holds; `wanted` is false for what it should give up.
create function bus.claim(member uuid) returns table (topic text, partition int, committed bigint, wanted boolean)
language plpgsql as $$
#variable_conflict use_column
declare
  self bus.member;
  freed int;
begin
  select m.* into self from bus.member m where m.id = claim.member;
  if not found then
    raise exception 'member % is not in its group any more', claim.member using errcode = 'no_data_found';
  end if;
  perform from bus.consumer_group g where g.name = self.group_name for update;
  delete from bus.member m where m.group_name = self.group_name and m.id <> self.id and not bus.is_alive(m);
  get diagnostics freed = row_count;
  update bus.assignment a set member = null
  where a.group_name = self.group_name and a.member is not null and not exists (select from bus.member m where m.id = a.member);
  insert into bus.assignment (group_name, topic, partition)
  select self.group_name, p.topic, p.number from bus.partition p where p.topic = any (self.topics)
  on conflict do nothing;
  if freed > 0 then
    perform pg_notify('bus_group', self.group_name);
  end if;
  return query
  with ranked as (
    select a.topic, a.partition, row_number() over (order by a.topic, a.partition) - 1 as rank
    from bus.assignment a where a.group_name = self.group_name and a.topic = any (self.topics)
  ), mine as (
    select r.topic, r.partition from ranked r
    cross join lateral (
      select array_agg(m.id order by m.joined_at, m.id) as ids from bus.member m
      where m.group_name = self.group_name and r.topic = any (m.topics)
    ) members
    where members.ids[1 + r.rank % cardinality(members.ids)] = self.id
  ), taken as (
    update bus.assignment a set member = self.id from mine
    where a.group_name = self.group_name and a.topic = mine.topic and a.partition = mine.partition
      and (a.member is null or a.member = self.id)
    returning a.topic, a.partition, a.committed
  )
  select t.topic, t.partition, t.committed, true from taken t
  union all
  select a.topic, a.partition, a.committed, false from bus.assignment a
  where a.group_name = self.group_name and a.member = self.id
    and not exists (select from mine where mine.topic = a.topic and mine.partition = a.partition);
end $$;

-- Says that these members live; answers the groups whose members should claim anew because somebody died, and members that were given up for dead.
create function bus.beat(members uuid[]) returns table (member uuid, group_name text)
language plpgsql as $$
#variable_conflict use_column
begin
  update bus.member m set seen_at = clock_timestamp() where m.id = any (members);
  return query
  select own.id, m.group_name from unnest(members) as own (id) left join bus.member m on m.id = own.id
  where m.id is null or exists (
    select from bus.member other where other.group_name = m.group_name and other.id <> m.id and not bus.is_alive(other));
end $$;

create function bus.drop_expired() returns void
language plpgsql as $$
declare
  part record;
  gone int;
begin
  for part in select p.topic, p.number, t.retention from bus.partition p join bus.topic t on t.name = p.topic loop
    loop
      with oldest as (
        select m.topic, m.partition, m."offset", m.published_at from bus.message m
        where m.topic = part.topic and m.partition = part.number order by m."offset" limit 1000
      )
      delete from bus.message m using oldest o
      where m.topic = o.topic and m.partition = o.partition and m."offset" = o."offset"
        and o.published_at < clock_timestamp() - part.retention;
      get diagnostics gone = row_count;
      exit when gone < 1000;
    end loop;
  end loop;
end $$;
