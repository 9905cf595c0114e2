import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { sharedSystem } from '../harness/sharedSystem.ts';
import type { TestSystem } from '../harness/startTestSystem.ts';
import { callRest } from './restCall.ts';
import { describeWithSchemathesis, runSchemathesis } from './schemathesis.ts';

describeWithSchemathesis('whatever schemathesis sends', () => {
  let system: TestSystem;
  let baseUrl: string;

  beforeAll(async () => {
    system = await sharedSystem();
    // In production a caller has 1,200 requests a minute, refused ones counted: all after them would be 429.
    baseUrl = new URL(await system.replicaInDevelopment('rest')).origin;
  });

  /** A customer of this test alone, since it changes whatever it can. */
  const customer = async (): Promise<string> => {
    const token = await system.tokenFor({ role: 'customer', subject: randomUUID() });
    const body = { givenName: 'Ada', familyName: 'Kern', email: `${randomUUID()}@example.com`, locale: 'DE' };
    const headers = { 'idempotency-key': randomUUID() };
    expect((await callRest(system.urlOf('rest'), 'POST /v1/customers', { token, body, headers })).status).toBe(201);
    return token;
  };

  test('a customer is answered without a fault, and as the OpenAPI document says', async () => {
    // Two routes end the customer, and a feed answers when it has something to tell.
    const flags = ['--exclude-operation-id', 'eraseMe', '--exclude-operation-id', 'signOut'];
    const { failed, report } = await runSchemathesis({
      ...{ baseUrl, token: await customer(), seconds: 28 },
      flags: [...flags, '--exclude-operation-id', 'listEvents'],
    });
    expect(failed ? report : '').toBe('');
    expect(report).toMatch(/Tested: [5-9]\d/);
  });

  test('so is a manager who reads', async () => {
    const token = await system.tokenFor({ role: 'manager' });
    const flags = ['--include-method', 'GET', '--exclude-operation-id', 'listEvents'];
    const { failed, report } = await runSchemathesis({ baseUrl, token, seconds: 10, flags });
    expect(failed ? report : '').toBe('');
  });

  test('what somebody has made is where its links lead', async () => {
    const flags = ['--phases', 'stateful', '--exclude-operation-id', 'listEvents'];
    const { failed, report } = await runSchemathesis({ baseUrl, token: await customer(), seconds: 12, flags });
    expect(failed ? report : '').toBe('');
    expect(report).toMatch(/API Links: +[1-9]\d* covered/);
  });

  test('it finds a fault that is there', async () => {
    // Its answers are not kept: those that are, are given for some seconds although the domain is gone.
    const { back } = system.cutOff('memberships');
    try {
      const flags = ['--include-operation-id', 'listPlans', '--phases', 'examples'];
      const { failed, report } = await runSchemathesis({ baseUrl, token: await customer(), seconds: 10, flags });
      expect(failed).toBe(true);
      expect(report).toContain('503');
    } finally {
      back();
    }
  });
});
