import type { ViewContext } from '#gateway/channelManifest.ts';
import { rolesOf, soleBinding } from '#platform/identity/principal.ts';
import { auditEntries } from './auditEntries.ts';
import { beginSupportSession } from './beginSupportSession.ts';
import { exportCustomer } from './exportCustomer.ts';
import { parkedEvent, parkedEvents, replayParkedEvents } from './parkedEvents.ts';
import { timeline } from './timeline.ts';

interface StaffMember {
  readonly id: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly store: { readonly __typename: 'Store'; readonly id: string } | null;
}

export const viewResolvers = {
  Query: {
    staffMember(_root: unknown, _arguments: unknown, { principal }: ViewContext): StaffMember {
      const store = soleBinding(principal, 'store');
      return {
        id: principal.subject,
        roles: rolesOf(principal),
        scopes: [...new Set(principal.grants.flatMap(({ scopes }) => [...scopes]))].sort(),
        store: store === undefined ? null : { __typename: 'Store', id: store },
      };
    },
    parkedEvents,
    parkedEvent,
    timeline,
    auditEntries,
  },
  Mutation: { replayParkedEvents, exportCustomer, beginSupportSession },
};
