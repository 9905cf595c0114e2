-- Projects an event into several read models by one statement of the client, which is a transaction by itself: for each what
-- take_projection decides, and, for the first time, its writes. A projection is [consumer, read model, writes], a write
-- [its text, its parameters], and each sees what came before it. Projections come in the order of their read models, so that
-- two events of one store do not wait for each other in a circle. (platform.project is what the release before called.)
--
-- A write is prepared by the session that does it first, and so planned once, not for each event.
create function platform.project_event(stream text, version int, projections jsonb) returns text[]
language plpgsql as $$
declare
  projection jsonb;
  writes jsonb;
  taken text[];
begin
  for at in 0 .. jsonb_array_length(projections) - 1 loop
    projection := projections -> at;
    taken := taken || platform.take_projection(projection ->> 0, projection ->> 1, stream, version, false);
    continue when taken[at + 1] <> 'first';
    writes := projection -> 2;
    begin
      perform platform.run_prepared(writes);
    exception when invalid_sql_statement_name then
      perform platform.prepare_writes(writes);
      perform platform.run_prepared(writes);
    end;
  end loop;
  return taken;
end $$;

create function platform.run_prepared(writes jsonb) returns void
language plpgsql as $$
begin
  for at in 0 .. jsonb_array_length(writes) - 1 loop
    execute 'execute "write_' || md5(writes -> at ->> 0) || '" (' || quote_literal(writes -> at -> 1) || ')';
  end loop;
end $$;

create function platform.prepare_writes(writes jsonb) returns void
language plpgsql as $$
begin
  for at in 0 .. jsonb_array_length(writes) - 1 loop
    begin
      execute 'prepare "write_' || md5(writes -> at ->> 0) || '" (jsonb) as ' || (writes -> at ->> 0);
    exception when duplicate_prepared_statement then
      null;
    end;
  end loop;
end $$;

-- The same decision as before, with one look less at what was projected: the insert finds out whether that is older.
create or replace function platform.take_projection(consumer text, read_model text, stream text, version int, replaying boolean) returns text
language plpgsql as $$
declare
  current int;
begin
  perform pg_advisory_xact_lock_shared(hashtext('platform.read_model'), hashtext(take_projection.read_model));
  select r.generation into strict current from platform.read_model r where r.name = take_projection.read_model;
  if not replaying and exists (select from platform.parked p where p.consumer = take_projection.consumer and p.aggregate = take_projection.stream) then
    return case when exists (select from platform.projected p where p.read_model = take_projection.read_model and p.generation = current
      and p.stream = take_projection.stream and p.version >= take_projection.version) then 'duplicate' else 'blocked' end;
  end if;
  insert into platform.projected as p values (take_projection.read_model, current, take_projection.stream, take_projection.version)
  on conflict on constraint projected_pkey do update set version = excluded.version where p.version < excluded.version;
  return case when found then 'first' else 'duplicate' end;
end $$;

-- Up to which version none is missing, after one more was heard, and which later ones were heard before their turn.
create function platform.reach(reached int, ahead int[], heard int, out feed_version int, out later int[])
language plpgsql immutable as $$
begin
  feed_version := reached;
  later := ahead;
  if heard <= reached then
    return;
  end if;
  if heard = reached + 1 and ahead = '{}' then
    feed_version := heard;
    return;
  end if;
  later := array(select distinct v from unnest(ahead || heard) as v where v > reached order by v);
  while later[1] = feed_version + 1 loop
    feed_version := later[1];
    later := later[2:];
  end loop;
end $$;
