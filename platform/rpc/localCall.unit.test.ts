import { create } from '@bufbuild/protobuf';
import { StringValueSchema } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, createClient, type CallOptions } from '@connectrpc/connect';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessQueryService } from '#generated/proto/drburger/customers/v1/access_pb.ts';
import { developmentAudience, developmentIssuer, newSigningKey } from '#platform/identity/developmentIssuer.ts';
import { createIdentity, type Identity } from '#platform/identity/identity.ts';
import { servicePrincipal } from '#platform/identity/principal.ts';
import { currentTrace, runWithTrace, traceIdOf, traceOfRequest } from '#platform/telemetry/trace.ts';
import { freePortBlock } from '#platform/testkit/freePortBlock.ts';
import { grpcNetwork, localNetwork, type RpcNetwork } from './network.ts';
import { service, type CallContext, type Implementation } from './service.ts';

type Answer = Implementation<typeof AccessQueryService>['listRevocations'];

let identity: Identity;
const networks: Record<string, RpcNetwork> = {};
const closing: (() => unknown)[] = [];
let answer: Answer = () => ({ revocations: [] });
let heard: CallContext | undefined;

beforeAll(async () => {
  identity = await createIdentity({
    internalKey: await newSigningKey(),
    scopesOf: () => [],
    client: { issuer: developmentIssuer, audience: developmentAudience, keys: { keys: [] } },
  });
  const port = await freePortBlock(1);
  const grpc = grpcNetwork({
    identity,
    addressOf: () => `http://127.0.0.1:${port}`,
    listen: { host: '127.0.0.1', port },
  });
  networks['within the process'] = localNetwork(identity);
  networks['over gRPC'] = grpc;
  for (const network of Object.values(networks)) {
    const served = await network.serve('customers', [
      service(AccessQueryService, ['orders'], {
        listRevocations: (request, context) => {
          heard = context;
          return answer(request, context);
        },
      }),
    ]);
    closing.push(() => served.close());
  }
  closing.push(() => grpc.close());
});
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

describe.each(['within the process', 'over gRPC'])('a call %s', (way) => {
  const call = (options?: CallOptions, caller = 'orders') =>
    createClient(AccessQueryService, networks[way]!.transportTo('customers', servicePrincipal(caller))).listRevocations(
      { after: 'now' },
      options,
    );
  const failure = (calling: Promise<unknown>) =>
    calling.then(
      () => undefined,
      (error: unknown) => error as ConnectError,
    );

  it('hands over what is asked and what is answered, with what was left out', async () => {
    answer = ({ after }) => ({ revocations: [{ subject: after }] });
    const { revocations, $typeName } = await call();
    expect(revocations).toMatchObject([{ subject: 'now', $typeName: 'drburger.customers.v1.Revocation' }]);
    expect(Object.values(revocations[0]!)).not.toContain(undefined);
    expect($typeName).toBe('drburger.customers.v1.ListRevocationsResponse');
    expect(heard!.principal.subject).toBe('orders');
  });

  it('is refused by whom only others may call', async () => {
    expect(await failure(call(undefined, 'menu'))).toMatchObject({ code: Code.PermissionDenied });
  });

  it('tells an error that was meant for the caller, and of another nothing', async () => {
    const detail = create(StringValueSchema, { value: 'sold out' });
    answer = () => {
      throw new ConnectError(
        'so it is',
        Code.FailedPrecondition,
        { 'some-key': 'some value' },
        [{ desc: StringValueSchema, value: detail }],
        new Error('secret'),
      );
    };
    const told = (await failure(call()))!;
    expect(told).toMatchObject({ code: Code.FailedPrecondition, rawMessage: 'so it is', cause: undefined });
    expect(told.metadata.get('some-key')).toBe('some value');
    expect(told.findDetails(StringValueSchema)).toMatchObject([{ value: 'sold out' }]);
    answer = () => {
      throw new TypeError('secret');
    };
    const hidden = (await failure(call()))!;
    expect(hidden).toMatchObject({ code: Code.Internal, cause: undefined });
    expect(hidden.message).not.toContain('secret');
  });

  it('ends with its deadline, and the callee hears of it', async () => {
    let ended: Promise<unknown> | undefined;
    answer = (_request, { signal }) => {
      ended = new Promise((resolve) => signal.addEventListener('abort', resolve));
      return new Promise(() => undefined);
    };
    expect(await failure(call({ timeoutMs: 200 }))).toMatchObject({ code: Code.DeadlineExceeded });
    await ended;
  });

  it('ends when its caller gives up, and the callee hears of it', async () => {
    const caller = new AbortController();
    let ended: Promise<unknown> | undefined;
    answer = (_request, { signal }) => {
      ended = new Promise((resolve) => signal.addEventListener('abort', resolve));
      caller.abort();
      return new Promise(() => undefined);
    };
    expect(await failure(call({ signal: caller.signal }))).toMatchObject({ code: Code.Canceled });
    await ended;
    expect(await failure(call({ signal: AbortSignal.abort() }))).toMatchObject({ code: Code.Canceled });
  });

  it('goes on with the trace of its caller, in a span of its own and for the same person', async () => {
    const trace = traceOfRequest(undefined, 'user:1');
    let own = trace;
    answer = () => {
      own = currentTrace();
      return { revocations: [] };
    };
    await runWithTrace(trace, () => call());
    expect(traceIdOf(own.traceparent)).toBe(traceIdOf(trace.traceparent));
    expect(own.traceparent).not.toBe(trace.traceparent);
    expect(own).toMatchObject({ actor: 'service:orders', onBehalfOf: 'user:1' });
  });
});

it('says of a domain that does not serve that it is unavailable', async () => {
  const client = createClient(
    AccessQueryService,
    localNetwork(identity).transportTo('menu', servicePrincipal('orders')),
  );
  await expect(client.listRevocations({})).rejects.toMatchObject({ code: Code.Unavailable });
});
