-- Which fields of a thing each edit by staff or import changed, so that whoever edits an older version is told what is different now.
CREATE TABLE platform.edit (
  subject text NOT NULL,
  version integer NOT NULL,
  fields text[] NOT NULL,
  at timestamptz(3) NOT NULL,
  PRIMARY KEY (subject, version)
);
