import { ContactQueryService } from '#generated/proto/drburger/customers/v1/contact_pb.ts';
import { service } from '#platform/rpc/service.ts';
import type { ConsentPurpose } from '../consent.ts';
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
      const wants = (by: ConsentPurpose) => consents.some(({ purpose, granted }) => purpose === by && granted);
      const { quietHours } = customer.preferences;
      return {
        found: true,
        email: wants('ORDER_NEWS_BY_EMAIL') ? customer.email : '',
        phone: wants('ORDER_NEWS_BY_SMS') ? (customer.phone ?? '') : '',
        push: wants('ORDER_NEWS_BY_PUSH'),
        ...(quietHours && { quietHours }),
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
