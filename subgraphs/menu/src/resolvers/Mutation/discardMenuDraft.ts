import type { MutationResolvers } from '#generated/menu/resolvers.ts';
import { discardMenuDraft as command } from '../../commands/settleDraft.ts';
import { draftResult } from '../draftResult.ts';

export const discardMenuDraft: MutationResolvers['discardMenuDraft'] = async (_parent, { input }, context) =>
  draftResult(context, await command(context.domain, context.principal, input));
