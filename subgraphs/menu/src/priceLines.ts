import { Code, ConnectError } from '@connectrpc/connect';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  PriceLinesRequest,
  PricedLineSchema,
  PriceLinesResponseSchema,
} from '#generated/proto/drburger/menu/v1/menu_pb.ts';
import type { Catalogue } from './catalogue.ts';
import type { MenuDomain } from './context.ts';
import { loaders } from './loaders.ts';
import { priceLine, type Line, type Priced, type Refused } from './priceLine.ts';

/**
 * The answer for a store that sells nothing: an item that exists is not on its menu, and one that does not is
 * unknown.
 */
const notSold = (catalogue: Catalogue, line: Line): Refused => {
  const item = catalogue.items.get(line.menuItemId);
  return {
    kind: 'refused',
    problem: item && !item.removed ? 'NOT_ON_MENU' : 'UNKNOWN_ITEM',
    subject: item?.name['en'] ?? line.menuItemId,
  };
};

function messageOf(line: Priced | Refused): MessageInitShape<typeof PricedLineSchema> {
  if (line.kind === 'refused') return { problem: line.problem, subject: line.subject };
  return {
    unitPrice: BigInt(line.unitPrice),
    taxClass: line.item.taxClass,
    name: { ...line.item.name },
    componentItemIds: line.components.map((item) => item.id),
  };
}

/** Checks and prices the lines of an order at a store and an instant; see `PricedLine` for the problems. */
export async function priceLines(
  domain: MenuDomain,
  request: PriceLinesRequest,
): Promise<MessageInitShape<typeof PriceLinesResponseSchema>> {
  const at = new Date(request.at);
  if (Number.isNaN(at.getTime()))
    throw new ConnectError(`\`at\` must be an ISO 8601 instant, but is ${request.at}`, Code.InvalidArgument);
  const own = loaders(domain);
  const store = await own.storeMenu.load(request.storeId);
  const catalogue = store?.catalogue ?? (await own.catalogue());
  return {
    lines: request.lines.map((line) => messageOf(store ? priceLine(store, line, at) : notSold(catalogue, line))),
  };
}
