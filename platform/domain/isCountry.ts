const regionNames = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
/** Codes for which CLDR has a name although ISO 3166-1 assigns them to no country. */
const notCountries = new Set([
  'AC',
  'CP',
  'CQ',
  'DG',
  'EA',
  'EU',
  'EZ',
  'IC',
  'QO',
  'TA',
  'UN',
  'XA',
  'XB',
  'XK',
  'ZZ',
]);

/** Whether it is the code of a country (ISO 3166-1 alpha-2, in capitals), as the runtime knows them. */
export function isCountry(code: string): boolean {
  if (!/^[A-Z]{2}$/.test(code) || notCountries.has(code)) return false;
  // A deprecated code (UK, DD) has a canonical form other than itself.
  return (
    new Intl.Locale(`und-${code}`).region === code &&
    Intl.getCanonicalLocales(`und-${code}`)[0] === `und-${code}` &&
    regionNames.of(code) !== undefined
  );
}
