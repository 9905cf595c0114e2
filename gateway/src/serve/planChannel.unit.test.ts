import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse, type OperationDefinitionNode } from 'graphql';
import { afterAll, expect, it } from 'vitest';
import { adminService, anonymous } from '#platform/identity/principal.ts';
import { buildGraph } from '../graph/graph.ts';
import { withoutRefused } from '../documents/authorization.ts';
import { readPlans } from '../execution/federation/planning/madePlans.ts';
import { OperationPlanner } from '../execution/federation/planning/operationPlanner.ts';
import partner from '../../../bffs/partner/channel.ts';
import { planChannel } from './planChannel.ts';
import { trustedDocumentsOf } from './runChannel.ts';

const supergraph = readFileSync(
  new URL('../../../generated/channels/partner.supergraph.graphql', import.meta.url),
  'utf8',
);
const folder = mkdtempSync(join(tmpdir(), 'drburger-plans-'));
const file = pathToFileURL(join(folder, 'partner.plans.json'));
writeFileSync(file, planChannel(partner, supergraph));
afterAll(() => rmSync(folder, { recursive: true }));

it('plans every trusted document for who sees all and for who sees little, as a channel that starts would', () => {
  const graph = buildGraph(supergraph, { composed: true });
  const missed: string[] = [];
  const ready = new OperationPlanner(graph, {
    made: readPlans(file, supergraph),
    onPlan: (operation) => missed.push(operation),
  });
  const unprepared = new OperationPlanner(graph);
  for (const { source, operationName } of trustedDocumentsOf(partner).all())
    for (const caller of [adminService('test'), anonymous('partner', [])]) {
      const whole = parse(source, { noLocation: true });
      const document = caller.kind === 'service' ? whole : withoutRefused(whole, caller, graph);
      const operation = document.definitions[0] as OperationDefinitionNode;
      const [read, made] = [ready, unprepared].map((planner) =>
        planner.compile(planner.source(document, operation), {}, new Set()),
      );
      expect(read!.step, operationName).toEqual(made!.step);
      expect(read!.step !== undefined || caller.kind === 'anonymous', operationName).toBe(true);
    }
  expect(missed).toEqual([]);
});

it('has no plans for another supergraph, nor where there is no file', () => {
  expect(readPlans(file, supergraph).size).toBeGreaterThan(0);
  expect(readPlans(file, `${supergraph} `).size).toBe(0);
  expect(readPlans(pathToFileURL(join(folder, 'none.json')), supergraph).size).toBe(0);
});
