import { describe } from 'vitest';
import { sharedSystem } from '../harness/sharedSystem.ts';
import { marketplaceOrder } from './marketplaceOrder.ts';

describe('with the events in PostgreSQL', () => marketplaceOrder(sharedSystem));
