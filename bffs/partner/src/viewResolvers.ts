import { partnerRates } from '../rates.ts';
import { checkDocument, registerDocument, tryDocument } from './registerDocument.ts';

export const viewResolvers = {
  Query: { checkDocument, appQuota: () => partnerRates },
  Mutation: { registerDocument, tryDocument },
};
