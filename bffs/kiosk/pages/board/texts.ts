/** The texts of the page in one language. */
export interface Texts {
  readonly language: string;
  readonly preparing: string;
  readonly ready: string;
  readonly unset: string;
  readonly connecting: string;
  readonly live: string;
  readonly reconnecting: (since: string) => string;
  readonly refused: (since: string) => string;
  readonly nowReady: (numbers: readonly number[]) => string;
  readonly setup: string;
  readonly notEnrolled: string;
  readonly noToken: string;
  readonly badToken: string;
  readonly noStore: string;
  readonly token: string;
  readonly use: string;
}

const english: Texts = {
  language: 'en',
  preparing: 'Preparing',
  ready: 'Ready to collect',
  unset: 'Not set up',
  connecting: 'Connecting …',
  live: 'Live',
  reconnecting: (since) => `Reconnecting since ${since} – the numbers may be out of date`,
  refused: (since) => `Not connected since ${since} – the numbers may be out of date`,
  nowReady: (numbers) =>
    numbers.length === 1 ? `Number ${numbers[0]} is ready.` : `Numbers ${numbers.join(', ')} are ready.`,
  setup: 'Set up this screen',
  notEnrolled:
    'The manager of the store enters this code in the office, under Screens. It changes every quarter of an hour.',
  noToken:
    'A screen shows the orders of the store that its device token is bound to. Paste the token, or open this page as /board#token=… .',
  badToken: 'The device token of this screen is not accepted any more. Paste a new one.',
  noStore: 'The device token of this screen is bound to no store. Paste another one.',
  token: 'Device token',
  use: 'Show the board',
};

const german: Texts = {
  language: 'de',
  preparing: 'In Zubereitung',
  ready: 'Abholbereit',
  unset: 'Nicht eingerichtet',
  connecting: 'Verbindung wird aufgebaut …',
  live: 'Aktuell',
  reconnecting: (since) => `Keine Verbindung seit ${since} – die Nummern sind vielleicht nicht aktuell`,
  refused: (since) => `Nicht verbunden seit ${since} – die Nummern sind vielleicht nicht aktuell`,
  nowReady: (numbers) =>
    numbers.length === 1 ? `Nummer ${numbers[0]} ist fertig.` : `Die Nummern ${numbers.join(', ')} sind fertig.`,
  setup: 'Bildschirm einrichten',
  notEnrolled:
    'Die Leitung der Filiale gibt diesen Code im Büro unter „Bildschirme“ ein. Er wechselt jede Viertelstunde.',
  noToken:
    'Ein Bildschirm zeigt die Bestellungen der Filiale, für die sein Gerätetoken gilt. Fügen Sie das Token ein, oder öffnen Sie die Seite als /board#token=… .',
  badToken: 'Das Gerätetoken dieses Bildschirms wird nicht mehr angenommen. Fügen Sie ein neues ein.',
  noStore: 'Das Gerätetoken dieses Bildschirms gilt für keine Filiale. Fügen Sie ein anderes ein.',
  token: 'Gerätetoken',
  use: 'Tafel zeigen',
};

/** The language that `?lang=` names, otherwise that of the browser. */
export const textsFor = (asked: string | null, browser: string): Texts =>
  (asked ?? browser).toLowerCase().startsWith('de') ? german : english;
