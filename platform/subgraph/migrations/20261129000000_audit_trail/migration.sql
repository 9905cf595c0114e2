-- What staff and partners did in this domain, or tried to: two rows for each mutation. The first is committed before anything happens,
-- the second (with `answers`) tells the outcome. Each row holds the hash of the one before, so that a row that was changed, removed or put between is found.
-- All that is read is computed from `entry`, which is what the hash covers.
create table platform.audit (
  seq      bigint primary key,
  previous text not null,
  hash     text not null,
  entry    text not null,
  at       text not null generated always as (entry::jsonb ->> 'at') stored,
  actor    text generated always as (entry::jsonb ->> 'actor') stored,
  action   text generated always as (entry::jsonb ->> 'action') stored,
  objects  jsonb generated always as (entry::jsonb -> 'objects') stored,
  answers  bigint unique generated always as ((entry::jsonb ->> 'answers')::bigint) stored references platform.audit (seq)
);
create index audit_order on platform.audit (at, seq) where answers is null;
create index audit_actor on platform.audit (actor, at, seq) where answers is null;
create index audit_objects on platform.audit using gin (objects jsonb_path_ops);

-- Appends an entry. Writers of all processes take turns, each until its commit, so that every row follows the one that was committed before it.
create function platform.audit_append(told text) returns bigint
language plpgsql as $$
declare
  number bigint;
  before text;
begin
  perform pg_advisory_xact_lock(hashtext('platform.audit'));
  select a.seq, a.hash into number, before from platform.audit a order by a.seq desc limit 1;
  number := coalesce(number, 0) + 1;
  before := coalesce(before, '');
  insert into platform.audit (seq, previous, hash, entry)
  values (number, before, encode(sha256(convert_to(before || E'\n' || number || E'\n' || told, 'UTF8')), 'hex'), told);
  return number;
end $$;

create function platform.audit_is_append_only() returns trigger
language plpgsql as $$
begin
  raise exception 'the audit trail is only appended to: % is refused', tg_op using errcode = '42501';
end $$;
create trigger audit_is_append_only before update or delete or truncate on platform.audit
  for each statement execute function platform.audit_is_append_only();
-- Also for sessions that have switched ordinary triggers off.
alter table platform.audit enable always trigger audit_is_append_only;
