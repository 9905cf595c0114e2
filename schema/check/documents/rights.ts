import { transformSync } from 'esbuild';
import { Kind, parse, type DefinitionNode } from 'graphql';
import { GuardIndex } from '#gateway/graph/guardIndex.ts';
import type { Tree } from '../against/tree.ts';
import type { RoleScopes, Rights } from './permissions.ts';

/** The `@auth` of all subgraphs, and of the view of the channel, in one state; and the scopes of roles in it. */
export async function rightsIn(tree: Tree, channel: string): Promise<Rights> {
  const shared = known.get(tree) ?? { definitions: ofSubgraphs(tree), roles: await rolesIn(tree) };
  known.set(tree, shared);
  const definitions = [...shared.definitions, ...definitionsIn(tree.read(`bffs/${channel}/schema.graphql`))];
  return { guards: new GuardIndex({ kind: Kind.DOCUMENT, definitions }), roles: shared.roles };
}

/** What all channels of a state share, so that it is read once. */
const known = new WeakMap<Tree, { readonly definitions: readonly DefinitionNode[]; readonly roles: RoleScopes }>();

const ofSubgraphs = (tree: Tree): DefinitionNode[] =>
  ['schema/base.graphql', ...tree.list('subgraphs').filter((path) => path.endsWith('/schema.graphql'))].flatMap(
    (file) => definitionsIn(tree.read(file)),
  );

function definitionsIn(text: string | undefined): readonly DefinitionNode[] {
  try {
    return text === undefined ? [] : parse(text, { noLocation: true }).definitions;
  } catch {
    return [];
  }
}

/** `schema/scopes.ts` imports nothing, so that the text of a commit can be run without checking it out. */
async function rolesIn(tree: Tree): Promise<RoleScopes> {
  const { code } = transformSync(tree.read('schema/scopes.ts') ?? 'export const roleScopes = {}', { loader: 'ts' });
  const url = `data:text/javascript,${encodeURIComponent(code)}`;
  return ((await import(url)) as { roleScopes: RoleScopes }).roleScopes;
}
