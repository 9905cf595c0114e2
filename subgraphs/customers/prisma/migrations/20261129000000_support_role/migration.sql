-- In which role somebody did it: that much the customer is told. What is there already was done by support.
ALTER TABLE support_action ADD COLUMN role text NOT NULL DEFAULT 'support';
