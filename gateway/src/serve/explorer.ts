/**
 * GraphiQL as one HTML page that loads nothing from elsewhere, for development. In the address, `#token=<token>` fills
 * in the Authorization header, and `?query=<document>` the document. Its script of 2 MB is read when the page is first
 * asked for.
 */
export async function explorerPage(title: string): Promise<string> {
  const { js, css, favicon } = await import('@graphql-yoga/render-graphiql/graphiql');
  // A closing tag inside the script would end it early.
  const script = js.replaceAll('</script', '<\\/script');
  const safeTitle = title.replace(/[<>&"]/g, '');
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${safeTitle}</title><link rel="icon" href="${favicon}"><style>${css}</style></head>
<body id="body" class="no-focus-outline">
<noscript>The explorer needs JavaScript.</noscript>
<div id="root"></div>
<script>${script}</script>
<script>
${tokenScript}
YogaGraphiQL.renderYogaGraphiQL(document.getElementById('root'), {
  endpoint: location.pathname, subscriptionsProtocol: 'WS', title: ${JSON.stringify(safeTitle)},
  connectionParams: () => ({ authorization: headersOf().authorization }),
  defaultQuery: '# Press Ctrl-Space to see what there is.\\n{ __typename }\\n',
});
</script>
</body>
</html>`;
}

/**
 * GraphiQL keeps the text of its header editor in localStorage. This puts the token of a link there, and reads the
 * header for WebSocket connections from there.
 */
const tokenScript = `
const kept = 'graphiql:headers';
const token = new URLSearchParams(location.hash.slice(1)).get('token');
if (token) {
  localStorage.setItem(kept, JSON.stringify({ authorization: 'Bearer ' + token }, null, 2));
  localStorage.setItem('graphiql:shouldPersistHeaders', 'true');
  localStorage.removeItem('graphiql:tabState');
  history.replaceState(null, '', location.pathname + location.search);
}
function headersOf() {
  try {
    const { tabs, activeTabIndex } = JSON.parse(localStorage.getItem('graphiql:tabState') || '{"tabs":[]}');
    const headers = JSON.parse((tabs[activeTabIndex] || {}).headers || localStorage.getItem(kept) || '{}');
    return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  } catch { return {}; }
}`;
