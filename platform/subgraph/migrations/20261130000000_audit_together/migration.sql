-- Appends entries one after the other in one transaction: writers that wait for their turn at the same moment share it, and its one wait for the disk.
create function platform.audit_append_all(told text[]) returns setof bigint
language plpgsql as $$
declare
  each text;
begin
  foreach each in array told loop
    return next platform.audit_append(each);
  end loop;
end $$;
