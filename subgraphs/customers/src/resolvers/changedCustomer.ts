import type { Context } from '../context.ts';
import type { CustomerView } from '../customer.ts';

/** The customer as a mutation left them: what earlier fields of the same request read is forgotten. */
export async function changedCustomer({ loaders }: Context, customerId: string): Promise<CustomerView> {
  loaders.forget();
  const customer = await loaders.customerById.load(customerId);
  if (!customer) throw new Error('the customer of a mutation that succeeded is gone');
  return customer;
}
