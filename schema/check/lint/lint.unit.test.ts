import { describe, expect, it } from 'vitest';
import { treeOf, workingTree } from '../against/tree.ts';
import { Owners } from '../model/owners.ts';
import { rules } from '../model/rules.ts';
import { lintFindings } from './lintFindings.ts';
import { lintRules } from './lintRules.ts';
import { lintText } from './lintText.ts';

const owners = new Owners('* @everybody');
const lint = (text: string, of = lintRules) => lintText('subgraphs/orders/schema.graphql', text, of);

describe('the linter', () => {
  it.each([
    ['require-description', 'type Order { "Id." id: ID! }', 1],
    ['require-description', '"An order." type Order { id: ID! }', 1],
    ['naming-convention', '"An order." type Order { "Id." order_id: ID! }', 1],
    ['naming-convention', '"A state." enum State { ready }', 1],
    ['require-deprecation-reason', '"An order." type Order { "Id." id: ID! @deprecated }', 1],
    ['no-hashtag-description', '# An order.\ntype Order { "Id." id: ID! }', 1],
    ['relay-connection-types', '"Orders." type OrderConnection { "Them." nodes: [ID!]! }', 1],
    ['unique-enum-value-names', '"A state." enum State { READY Ready }', 1],
  ] as const)('finds what breaks %s: %s', (rule, text, line) => {
    const found = lint(text).filter((each) => each.rule === `lint-${rule}`);
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]).toMatchObject({ severity: 'error', why: lintRules[rule]?.why });
    expect(found[0]?.place?.line).toBe(line);
  });

  it('names a field by its type, and counts what each rule says by itself', () => {
    expect(lint('type order { id: ID! }').map(({ id }) => id)).toEqual([
      'lint-naming-convention:orders/order',
      'lint-require-description:orders/order',
      'lint-require-description:orders/order.id',
    ]);
  });

  it('says nothing of what keeps the rules, of entry points, or of the argument `input`', () => {
    expect(
      lint('type Query { "The order." order("Its id." id: ID!): Order }\n"An order." type Order { "Id." id: ID! }'),
    ).toEqual([]);
    expect(lint('type Mutation { "Places it." place(input: String!): Boolean }')).toEqual([]);
  });

  it('is switched off for all by the table, and for a line by a remark', () => {
    const text = 'type Order { "Id." id: ID! }';
    const off = {
      ...lintRules,
      'require-description': { ...lintRules['require-description']!, severity: 'off' as const },
    };
    expect(lint(text, off)).toEqual([]);
    expect(lint(`# eslint-disable-next-line @graphql-eslint/require-description\n${text}`)).toEqual([]);
  });

  it('has nothing to say of our own graph', async () => {
    const found = await lintFindings(workingTree(process.cwd()), owners);
    expect(found.map(({ id }) => id)).toEqual([]);
  });

  it('says who answers for the file, also of a text that it has seen before', async () => {
    const tree = treeOf('a state', new Map([['subgraphs/orders/schema.graphql', 'type Order { "Id." id: ID! }']]));
    const found = await lintFindings(tree, owners);
    expect(found).toMatchObject([{ rule: 'lint-require-description', owners: ['@everybody'] }]);
    expect(await lintFindings(tree, new Owners('* @others'))).toEqual([{ ...found[0], owners: ['@others'] }]);
  });

  it('explains each of its rules', () => {
    for (const name of Object.keys(lintRules)) expect(rules[`lint-${name}`]).toBeTruthy();
  });
});
