/**
 * Imported first by what serves. Libraries ask this variable whether to check and keep more than they need: graphql-js
 * does on each value of an answer. A developer who wants that sets another one.
 */
process.env['NODE_ENV'] ??= 'production';
