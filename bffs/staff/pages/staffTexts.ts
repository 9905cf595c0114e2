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
  readonly nobody: string;
  readonly noProvider: string;
  readonly notEnrolled: string;
  readonly badToken: string;
  readonly noStore: string;
  readonly chooseStore: string;
  readonly noStores: string;
  readonly notAllowed: string;
  readonly token: string;
  readonly orToken: string;
  readonly useToken: string;
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
  nobody: 'Sign in with your account.',
  noProvider: 'Signing in is not possible at the moment. Try again in a minute.',
  notEnrolled: 'Sign in with your account, or have the manager enter this code in the office, under Screens.',
  badToken: 'You are signed in no longer, or not for this page. Sign in again.',
  noStore: 'The token is bound to no store. Add ?store= and the id of a store to the address of this page.',
  chooseStore: 'At which store do you want to work?',
  noStores: 'The chain has no store yet. Import one (chain:import), and load this page again.',
  notAllowed: 'Your account may not use this page. Sign out, and sign in with another one.',
  token: 'Token',
  orToken: 'Or paste a token',
  useToken: 'Use the token',
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
  nobody: 'Melden Sie sich mit Ihrem Konto an.',
  noProvider: 'Die Anmeldung ist im Moment nicht möglich. Versuchen Sie es in einer Minute wieder.',
  notEnrolled:
    'Melden Sie sich mit Ihrem Konto an, oder lassen Sie die Filialleitung diesen Code im Büro unter „Bildschirme“ eingeben.',
  badToken: 'Sie sind nicht mehr angemeldet, oder nicht für diese Seite. Melden Sie sich neu an.',
  noStore: 'Das Token gilt für keine Filiale. Ergänzen Sie die Adresse um ?store= und die Id einer Filiale.',
  chooseStore: 'In welcher Filiale möchten Sie arbeiten?',
  noStores: 'Die Kette hat noch keine Filiale. Importieren Sie eine (chain:import), und laden Sie diese Seite neu.',
  notAllowed: 'Ihr Konto darf diese Seite nicht benutzen. Melden Sie sich ab und mit einem anderen an.',
  token: 'Token',
  orToken: 'Oder fügen Sie ein Token ein',
  useToken: 'Token verwenden',
  use: 'Anmelden',
  signOut: 'Abmelden',
};

/** The language that `?lang=` names, otherwise that of the browser. */
export const staffTexts: StaffTexts = (new URLSearchParams(location.search).get('lang') ?? navigator.language)
  .toLowerCase()
  .startsWith('de')
  ? german
  : english;
