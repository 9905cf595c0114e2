import {
  Kind,
  OperationTypeNode,
  Source,
  print,
  type DocumentNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type TypeNode,
  type VariableDefinitionNode,
} from 'graphql';
import { nameOfRoute, routeOf, type Route } from '#gateway/rest/route.ts';
import type { Tree } from '../against/tree.ts';
import type { Finding } from '../model/finding.ts';
import type { Owners } from '../model/owners.ts';
import { restChannel, restFolder, routeClient } from './liveDocument.ts';

/**
 * What routes no longer answer or take. Who calls a route sends its address, so that a change of its document changes
 * what all its callers get; no contract tells that.
 */
export function routeFindings(before: Tree, now: Tree, owners: Owners, today = new Date()): Finding[] {
  const present = new Map(routesIn(now).map((route) => [nameOfRoute(route), route]));
  return routesIn(before).flatMap((old) => {
    const name = nameOfRoute(old);
    const route = present.get(name);
    if (!route || (old.lifecycle && old.lifecycle.sunset <= today)) return [];
    const changes = changesOf(old, route);
    if (changes.length === 0) return [];
    const place = { file: `${restFolder}/${route.file}`, line: 1, column: 1 };
    const sender = { channel: restChannel, client: routeClient, version: before.name, document: name };
    const told = owners.of(place.file);
    return [
      {
        id: `route-changed:${name}`,
        rule: 'route-changed',
        severity: 'error' as const,
        subject: name,
        message: `the route \`${name}\` ${changes.join(', ')}`,
        why: 'Whoever calls it was built for what it was, and there is no other version to stay with.',
        fix: 'Leave what it answers and takes, and add beside it; or add another route, and give the @rest of this one `deprecated`, `sunset` and `successor`.',
        place,
        owners: told,
        contracts: [restChannel],
        affected: [{ ...sender, place, owners: told, severity: 'error' as const, how: 'is built on it' }],
      },
    ];
  });
}

/** One that cannot be read is told by composition. */
const routesIn = (tree: Tree): Route[] =>
  tree
    .list(restFolder)
    .filter((file) => file.endsWith('.graphql'))
    .flatMap((file) => {
      try {
        return [routeOf(new Source(tree.read(file) ?? '', file), file.slice(restFolder.length + 1))];
      } catch {
        return [];
      }
    });

function changesOf(old: Route, now: Route): string[] {
  const [answered, taken] = [answersOf(now), variablesOf(now)];
  const lost = [...answersOf(old)].filter((path) => !answered.has(path));
  // What is within something lost need not be told, too.
  const outermost = lost.filter((path) => !lost.some((each) => path.startsWith(`${each}.`)));
  const known = variablesOf(old);
  const code = (names: readonly string[]): string => names.map((each) => `\`${each}\``).join(', ');
  const asked = [...taken].filter(([name, each]) => isRequired(each) && !known.has(name)).map(([name]) => name);
  const dropped = [...known.keys()].filter((name) => !taken.has(name));
  const less = [...known].flatMap(([name, was]) => {
    const is = taken.get(name);
    return !is || takesAll(was, is)
      ? []
      : [`takes \`${print(is.type)}\` for \`${name}\`, and took \`${print(was.type)}\``];
  });
  return [
    ...(outermost.length > 0 ? [`no longer answers ${code(outermost)}`] : []),
    ...(asked.length > 0 ? [`now asks for ${code(asked)}`] : []),
    ...(dropped.length > 0 ? [`no longer takes ${code(dropped)}`] : []),
    ...less,
    ...(old.status === now.status ? [] : [`answers ${now.status}, and answered ${old.status}`]),
    ...(now.signedIn && !old.signedIn ? ['refuses callers without a token'] : []),
  ];
}

const operationOf = (document: DocumentNode): OperationDefinitionNode | undefined =>
  document.definitions.find((each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION);

/** The paths of all fields in the answer; those of the resource begin where it does. */
function answersOf({ document, result }: Route): Set<string> {
  const fragments = new Map(
    document.definitions.flatMap((each) =>
      each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each.selectionSet] as const] : [],
    ),
  );
  const paths = new Set<string>();
  const root = `${result.join('.')}.`;
  const visit = (set: SelectionSetNode | undefined, above: string, within: readonly string[]): void => {
    for (const each of set?.selections ?? []) {
      if (each.kind === Kind.INLINE_FRAGMENT) visit(each.selectionSet, above, within);
      else if (each.kind === Kind.FRAGMENT_SPREAD) {
        const name = each.name.value;
        if (!within.includes(name)) visit(fragments.get(name), above, [...within, name]);
      } else {
        const path = `${above}${(each.alias ?? each.name).value}`;
        if (path.startsWith(root)) paths.add(path.slice(root.length));
        else if (!root.startsWith(`${path}.`)) paths.add(path);
        visit(each.selectionSet, `${path}.`, within);
      }
    }
  };
  const operation = operationOf(document);
  // A feed tells events, which have a schema of their own.
  if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) visit(operation?.selectionSet, '', []);
  return paths;
}

const variablesOf = ({ document }: Route): Map<string, VariableDefinitionNode> =>
  new Map((operationOf(document)?.variableDefinitions ?? []).map((each) => [each.variable.name.value, each]));

const isRequired = ({ type, defaultValue }: VariableDefinitionNode): boolean =>
  type.kind === Kind.NON_NULL_TYPE && defaultValue === undefined;

/** Whether a route that took the first variable takes every value of it still, and its absence. */
const takesAll = (was: VariableDefinitionNode, is: VariableDefinitionNode): boolean =>
  isWider(is.type, was.type) || (is.defaultValue !== undefined && isWider(is.type, nonNull(was.type)));

const nonNull = (type: TypeNode): TypeNode =>
  type.kind === Kind.NON_NULL_TYPE ? type : { kind: Kind.NON_NULL_TYPE, type };

function isWider(to: TypeNode, from: TypeNode): boolean {
  if (to.kind === Kind.NON_NULL_TYPE) return from.kind === Kind.NON_NULL_TYPE && isWider(to.type, from.type);
  const inner = from.kind === Kind.NON_NULL_TYPE ? from.type : from;
  if (to.kind === Kind.LIST_TYPE) return inner.kind === Kind.LIST_TYPE && isWider(to.type, inner.type);
  return inner.kind === Kind.NAMED_TYPE && inner.name.value === to.name.value;
}
