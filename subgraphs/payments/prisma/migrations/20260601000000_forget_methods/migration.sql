-- What was asked is kept for ever, the payment method only until its authorisation is answered. It was the last of the fingerprint's values.
UPDATE "payment_command" SET "fingerprint" = regexp_replace("fingerprint", ',"([^"\\]|\\.)*"\]$', ']')
WHERE "kind" = 'AUTHORISE' AND "fingerprint" ~ ',[0-9]+,"([^"\\]|\\.)*"\]$';
