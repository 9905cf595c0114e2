import { expect, it } from 'vitest';
import { openApiFiles } from './openApi.ts';

interface Link {
  readonly operationId: string;
  readonly parameters: Readonly<Record<string, string>>;
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly links?: Readonly<Record<string, Link>>;
        readonly content?: Readonly<
          Record<string, { readonly schema: { readonly properties?: Readonly<Record<string, unknown>> } }>
        >;
      }
    >
  >;
}

const [[, text]] = openApiFiles() as [[string, string]];
const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, Operation>> };
const operations = Object.values(paths).flatMap((item) => Object.values(item));
const links = operations.flatMap((from) =>
  Object.values(from.responses).flatMap((response) =>
    Object.values(response.links ?? {}).map((link) => ({ from, response, link })),
  ),
);

it('an order that is placed leads to the order and all that is below it', () => {
  const placed = links.filter(({ from }) => from.operationId === 'placeOrder').map(({ link }) => link);
  expect(placed).toContainEqual(
    expect.objectContaining({ operationId: 'getOrder', parameters: { orderId: '$response.body#/id' } }),
  );
  expect(placed.map(({ operationId }) => operationId)).toEqual(
    expect.arrayContaining(['listItems', 'listEvents', 'getPayment', 'cancelOrder']),
  );
});

it('a refund leads to the payment, by the id that the request had', () => {
  const [refund] = links.filter(({ from }) => from.operationId === 'refundOrder').map(({ link }) => link);
  expect(refund).toMatchObject({ operationId: 'getPayment', parameters: { orderId: '$request.path.orderId' } });
});

it('each link names a route, all of its ids, and where each is found', () => {
  for (const { from, response, link } of links) {
    const to = operations.find(({ operationId }) => operationId === link.operationId);
    const ids = to?.parameters?.filter((each) => each.in === 'path').map(({ name }) => name);
    expect(Object.keys(link.parameters)).toEqual(ids);
    for (const value of Object.values(link.parameters)) {
      const [, inRequest, inBody] = /^\$(?:request\.path\.(\w+)|response\.body#\/(\w+))$/.exec(value) ?? [];
      const named = { in: 'path', name: inRequest };
      if (inRequest) expect(from.parameters).toContainEqual(expect.objectContaining(named));
      else expect(response.content?.['application/json']?.schema.properties).toHaveProperty(inBody!);
    }
  }
});
