import { describe } from 'vitest';
import { sharedSystem } from '../harness/sharedSystem.ts';
import { webhooksOut } from './webhooksOut.ts';

describe('with the events in PostgreSQL', () => webhooksOut(sharedSystem));
