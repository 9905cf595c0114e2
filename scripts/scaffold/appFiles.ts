import { channels } from '#schema/channels.ts';
import { screenOf } from './appScreens.ts';

/** What the app has and this repository has not; all else has the version of this repository. */
const ownVersions = { '@vitejs/plugin-react': '6.3.0', 'happy-dom': '21.0.4', vite: '8.4.0' };
const shared = ['@apollo/client', 'graphql', 'react', 'react-dom', 'rxjs'];
const sharedForDevelopment = [
  '@graphql-codegen/cli',
  '@graphql-codegen/client-preset',
  '@graphql-typed-document-node/core',
  '@types/react',
  '@types/react-dom',
  'typescript',
  'vitest',
];

export interface AppSources {
  /** The versions that this repository has, by package. */
  readonly versions: Readonly<Record<string, string>>;
  /** The text of `schema/channels/<channel>.graphql`. */
  readonly contract: string;
  /** The file name of the packed stream client. */
  readonly streamClient: string;
}

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

/** The files of an app for a channel, by their path; the packed stream client is put beside them, in `vendor/`. */
export function appFiles(channel: string, { versions, contract, streamClient }: AppSources): Record<string, string> {
  const { role, query, subscription, list, streamFor, told, answer, shows } = screenOf(channel);
  const port = 4000 + channels.find(({ name }) => name === channel)!.port;
  const pick = (names: readonly string[]): Record<string, string> =>
    Object.fromEntries(names.map((name) => [name, versions[name]!]));
  return {
    'package.json': json({
      name: `${channel}-app`,
      version: '0.1.0',
      private: true,
      type: 'module',
      engines: { node: '>=20.19' },
      scripts: {
        documents: 'graphql-codegen',
        predev: 'npm run documents',
        dev: 'vite',
        pretest: 'npm run documents',
        test: 'vitest run',
        prebuild: 'npm run documents',
        build: 'vite build',
        pretypecheck: 'npm run documents',
        typecheck: 'tsc --noEmit',
      },
      dependencies: { '@drburger/stream-client': `file:vendor/${streamClient}`, ...pick(shared) },
      devDependencies: { ...pick(sharedForDevelopment), ...ownVersions },
    }),
    'schema.graphql': contract,
    '.gitignore': 'node_modules/\ndist/\nsrc/gql/\n.env\n',
    '.env.example': `# The channel to talk to.\nCHANNEL_URL=http://localhost:${port}\n${
      role ? `# Of "token:for ${role}": for development only, it is in the page's script.\nVITE_TOKEN=\n` : ''
    }`,
    'index.html': `<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <meta name="viewport" content="width=device-width" />
  <title>${channel}</title>
  <link rel="icon" href="data:,">
  <div id="root"></div>
  <script type="module" src="/src/main.tsx"></script>
</html>
`,
    'codegen.ts': `import type { CodegenConfig } from '@graphql-codegen/cli';
import { addTypenameSelectionDocumentTransform } from '@graphql-codegen/client-preset';

// Apollo Client asks for __typename everywhere: so do the documents of the manifest, by whose texts a channel in
// production knows them.
export default {
  schema: 'schema.graphql',
  documents: 'src/**/*.graphql',
  generates: {
    'src/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false, persistedDocuments: { hashAlgorithm: 'sha256' } },
      config: { useTypeImports: true, enumsAsTypes: true, scalars: { ID: 'string', DateTime: 'string', Long: 'number' } },
      documentTransforms: [addTypenameSelectionDocumentTransform],
    },
  },
} satisfies CodegenConfig;
`,
    'vite.config.ts': `import react from '@vitejs/plugin-react';
import { loadEnv } from 'vite';
import { defineConfig } from 'vitest/config';

