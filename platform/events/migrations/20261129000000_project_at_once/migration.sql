-- Projects an event by one statement of the client, which is a transaction by itself: what take_projection decides, and, for
-- the first time, the writes of the read model. Each of these is [its text, its parameters], and sees what came before it.
create function platform.project(consumer text, read_model text, stream text, version int, replaying boolean, writes jsonb) returns text
language plpgsql as $$
declare
  taken text := platform.take_projection(project.consumer, project.read_model, project.stream, project.version, project.replaying);
  write jsonb;
begin
  if taken = 'first' then
    for write in select * from jsonb_array_elements(project.writes) loop
      execute write->>0 using write->1;
    end loop;
  end if;
  return taken;
end $$;
