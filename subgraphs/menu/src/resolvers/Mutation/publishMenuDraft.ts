import type { MutationResolvers } from '#generated/menu/resolvers.ts';
import { publishMenuDraft as command } from '../../commands/settleDraft.ts';
import { draftResult } from '../draftResult.ts';

export const publishMenuDraft: MutationResolvers['publishMenuDraft'] = async (_parent, { input }, context) =>
  draftResult(
    context,
    await command(context.domain, context.principal, {
      ...input,
      at: input.at ? new Date(input.at).toISOString() : null,
    }),
  );
