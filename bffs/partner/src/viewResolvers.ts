import channel from '../channel.ts';
import { checkDocument, registerDocument, tryDocument } from './registerDocument.ts';

export const viewResolvers = {
  Query: { checkDocument, appQuota: () => channel.rates },
  Mutation: { registerDocument, tryDocument },
};
