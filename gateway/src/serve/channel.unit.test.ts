import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { auditServer } from 'graphql-http';
import { fixture, type Fixture } from '../testkit/fixtureGraph.ts';
import { serveFixture, type ServedChannel } from '../testkit/servedChannel.ts';

let parts: Fixture;
let channel: ServedChannel;
let customer: Record<string, string>;
let manager: Record<string, string>;

beforeAll(async () => {
  parts = await fixture();
  channel = await serveFixture(parts);
  customer = { authorization: `Bearer ${await parts.token('customer')}` };
  manager = { authorization: `Bearer ${await parts.token('admin')}` };
});
afterAll(() => channel.close());
beforeEach(() => {
  parts.calls.length = 0;
  parts.down.clear();
  parts.gate = () => Promise.resolve();
  parts.orders.clear();
  parts.orders.set('o1', { id: 'o1', owner: 'someone', status: 'PLACED', version: 1 });
});

const until = async (met: () => boolean) => {
  while (!met()) await new Promise((resolve) => setImmediate(resolve));
};

describe('GraphQL over HTTP', () => {
  it('passes every MUST and SHOULD of the audit, and every MAY with a preflight header', async () => {
    const results = await auditServer({ url: channel.url });
    expect(
      results
        .filter((result) => result.status !== 'ok' && !result.name.startsWith('MAY'))
        .map((result) => `${result.id} ${result.name}`),
    ).toEqual([]);
    const withHeader = (url: string, init: RequestInit = {}) =>
      fetch(url, { ...init, headers: { ...init.headers, 'graphql-require-preflight': '1' } });
    const all = await auditServer({ url: channel.url, fetchFn: withHeader });
    expect(all.filter((result) => result.status !== 'ok').map((result) => `${result.id} ${result.name}`)).toEqual([]);
    expect(all.length).toBeGreaterThan(60);
  });

  it.each<[string, number, RequestInit & { path?: string }]>([
    ['GET without a preflight header', 400, { path: '?query={__typename}' }],
    [
      'POST as text/plain',
      400,
      { method: 'POST', body: '{"query":"{__typename}"}', headers: { 'content-type': 'text/plain' } },
    ],
    [
      'GET of a mutation',
      405,
      {
        path: `?query=${encodeURIComponent('mutation{advance(orderId:"o1"){id}}')}`,
        headers: { 'graphql-require-preflight': '1' },
      },
    ],
    ['PUT', 405, { method: 'PUT', body: '{}', headers: { 'content-type': 'application/json' } }],
    [
      'a batch',
      400,
      { method: 'POST', body: '[{"query":"{__typename}"}]', headers: { 'content-type': 'application/json' } },
    ],
    [
      'a body over the limit',
      413,
      {
        method: 'POST',
        body: JSON.stringify({ query: '{__typename}', variables: { x: 'x'.repeat(200_000) } }),
        headers: { 'content-type': 'application/json' },
      },
    ],
    [
      'a prototype in the variables',
      400,
      {
        method: 'POST',
        body: '{"query":"{__typename}","variables":{"__proto__":{"x":1}}}',
        headers: { 'content-type': 'application/json' },
      },
    ],
    [
      'an escaped prototype',
      400,
      {
        method: 'POST',
        body: '{"query":"{__typename}","variables":{"\\u005f_proto__":{"x":1}}}',
        headers: { 'content-type': 'application/json' },
      },
    ],
    [
      'variables nested without end',
      400,
      {
        method: 'POST',
        body: `{"query":"{__typename}","variables":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`,
        headers: { 'content-type': 'application/json' },
      },
    ],
    [
      'an answer in XML',
      406,
      {
        method: 'POST',
        body: '{"query":"{__typename}"}',
        headers: { 'content-type': 'application/json', accept: 'application/xml' },
      },
    ],
    [
      'a subscription',
      400,
      {
        method: 'POST',
        body: '{"query":"subscription{orderStatusChanged(orderId:\\"1\\"){id}}"}',
        headers: { 'content-type': 'application/json' },
      },
    ],
  ])('refuses %s with %i and does nothing', async (_what, status, { path = '', ...init }) => {
    const response = await fetch(`${channel.url}${path}`, init);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
    expect(parts.calls).toEqual([]);
  });

  it('serves its health, and an explorer that loads nothing from elsewhere', async () => {
    expect((await fetch(channel.url.replace('/graphql', '/health/live'))).status).toBe(200);
    expect((await fetch(channel.url.replace('/graphql', '/health/ready'))).status).toBe(200);
    const explorer = await fetch(channel.url, { headers: { accept: 'text/html' } });
    expect(explorer.headers.get('content-security-policy'), 'no page has it in a frame').toBe("frame-ancestors 'none'");
    const page = await explorer.text();
    expect(page).toContain('YogaGraphiQL');
    expect(page).not.toMatch(/<(script|link)[^>]+(src|href)="https?:/);
  });

  it('opens the explorer with each of its documents, values for their variables, and a token', async () => {
    const explored = await serveFixture(parts, {
      operations: { shop: '# One </script> shop.\nquery Shop($id: ID!) { shop(id: $id) { id } }' },
      explorer: {
        open: () => Promise.resolve({ token: 'a.token', ids: { id: '1' }, variablesOf: () => ({ id: '1' }) }),
      },
    });
    const page = await (await fetch(explored.url, { headers: { accept: 'text/html' } })).text();
    await explored.close();
    const [, given, tabs] = /const given = (.*);\nconst tabs = (.*);\n/.exec(page) ?? [];
    expect(JSON.parse(given!)).toEqual({ token: 'a.token', id: '1' });
    expect(JSON.parse(tabs!)).toEqual([
      {
        query: '# One </script> shop.\nquery Shop($id: ID!) {\n  shop(id: $id) {\n    id\n  }\n}',
        variables: JSON.stringify({ id: '1' }, null, 2),
      },
    ]);
    expect(tabs).not.toContain('</script');
  });

  it('continues the trace of a request, with a span of its own', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { headers } = await channel.post({ query: '{shops{id}}' }, { traceparent });
    expect(headers.get('traceparent')).toBe(traceparent);
    const sent = parts.calls[0]?.headers.traceparent ?? '';
    expect(sent.slice(0, 35)).toBe(traceparent.slice(0, 35));
    expect(sent).not.toBe(traceparent);
  });
});

