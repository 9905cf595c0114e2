import { armFailPoint } from '#platform/faults/failPoint.ts';
import { providerOf } from '../config.ts';
import { openPayments } from './paymentsUnderTest.ts';
import { processPayment, type PaymentRequest } from '../commands/processPayment.ts';

/** Runs one command in a process of its own, for tests that kill the process. */
const { DATABASE_URL = '', PROVIDER_URL = '', REQUEST = '', FAIL_POINT } = process.env;
armFailPoint(FAIL_POINT);
const { payments, close } = openPayments(DATABASE_URL, PROVIDER_URL);
const answer = await processPayment(payments, providerOf(payments), JSON.parse(REQUEST) as PaymentRequest);
console.log(`ready ${JSON.stringify(answer)}`);
await close();
