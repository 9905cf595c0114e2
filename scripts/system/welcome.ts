import { platformSettings } from '#platform/config/settings.ts';
import { channels } from '#schema/channels.ts';
import { mailboxOffset, postgresOffset, providerOffset } from './ports.ts';
import { sandboxIssuerOf } from './signIn.ts';
import type { RunningSystem } from './startSystem.ts';

const audiences: Readonly<Record<string, string>> = {
  mobile: 'the app on the phone',
  web: 'the web shop',
  kiosk: 'kiosks and order boards in the stores',
  delivery: 'couriers',
  rest: 'REST: routes at /v1 (docs/rest.md)',
  staff: 'kitchens, managers and admins',
  partner: 'programs of partners (docs/partners.md)',
};

/** The text that `start` prints when the system is ready: a table of addresses, and things to try. */
export function welcome(
  { edge, settings, ownCertificate, metricsUrl, webhooksUrl, demoDeviceToken, parts }: RunningSystem,
  seconds: number,
): string {
  const { PORT_BASE: base, DATA_DIR: dataDir } = settings;
  const development = settings.PROFILE === 'development';
  const kiosk = edge.channels.find(({ name }) => name === 'kiosk')?.url;
  const staff = edge.channels.find(({ name }) => name === 'staff')?.url;
  const partner = edge.channels.find(({ name }) => name === 'partner')?.url;
  const board = kiosk?.replace('/graphql', '/board');
  const rows = [
    ['what', 'URL', 'for whom'],
    ['gateway', edge.gateway.url, 'tools: the full graph'],
    ...edge.channels.map(({ name, url }) => [name, url, audiences[name] ?? `the channel ${name}`]),
    ...(board ? [['order board', board, 'the screen on the wall of a store']] : []),
    ...(kiosk ? [['kiosk page', kiosk.replace('/graphql', '/order'), 'guests who order and pay by taps']] : []),
    ...(staff ? [['kitchen display', staff.replace('/graphql', '/kitchen'), 'the screen in a kitchen']] : []),
    ...(staff ? [['office', staff.replace('/graphql', '/office'), 'managers, support and admins, who sign in']] : []),
    ...(partner ? [['portal', partner.replace('/graphql', '/portal'), 'developers of partners, who sign in']] : []),
    ...(webhooksUrl ? [['webhooks', `${webhooksUrl}/webhooks/<source>`, 'systems outside']] : []),
    ['metrics', metricsUrl, 'operators: Prometheus (see docs/operations.md)'],
    ...(development
      ? [
          ['payment provider', `http://localhost:${base + providerOffset}`, 'the payments subgraph (sandbox)'],
          ['identity provider', sandboxIssuerOf(base), 'people of the seed, who sign in without a password (sandbox)'],
          ['mailbox', `http://localhost:${base + mailboxOffset}`, 'the e-mails that guests would get (sandbox)'],
        ]
      : []),
    [
      'PostgreSQL',
      `localhost:${base + postgresOffset}`,
      `a database and a role per domain (passwords in ${dataDir}/postgres)`,
    ],
  ];
  return `\n${table(rows)}\n\n${partsLine(parts)}Ready in ${seconds.toFixed(1)} s. GraphQL and its WebSocket at /graphql, health at /health/live and /health/ready. Ctrl-C stops.\n${ownCertificate ? trustText(settings) : ''}${development ? `\n${tryThis(kiosk ?? edge.gateway.url, settings, demoDeviceToken)}\n` : ''}${board && demoDeviceToken ? boardOf(board, demoDeviceToken) : ''}`;
}

/** What runs, if that is not all. */
function partsLine({ whole, subgraphs, mocked }: RunningSystem['parts']): string {
  if (whole) return '';
  const names = (entries: typeof mocked): string => entries.map(({ name }) => name).join(', ') || 'none';
  return `Subgraphs that run: ${names(subgraphs)}. Mocked: ${names(mocked)}.\n`;
}

/** An example query: the kiosk's store, and two items of each category with their prices. */
const kioskQuery =
  '{ kiosk { store { name menu { sections { category { name } entries(first: 2) { edges { node { item { name } price { amount currency } } } } } } } } }';

/** How to trust a certificate that nobody but us has signed. */
function trustText({ TLS_CERT_PATH: file = '', PORT_BASE: base }: RunningSystem['settings']): string {
  const urls = ['staff', 'partner'].map(
    (each) =>
      `${each.toUpperCase()}_URL=https://localhost:${base + (channels.find(({ name }) => name === each)?.port ?? 0)}`,
  );
  return [
    '',
    `The certificate ${file} is for this machine alone, and signs no other one. To trust it:`,
    `  curl --cacert '${file}'; Node, and commands as partner and privacy: NODE_EXTRA_CA_CERTS='${file}' ${urls.join(' ')}`,
    '  a browser: go on past its warning, or import the file, on Linux for Chromium by',
    `  certutil -d sql:$HOME/.pki/nssdb -A -t P,, -n drburger-development -i '${file}'`,
    '',
  ].join('\n');
}

function tryThis(
  url: string,
  { DATA_DIR: dataDir, TLS_CERT_PATH: certificate }: RunningSystem['settings'],
  token: string | undefined,
): string {
  const folder = dataDir === defaultDataDir ? '' : ` --data-dir '${dataDir}'`;
  return [
    'Try it as the kiosk of a store in Berlin: in the explorer, with query and token filled in,',
    `  ${url}?query=${encodeURIComponent(kioskQuery)}${token ? `#token=${token}` : ''}`,
    'or in another terminal:',
    `  TOKEN=$(npx -y pnpm@10.34.9 -s token:for kiosk${folder})`,
    `  curl -s${certificate ? ` --cacert '${certificate}'` : ''} ${url} -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -d '{"query":"${kioskQuery}"}'`,
    'Orders are paid for with play money: methodToken tok_visa; tok_declined, tok_capture_refused, tok_slow and tok_lost_answer do what they say.',
  ].join('\n');
}

/** The DATA_DIR that `token:for` uses by default. */
const defaultDataDir = platformSettings.parse({}).DATA_DIR;

const boardOf = (url: string, token: string): string =>
  `\nThe order board of that store and the kiosk before it, with the token of their screens, to open in a browser:\n  ${url}#token=${token}\n  ${url.replace('/board', '/order')}#token=${token}\n`;

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