export default defineConfig(({ mode }) => {
  const target = loadEnv(mode, '.', '')['CHANNEL_URL'] ?? 'http://localhost:${port}';
  return {
    plugins: [react()],
    server: { proxy: { '/graphql': { target, ws: true, changeOrigin: true, headers: { origin: target } } } },
    test: { environment: 'happy-dom' },
  };
});
`,
    'tsconfig.json': json({
      compilerOptions: {
        target: 'ES2023',
        lib: ['ES2023', 'DOM', 'DOM.Iterable'],
        module: 'ESNext',
        moduleResolution: 'Bundler',
        jsx: 'react-jsx',
        strict: true,
        noUncheckedIndexedAccess: true,
        skipLibCheck: true,
        allowImportingTsExtensions: true,
        noEmit: true,
        types: ['vite/client'],
      },
      include: ['src', 'codegen.ts', 'vite.config.ts'],
    }),
    'src/firstScreen.graphql': query,
    'src/live.graphql': subscription,
    'src/client.ts': `import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { StreamClient } from '@drburger/stream-client';
import { StreamLink } from '@drburger/stream-client/apollo';
import { OperationTypeNode } from 'graphql';

const token: string | undefined = import.meta.env['VITE_TOKEN'] || undefined;
const url = new URL('/graphql', location.href);

/** Streams go on where they were after a cut; everything else is plain HTTP. */
const streams = new StreamClient({ url: url.href, ...(token !== undefined && { token: () => token }) });

export const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new StreamLink(streams),
    new HttpLink({ uri: url.href, headers: token === undefined ? {} : { authorization: \`Bearer \${token}\` } }),
  ),
});
`,
    'src/main.tsx': `import { ApolloProvider } from '@apollo/client/react';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { client } from './client.ts';

createRoot(document.getElementById('root')!).render(
  <ApolloProvider client={client}>
    <App />
  </ApolloProvider>,
);
`,
    'src/App.tsx': `import { skipToken, useQuery, useSubscription } from '@apollo/client/react';
import { FirstScreenDocument, LiveDocument } from './gql/graphql.ts';

export function App() {
  const { data, error } = useQuery(FirstScreenDocument);
  const variables = ${streamFor};
  const { data: live, error: cut } = useSubscription(LiveDocument, variables ? { variables } : skipToken);
  return (
    <main>
      <h1>${channel}</h1>
      {(error ?? cut) && <p role="alert">{(error ?? cut)?.message}</p>}
      <ul>
      ${list}
      </ul>
      {live && <p role="status">{${told}}</p>}
    </main>
  );
}
`,
    'src/App.test.tsx': `import { MockedProvider } from '@apollo/client/testing/react';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, it, vi } from 'vitest';
import { App } from './App.tsx';
import { FirstScreenDocument, LiveDocument } from './gql/graphql.ts';

const data = ${JSON.stringify({ __typename: 'Query', ...(answer as object) })} as const;
// The stream says nothing.
const mocks = [
  { request: { query: FirstScreenDocument }, result: { data } },
  { request: { query: LiveDocument, variables: () => true }, result: {}, delay: Infinity },
];

it('shows what the channel answers', async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  const page = document.createElement('div');
  const root = createRoot(page);
  await act(async () =>
    root.render(
      <MockedProvider mocks={mocks}>
        <App />
      </MockedProvider>,
    ),
  );
  await act(() => vi.waitFor(() => expect(page.textContent).toContain('${shows}')));
  await act(async () => root.unmount());
});
`,
    'README.md': `# An app for the ${channel} channel

\`\`\`sh
cp .env.example .env     # where the channel is${role ? `; paste a token: npx -y pnpm@10.34.9 -s token:for ${role}` : ''}
npm install
npm run dev              # test, typecheck, build
npm run documents        # src/gql: typed documents, and persisted-documents.json
\`\`\`
Documents are the files \`src/*.graphql\`, checked against \`schema.graphql\`: a copy of \`schema/channels/${channel}.graphql\`, to be renewed from there.
Before a release, register \`src/gql/persisted-documents.json\` with \`documents publish --channel ${channel} --client ${channel}-app@0.1.0 --manifest <file>\`.
`,
  };
}
