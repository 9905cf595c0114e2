import type { ViewContext } from '#gateway/channelManifest.ts';

interface StaffMember {
  readonly id: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly store: { readonly __typename: 'Store'; readonly id: string } | null;
}

export const viewResolvers = {
  Query: {
    staffMember(_root: unknown, _arguments: unknown, { principal }: ViewContext): StaffMember {
      const { store } = principal.bindings;
      return {
        id: principal.subject,
        roles: principal.roles,
        scopes: [...principal.scopes].sort(),
        store: store === undefined ? null : { __typename: 'Store', id: store },
      };
    },
  },
};