describe('hostile documents', () => {
  const bomb = (levels: number) =>
    `{...f0}${Array.from({ length: levels }, (_, at) => `fragment f${at} on Query{${at + 1 < levels ? `...f${at + 1} ...f${at + 1}` : 'shops{id}'}}`).join('')}`;
  const deep = (levels: number) => `{shops${'{id wares'.repeat(levels)}{id}${'}'.repeat(levels)}}`;
  it.each<[string, string, string]>([
    ['a fragment bomb of 10 levels', bomb(11), 'DOCUMENT_TOO_COMPLEX'],
    ['a fragment bomb of 30 levels', bomb(31), 'DOCUMENT_TOO_COMPLEX'],
    ['depth 20', deep(20), 'DOCUMENT_TOO_COMPLEX'],
    ['depth 6,000', deep(6_000), 'DOCUMENT_TOO_COMPLEX'],
    [
      '1,000 aliases',
      `{${Array.from({ length: 1_000 }, (_, at) => `a${at}:__typename`).join(' ')}}`,
      'DOCUMENT_TOO_COMPLEX',
    ],
    [
      '100 aliased mutations',
      `mutation{${Array.from({ length: 100 }, (_, at) => `a${at}:advance(orderId:"o1"){id}`).join(' ')}}`,
      'DOCUMENT_TOO_COMPLEX',
    ],
    ['500 directives', `{shops${'@skip(if:false)'.repeat(500)}{id}}`, 'DOCUMENT_TOO_COMPLEX'],
    ['one field 1,000 times', `{${'shops{id}'.repeat(1_000)}}`, 'DOCUMENT_TOO_COMPLEX'],
    [
      'fragments that go round',
      '{...a}fragment a on Query{...b}fragment b on Query{...a}',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['a prototype as alias', '{__proto__:shops{id}}', 'GRAPHQL_VALIDATION_FAILED'],
    ['a stream of the runtime as alias', '{__streamed:shops{id}}', 'GRAPHQL_VALIDATION_FAILED'],
    ['entities, as if it were a subgraph', '{_entities(representations:[]){__typename}}', 'GRAPHQL_VALIDATION_FAILED'],
    ['a field of staff', '{audit}', 'GRAPHQL_VALIDATION_FAILED'],
  ])('are refused with 400 before any work: %s', async (_what, query, code) => {
    const { status, body } = await channel.post({ query });
    expect({ status, code: body.errors?.[0]?.extensions.code, data: 'data' in body }).toEqual({
      status: 400,
      code,
      data: false,
    });
    expect(parts.calls).toEqual([]);
  });

  it('that would expand to a huge operation from 1 KB are refused quickly', () =>
    expect(bomb(31).length).toBeLessThan(1_100));

  it('with a variable of the wrong type are refused with a message that names the right one', async () => {
    const { status, body } = await channel.post({
      query: 'query($id: ID!){shop(id:$id){id}}',
      variables: { id: { a: 1 } },
    });
    expect(status).toBe(400);
    expect(body.errors?.[0]).toMatchObject({
      message: expect.stringContaining('$id') as string,
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });
});

describe('the caller', () => {
  it('is refused with 401 for an invalid token, and nothing is executed', async () => {
    for (const authorization of [
      'Bearer nonsense',
      'Basic abc',
      'Bearer ',
      `Bearer ${await parts.token('customer', 'x', { lifetimeSeconds: -60 })}`,
    ]) {
      const { status, body, headers } = await channel.post({ query: '{shops{id}}' }, { authorization });
      expect({
        authorization,
        status,
        code: body.errors?.[0]?.extensions.code,
        challenge: headers.get('www-authenticate'),
      }).toEqual({ authorization, status: 401, code: 'UNAUTHENTICATED', challenge: 'Bearer' });
    }
    expect(parts.calls).toEqual([]);
  });

  it('is refused with 403 if its role may not use the channel', async () => {
    const { status } = await channel.post(
      { query: '{shops{id}}' },
      { authorization: `Bearer ${await parts.token('courier')}` },
    );
    expect(status).toBe(403);
  });

  it('is known to subgraphs from a token of the gateway, and from no header of the client', async () => {
    await channel.post(
      { query: '{order(orderId:"o1"){id}}' },
      { ...customer, 'x-user-id': 'boss', 'x-roles': 'admin' },
    );
    const token = parts.calls[0]?.headers.authorization?.replace('Bearer ', '') ?? '';
    expect(`Bearer ${token}`).not.toBe(customer['authorization']);
    expect(await parts.identity.verifyInternalToken(token, 'orders')).toMatchObject({
      subject: 'someone',
      grants: [{ role: 'customer', bindings: {} }],
      channel: 'kiosk',
    });
    await expect(parts.identity.verifyInternalToken(token, 'shops')).rejects.toThrow();
  });
});

describe('guarded fields', () => {
  it('are refused, and the other fields are answered', async () => {
    const { status, body } = await channel.post({ query: '{shops{id takings}}' }, customer);
    expect(status).toBe(200);
    expect(body.data).toEqual({
      shops: [
        { id: '1', takings: null },
        { id: '2', takings: null },
      ],
    });
    expect(body.errors?.map(({ path, extensions }) => [path?.join('.'), extensions.code])).toEqual([
      ['shops.0.takings', 'FORBIDDEN'],
      ['shops.1.takings', 'FORBIDDEN'],
    ]);
    expect(parts.calls.map((call) => call.query).join()).not.toContain('takings');
  });

  it('are UNAUTHENTICATED for a caller without a token, and FORBIDDEN for one without the scope', async () => {
    const { body } = await channel.post({ query: '{order(orderId:"o1"){id}}' });
    expect(body).toMatchObject({
      data: { order: null },
      errors: [{ path: ['order'], extensions: { code: 'UNAUTHENTICATED' } }],
    });
    expect(parts.calls).toEqual([]);
  });

  it('do not affect fields with names such as `constructor`', async () => {
    const { body } = await channel.post({ query: '{constructor:shops{toString:id valueOf:takings}}' }, customer);
    expect(body.data).toEqual({
      constructor: [
        { toString: '1', valueOf: null },
        { toString: '2', valueOf: null },
      ],
    });
  });

  it('become null as far up as the nullability of the schema demands', async () => {
    const { body } = await channel.post({ query: '{shop(id:"1"){id mandatory}}' }, customer);
    expect(body).toMatchObject({
      data: { shop: null },
      errors: [{ path: ['shop', 'mandatory'], extensions: { code: 'FORBIDDEN' } }],
    });
  });

  it('are found in fragments, interfaces and unions, under aliases', async () => {
    const { body } = await channel.post(
      {
        query: `{
        things { __typename id n: note ... on Shop { t: takings } ...vault }
        found { ... on Vault { code } ... on Shop { name } }
        ledger { total }
      } fragment vault on Vault { code }`,
      },
      customer,
    );
    expect(body.data).toEqual({
      things: [
        { __typename: 'Shop', id: '1', n: 'open', t: null },
        { __typename: 'Vault', id: 'v', n: null, code: null },
      ],
      found: [{ name: 'Shop 1' }, { code: null }],
      ledger: null,
    });
    expect(body.errors?.map(({ path }) => path?.join('.')).sort()).toEqual([
      'found.1.code',
      'ledger',
      'things.0.t',
      'things.1.code',
      'things.1.n',
    ]);
    expect(new Set(body.errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['FORBIDDEN']));
  });

  it('are answered for callers with the scope', async () => {
    const { body } = await channel.post({ query: '{shops{takings} ledger{total} found{...on Vault{code}}}' }, manager);
    expect({ data: body.data, errors: body.errors }).toEqual({
      data: { shops: [{ takings: 100 }, { takings: 100 }], ledger: { total: 7 }, found: [{}, { code: '1234' }] },
    });
  });

  it('of a mutation are not executed', async () => {
    await channel.post({ query: 'mutation{advance(orderId:"o1"){id}}' });
    expect(parts.orders.get('o1')?.version).toBe(1);
    expect(parts.calls).toEqual([]);
  });

  it('answer the order of another customer like one that does not exist', async () => {
    const other = { authorization: `Bearer ${await parts.token('customer', 'other')}` };
    const ask = async (id: string) => (await channel.post({ query: `{order(orderId:"${id}"){id}}` }, other)).body;
    expect(await ask('o1')).toEqual(await ask('nothing'));
  });
});

describe('subgraphs', () => {
  it('that are down do not affect the rest of the answer', async () => {
    parts.down.add('wares');
    const { status, body } = await channel.post({ query: '{shops{name wares{title}}}' });
    expect(status).toBe(200);
    expect(body.data).toEqual({
      shops: [
        { name: 'Shop 1', wares: null },
        { name: 'Shop 2', wares: null },
      ],
    });
    const extensions = { code: 'SUBGRAPH_UNAVAILABLE' };
    expect(body.errors).toEqual([
      expect.objectContaining({ path: ['shops', 0, 'wares'], extensions }),
      expect.objectContaining({ path: ['shops', 1, 'wares'], extensions }),
    ]);
  });

  it('that do not know an entity, and report no error, leave its fields null with an error that says so', async () => {
    parts.orders.set('lost', { id: 'lost', owner: 'someone', status: 'PLACED', version: 1, shop: 'gone' });
    const { body } = await channel.post(
      { query: '{order(orderId:"lost"){id shop{name}}}' },
      { authorization: `Bearer ${await parts.token('customer')}` },
    );
    expect(body.data).toEqual({ order: null });
    expect(body.errors?.map(({ path, extensions }) => [path, extensions])).toEqual([
      [['order', 'shop', 'name'], { code: 'SUBGRAPH_ANSWER_INVALID' }],
    ]);
  });

  it('that take too long leave their fields null', async () => {
    const impatient = await serveFixture(parts, { manifest: { limits: { deadlineMs: 40 } } });
    parts.gate = (subgraph) => (subgraph === 'wares' ? new Promise(() => {}) : Promise.resolve());
    const { body } = await impatient.post({ query: '{shops{name wares{title}}}' });
    expect(body).toMatchObject({
      data: {
        shops: [
          { name: 'Shop 1', wares: null },
          { name: 'Shop 2', wares: null },
        ],
      },
      errors: [{ extensions: { code: 'DEADLINE_EXCEEDED' } }, { extensions: { code: 'DEADLINE_EXCEEDED' } }],
    });
    // The call that was never answered holds up no later ones.
    parts.gate = () => Promise.resolve();
    expect((await impatient.post({ query: '{shops{name wares{title}}}' })).body.errors).toBeUndefined();
    await impatient.close();
  });

  it('that fail internally are masked, with a trace id', async () => {
    const { body } = await channel.post({ query: '{shop(id:"1"){name wares{title broken}}}' });
    expect(body.data).toEqual({ shop: { name: 'Shop 1', wares: null } });
    expect(body.errors?.[0]).toMatchObject({
      path: ['shop', 'wares', 0, 'broken'],
      extensions: { code: 'INTERNAL_SERVER_ERROR', traceId: expect.stringMatching(/^[0-9a-f]{32}$/) as string },
    });
    expect(JSON.stringify(body)).not.toMatch(/secret detail|wares-|"serviceName"/);
  });

  it('are called once for identical queries in flight, with separate answer objects, and again for other principals and later queries', async () => {
    let open = () => {};
    const opened = new Promise<void>((resolve) => (open = resolve));
    parts.gate = () => opened;
    const ask = (headers?: Record<string, string>) => channel.post({ query: '{shops{id name wares{id}}}' }, headers);
    const pending = [ask(), ask(), ask(), ask(customer)];
    await until(() => parts.calls.length === 2);
    // The third and fourth request have arrived when one that was sent after them has been answered.
    await channel.post({ query: '{__typename}' });
    open();
    const answers = await Promise.all(pending);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(parts.calls.filter(({ subgraph }) => subgraph === 'shops')).toHaveLength(2);
    await ask();
    expect(parts.calls.filter(({ subgraph }) => subgraph === 'shops')).toHaveLength(3);
  });

  it('get every mutation, also identical ones', async () => {
    const advance = () => channel.post({ query: 'mutation{advance(orderId:"o1"){version}}' }, customer);
    await Promise.all([advance(), advance(), advance()]);
    expect(parts.orders.get('o1')?.version).toBe(4);
  });

  it('never answer a query that follows a mutation with a read from before it', async () => {
    const read = () => channel.post({ query: '{order(orderId:"o1"){version}}' }, customer);
    let open = () => {};
    const opened = new Promise<void>((resolve) => (open = resolve));
    parts.gate = () => (parts.calls.length === 1 ? opened : Promise.resolve());
    const early = read();
    await until(() => parts.calls.length === 1);
    await channel.post({ query: 'mutation{advance(orderId:"o1"){version}}' }, customer);
    expect((await read()).body.data).toEqual({ order: { version: 2 } });
    open();
    await early;
  });
});

describe('a channel that closes', () => {
  it('finishes the requests that it is executing, and takes no new ones', async () => {
    const closing = await serveFixture(parts);
    let open = () => {};
    const opened = new Promise<void>((resolve) => (open = resolve));
    parts.gate = () => opened;
    const asked = closing.post({ query: '{shops{id}}' });
    await until(() => parts.calls.length === 1);
    const closed = closing.close();
    await expect(fetch(closing.url)).rejects.toThrow();
    open();
    expect((await asked).body.data.shops).toHaveLength(2);
    await closed;
  });
});
