-- What was received about one object is looked up by the object, also after it was worked off.
CREATE INDEX webhook_of_object ON webhook (object_key);
