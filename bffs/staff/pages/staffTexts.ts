/** The texts that all pages of staff share, in one language. */
export interface StaffTexts {
  readonly language: 'en' | 'de';
  readonly unset: string;
  readonly connecting: string;
  readonly live: string;
  readonly reconnecting: (since: string) => string;
  readonly refused: (since: string) => string;
  readonly setup: string;
  readonly noToken: string;
  readonly badToken: string;
  readonly noStore: string;
  readonly notAllowed: string;
  readonly token: string;
  readonly use: string;
  readonly signOut: string;
}

const english: StaffTexts = {
  language: 'en',
  unset: 'Not signed in',
  connecting: 'Connecting …',
  live: 'Live',
  reconnecting: (since) => `Reconnecting since ${since} – what you see may be out of date`,
  refused: (since) => `Not connected since ${since} – what you see may be out of date`,
  setup: 'Sign in',
  noToken: 'Paste the token of your account or of this screen, or open this page with #token=… behind its address.',
  badToken: 'The token is not accepted any more, or not for this page. Paste a new one.',
  noStore: 'The token is bound to no store. Add ?store= and the id of a store to the address of this page.',
  notAllowed: 'The roles in this token may not use this page. Paste another token.',
  token: 'Token',
  use: 'Sign in',
  signOut: 'Sign out',
};

const german: StaffTexts = {
  language: 'de',
  unset: 'Nicht angemeldet',
  connecting: 'Verbindung wird aufgebaut …',
  live: 'Aktuell',
  reconnecting: (since) => `Keine Verbindung seit ${since} – die Anzeige ist vielleicht nicht aktuell`,
  refused: (since) => `Nicht verbunden seit ${since} – die Anzeige ist vielleicht nicht aktuell`,
  setup: 'Anmelden',
  noToken: 'Fügen Sie das Token Ihres Kontos oder dieses Bildschirms ein, oder öffnen Sie die Seite mit #token=… .',
  badToken: 'Das Token wird nicht mehr angenommen, oder nicht für diese Seite. Fügen Sie ein neues ein.',
  noStore: 'Das Token gilt für keine Filiale. Ergänzen Sie die Adresse um ?store= und die Id einer Filiale.',
  notAllowed: 'Die Rollen in diesem Token dürfen diese Seite nicht benutzen. Fügen Sie ein anderes Token ein.',
  token: 'Token',
  use: 'Anmelden',
  signOut: 'Abmelden',
};

/** The language that `?lang=` names, otherwise that of the browser. */
export const staffTexts: StaffTexts = (new URLSearchParams(location.search).get('lang') ?? navigator.language)
  .toLowerCase()
  .startsWith('de')
  ? german
  : english;
