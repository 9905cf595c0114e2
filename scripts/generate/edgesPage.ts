import { channelsParty, edges, nobodyYet, type Edge, type Pattern } from '#schema/edges.ts';
import { writeIfChanged, type GenerateTask } from './task.ts';

export const edgesPagePath = 'docs/edges.md';

/**
 * Makes `docs/edges.md`: all edges as tables and a picture, from the registry that lint compares with the code. The
 * page is committed.
 */
export function edgesPage(): GenerateTask[] {
  return [
    {
      name: edgesPagePath,
      inputs: ['scripts/generate/edgesPage.ts', 'schema/edges.ts'],
      outputs: [edgesPagePath],
      run: () => Promise.resolve(void writeIfChanged(edgesPagePath, edgesPageText())),
    },
  ];
}

const titles: Readonly<Record<Pattern, string>> = {
  'API-First': 'Calls, while somebody waits for the answer (API-First)',
  Saga: 'Steps of sagas, tried until they are answered, each beside its undo (Saga)',
  'Event-Driven': 'Facts, heard at least once, in order for each aggregate (Event-Driven)',
  CQRS: 'A domain’s own facts, projected into what is read often (CQRS)',
};

/** The content of the page. */
export function edgesPageText(): string {
  const sections = (Object.keys(titles) as Pattern[]).map(
    (pattern) => `## ${titles[pattern]}

| from | to | contract | volume | latency | why this way |
|---|---|---|---|---|---|
${edges
  .filter((edge) => edge.pattern === pattern)
  .map(row)
  .join('\n')}
`,
  );
  return `${note}
${picture()}
${sections.join('\n')}`;
}

const row = ({ from, to, contract, volume, latency, because }: Edge): string =>
  `| ${[from, to, code(contract), volume, latency, because].join(' | ')} |`;

const code = (contract: string): string => contract.replace(/ (\S+)$/, ' `$1`');

/**
 * Draws one arrow for all edges of one pattern that lead from one party to another. Projections, and events without a
 * consumer, are in the tables only.
 */
function picture(): string {
  const arrows = new Map<string, string[]>();
  for (const { from, to, pattern, contract } of edges) {
    if (pattern === 'CQRS' || to === nobodyYet || from === to) continue;
    const line = pattern === 'Event-Driven' ? '-.->' : pattern === 'Saga' ? '==>' : '-->';
    const arrow = `${nodeOf(from)} ${line}|…| ${nodeOf(to)}`;
    arrows.set(arrow, [...(arrows.get(arrow) ?? []), contract.replace(/^\w+ /, '')]);
  }
  const lines = [...arrows].map(([arrow, contracts]) => `  ${arrow.replace('…', contracts.join('<br>'))}`);
  return `\`\`\`mermaid
flowchart LR
${lines.join('\n')}
\`\`\`
`;
}

const nodeOf = (party: string): string => {
  const id = party.replace(/\W+/g, '_');
  if (party === channelsParty) return `${id}[[${party}]]`;
  return id === party ? party : `${id}([${party}])`;
};

const note = `# Who says what to whom

Generated from \`schema/edges.ts\` by \`generate\`: do not edit. Lint fails where the code has an edge that is not listed, or lists one that no code carries out.
[Choosing a pattern](choosing-a-pattern.md) says how to decide on a new one. Clients reach the channels by GraphQL over HTTP, WebSocket and event streams, and
channels reach every subgraph by GraphQL: that holds for all of them alike and is not listed. In the picture a thin arrow is a call, a thick one a saga's
step, a dotted one an event.
`;
