import { ContactQueryService } from '#generated/proto/drburger/customers/v1/contact_pb.ts';
import { service } from '#platform/rpc/service.ts';
import type { Customers } from '../context.ts';
import { loaders } from '../loaders.ts';

/** Answers with an address for news only where the customer consents to it, and for a receipt because they asked. */
export const contactQueryService = (domain: Customers) =>
  service(ContactQueryService, ['notifications'], {
    async getOrderNewsContact({ customerId }) {
      const each = loaders(domain);
      const [customer, consents] = await Promise.all([
        each.customerById.load(customerId),
        each.consentsOf.load(customerId),
      ]);
      if (!customer) return { found: false };
      const wanted = consents.some(({ purpose, granted }) => purpose === 'ORDER_NEWS_BY_EMAIL' && granted);
      return {
        found: true,
        email: wanted ? customer.email : '',
        givenName: customer.givenName,
        locale: customer.locale,
      };
    },
    async getReceiptContact({ customerId }) {
      const customer = await loaders(domain).customerById.load(customerId);
      if (!customer) return { found: false };
      const { email, givenName, locale } = customer;
      return { found: true, email, givenName, locale };
    },
  });
