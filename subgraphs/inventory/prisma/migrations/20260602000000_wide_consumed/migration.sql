-- What is used up adds up for ever: an integer would end some day, and with it every order of that ingredient.
ALTER TABLE stock ALTER COLUMN consumed TYPE bigint;
