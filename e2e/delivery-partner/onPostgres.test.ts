import { describe } from 'vitest';
import { sharedSystem } from '../harness/sharedSystem.ts';
import { deliveryPartner } from './deliveryPartner.ts';

describe('with the events in PostgreSQL', () => deliveryPartner(sharedSystem));
