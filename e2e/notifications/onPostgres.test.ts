import { describe } from 'vitest';
import { sharedSystem } from '../harness/sharedSystem.ts';
import { notifications } from './notifications.ts';

describe('with the events in PostgreSQL', () => notifications(sharedSystem));
