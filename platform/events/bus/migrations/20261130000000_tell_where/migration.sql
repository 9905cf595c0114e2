-- Publishes as before, and tells where each message is, in their order: who publishes and reads need not read its own.
-- The notification tells it, too: '<topic> <partition>:<next offset> …', or, of very many partitions, the topic only.
create function bus.append(topic text, keys text[], bodies text[]) returns table (partition int, "offset" bigint)
language plpgsql as $$
#variable_conflict use_column
declare
  count int;
  place int;
  next bigint;
begin
  select t.partitions into strict count from bus.topic t where t.name = append.topic;
  -- Most calls are of one message. Without the sets below that takes half as long.
  if cardinality(keys) = 1 then
    place := mod(('x' || left(md5(keys[1]), 7))::bit(28)::int, count);
    update bus.partition p set next_offset = p.next_offset + 1 where p.topic = append.topic and p.number = place returning p.next_offset into next;
    insert into bus.message (topic, partition, "offset", key, value) values (append.topic, place, next - 1, keys[1], bodies[1]);
    perform pg_notify('bus_message', append.topic || ' ' || place || ':' || next);
    return query select place, next - 1;
    return;
  end if;
  return query
  with incoming as materialized (
    select m.key, m.value, m.ordinal, mod(('x' || left(md5(m.key), 7))::bit(28)::int, count) as number
    from unnest(keys, bodies) with ordinality as m (key, value, ordinal)
  ), moved as materialized (
    insert into bus.partition as p (topic, number, next_offset)
    select append.topic, i.number, count(*) from incoming i group by i.number order by i.number
    on conflict (topic, number) do update set next_offset = p.next_offset + excluded.next_offset
    returning number, next_offset
  ), placed as materialized (
    select i.*, m.next_offset - count(*) over (partition by i.number) + row_number() over (partition by i.number order by i.ordinal) - 1 as place
    from incoming i join moved m using (number)
  ), stored as (
    insert into bus.message (topic, partition, "offset", key, value)
    select append.topic, p.number, p.place, p.key, p.value from placed p order by p.ordinal
  ), told as materialized (
    select pg_notify('bus_message', case when count(*) > 200 then append.topic
      else append.topic || ' ' || string_agg(m.number || ':' || m.next_offset, ' ') end)
    from moved m
  )
  select p.number, p.place from placed p cross join told order by p.ordinal;
end $$;

-- As the release before calls it.
create or replace function bus.publish(topic text, keys text[], bodies text[]) returns void
language plpgsql as $$
begin
  perform bus.append(topic, keys, bodies);
end $$;
