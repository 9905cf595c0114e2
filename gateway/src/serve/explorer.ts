import { parse, type DocumentNode, type GraphQLSchema } from 'graphql';
import type { LiveGraph } from '../execution/liveGraph.ts';
import type { TrustedDocument, TrustedDocuments } from '../documents/trustedDocuments.ts';

/** What a system in development gives its explorers. */
export interface ExplorerHelp {
  /** Is called whenever the page is opened. */
  open(): Promise<OpenedExplorer>;
}

/** What makes the documents of a page run as they are shown. */
export interface OpenedExplorer {
  /** A token of somebody who may use the channel. */
  readonly token: string;
  /** Ids among the variables that hold for a while, such as an order's: tabs that a browser kept get those of now. */
  readonly ids: Readonly<Record<string, string>>;
  /** A value for each variable of a document that must have one. */
  variablesOf(document: DocumentNode, schema: GraphQLSchema): Readonly<Record<string, unknown>>;
}

interface Explored {
  readonly name: string;
  readonly trusted: TrustedDocuments;
  readonly explorer?: ExplorerHelp | undefined;
}

/** A document in a tab of its own. */
interface Tab {
  readonly query: string;
  /** JSON. */
  readonly variables: string;
}

/** The explorer of a channel, with each of its documents in a tab, in the order of their names. */
export async function explorerOf({ name, trusted, explorer }: Explored, live: LiveGraph): Promise<string> {
  const { apiSchema } = live.current.graph;
  const opened = await explorer?.open();
  const tabs = trusted
    .own()
    .sort((a, b) => (a.operationName < b.operationName ? -1 : 1))
    .map((document) => tabOf(document, apiSchema, opened));
  return explorerPage(`${name} – explorer`, tabs, opened && { token: opened.token, ...opened.ids });
}

function tabOf({ source, description }: TrustedDocument, schema: GraphQLSchema, opened?: OpenedExplorer): Tab {
  const variables = opened?.variablesOf(parse(source), schema) ?? {};
  return {
    query: `${description === undefined ? '' : `# ${description}\n`}${source}`,
    variables: Object.keys(variables).length === 0 ? '' : JSON.stringify(variables, null, 2),
  };
}

/**
 * GraphiQL as one HTML page that loads nothing from elsewhere, for development. It opens with a tab for each document,
 * unless its browser remembers others; `?query=<document>` in the address adds one. `#token=<token>` there, or else the
 * token among what is given, fills in the Authorization header. The script of 2 MB is read when the page is first asked
 * for.
 */
async function explorerPage(
  title: string,
  tabs: readonly Tab[],
  given?: Readonly<Record<string, string>>,
): Promise<string> {
  const { js, css, favicon } = await import('@graphql-yoga/render-graphiql/graphiql');
  // A closing tag inside the script would end it early.
  const script = js.replaceAll('</script', '<\\/script');
  const safeTitle = title.replace(/[<>&"]/g, '');
  const inScript = (value: unknown): string => JSON.stringify(value ?? null).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${safeTitle}</title><link rel="icon" href="${favicon}"><style>${css}</style></head>
<body id="body" class="no-focus-outline">
<noscript>The explorer needs JavaScript.</noscript>
<div id="root"></div>
<script>${script}</script>
<script>
const given = ${inScript(given ?? {})};
const tabs = ${inScript(tabs)};
${tokenScript}
const asked = new URLSearchParams(location.search).has('query');
YogaGraphiQL.renderYogaGraphiQL(document.getElementById('root'), {
  endpoint: location.pathname, subscriptionsProtocol: 'WS', title: ${JSON.stringify(safeTitle)},
  connectionParams: () => ({ authorization: headersOf().authorization }),
  defaultQuery: tabs[0]?.query || '# Press Ctrl-Space to see what there is.\\n{ __typename }\\n',
  ...(tabs.length > 0 && !asked && {
    defaultTabs: tabs.map((tab) => ({ ...tab, headers: localStorage.getItem(kept) })),
  }),
});
</script>
</body>
</html>`;
}

/**
 * GraphiQL keeps the text of its header editor, and its tabs, in localStorage. This puts the token of a link there, or
 * the given one where there is none; what was given earlier, a token and ids, is renewed in each tab. It also reads the
 * header for WebSocket connections from there.
 */
const tokenScript = `
const kept = 'graphiql:headers';
const givenBefore = 'explorer:given';
const headersWith = (token) => JSON.stringify({ authorization: 'Bearer ' + token }, null, 2);
const told = new URLSearchParams(location.hash.slice(1)).get('token');
if (told || given.token) localStorage.setItem('graphiql:shouldPersistHeaders', 'true');
if (told) {
  localStorage.setItem(kept, headersWith(told));
  localStorage.removeItem('graphiql:tabState');
  history.replaceState(null, '', location.pathname + location.search);
} else if (given.token) {
  const tabState = localStorage.getItem('graphiql:tabState');
  if (tabState) localStorage.setItem('graphiql:tabState', renewed(tabState));
  else localStorage.setItem(kept, headersWith(given.token));
  localStorage.setItem(givenBefore, JSON.stringify(given));
}
function renewed(tabState) {
  let before = {};
  try { before = JSON.parse(localStorage.getItem(givenBefore)) || {}; } catch { return tabState; }
  for (const [name, now] of Object.entries(given)) if (before[name]) tabState = tabState.replaceAll(before[name], now);
  return tabState;
}
function headersOf() {
  try {
    const { tabs, activeTabIndex } = JSON.parse(localStorage.getItem('graphiql:tabState') || '{"tabs":[]}');
    const headers = JSON.parse((tabs[activeTabIndex] || {}).headers || localStorage.getItem(kept) || '{}');
    return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  } catch { return {}; }
}`;
