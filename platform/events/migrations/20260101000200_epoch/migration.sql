-- Names the history that versions count in. An operator who puts an older or an empty log in its place gives it a new one:
--   update platform.epoch set id = default;
-- and restarts the channels: cursors of the old history are then answered with a snapshot, not with versions that mean something else.
create table platform.epoch (
  id text not null default substr(md5(gen_random_uuid()::text), 1, 10),
  one boolean primary key default true check (one)
);
insert into platform.epoch default values;
