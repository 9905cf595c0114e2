import { Kind, visit, type DocumentNode, type SelectionNode, type SelectionSetNode } from 'graphql';
import type { Tree } from '../against/tree.ts';
import type { LiveDocument } from './liveDocument.ts';

/** Where the pacts of partners with REST lie. */
export const pactFolder = 'rest/pacts';

interface Pact {
  readonly consumer: { readonly name: string };
  readonly interactions: readonly {
    readonly request: { readonly method: string; readonly path: string };
    readonly response: { readonly body?: { readonly content: unknown } };
  }[];
}

/** Parts of a document that REST puts into the shape of its answer. */
const structure = new Set(['edges', 'node', 'nodes']);
const always = new Set(['pageInfo', '__typename']);

/**
 * What partners read of the routes, as documents: of each interaction of a pact that of its route, with the fields that
 * the pact expects and no others. A field that one reads is not free to be removed, and the finding names the partner.
 */
export function pactDocuments(tree: Tree, routes: readonly LiveDocument[]): LiveDocument[] {
  return tree
    .list(pactFolder)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => {
      const { consumer, interactions } = JSON.parse(tree.read(file) ?? '') as Pact;
      return interactions.flatMap(({ request, response }) => {
        const route = routeOf(routes, request);
        if (!route) return [];
        const document = readOf(route.document, response.body?.content);
        return [{ ...route, client: consumer.name, document, id: `${consumer.name} ${route.name}` }];
      });
    });
}

/** The route that answers a request: one without a name in braces before one such as `GET /v1/stores/{storeId}`. */
function routeOf(
  routes: readonly LiveDocument[],
  { method, path }: Pact['interactions'][number]['request'],
): LiveDocument | undefined {
  const asked = `${method} ${path}`;
  const patternOf = (name: string) => new RegExp(`^${name.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
  return routes.find(({ name }) => name === asked) ?? routes.find(({ name }) => patternOf(name).test(asked));
}

/** The document with what an expected body has. Its first field is what the body is. */
function readOf(document: DocumentNode, body: unknown): DocumentNode {
  return visit(document, {
    OperationDefinition(node) {
      const selections = node.selectionSet.selections.map((each) =>
        each.kind === Kind.FIELD && each.selectionSet
          ? { ...each, selectionSet: pruned(each.selectionSet, resourceIn(body)) }
          : each,
      );
      return { ...node, selectionSet: { ...node.selectionSet, selections } };
    },
  });
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One object of a body: of a list its first element. */
function resourceIn(value: unknown): unknown {
  if (Array.isArray(value)) return resourceIn(value[0]);
  return isObject(value) && Array.isArray(value['data']) ? resourceIn(value['data']) : value;
}

function pruned(set: SelectionSetNode, value: unknown): SelectionSetNode {
  const selections = set.selections.flatMap((each): SelectionNode[] => {
    if (each.kind === Kind.FRAGMENT_SPREAD) return [each];
    if (each.kind === Kind.INLINE_FRAGMENT) {
      const inner = pruned(each.selectionSet, value);
      return inner.selections.length > 0 ? [{ ...each, selectionSet: inner }] : [];
    }
    const name = (each.alias ?? each.name).value;
    if (always.has(name)) return [each];
    if (structure.has(name) && each.selectionSet) return [{ ...each, selectionSet: pruned(each.selectionSet, value) }];
    if (!isObject(value) || !(name in value)) return [];
    return [each.selectionSet ? { ...each, selectionSet: pruned(each.selectionSet, resourceIn(value[name])) } : each];
  });
  return { ...set, selections };
}
