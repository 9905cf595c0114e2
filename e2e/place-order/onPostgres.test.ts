import { describe } from 'vitest';
import { placeOrder } from './placeOrder.ts';

describe('with the events in PostgreSQL', () => placeOrder('postgres'));
