import { describe } from 'vitest';
import { sharedSystem } from '../harness/sharedSystem.ts';
import { placeOrder } from './placeOrder.ts';

describe('with the events in PostgreSQL', () => placeOrder(sharedSystem));
