import type { Vendor, VendorItem } from '#generated/marketplace/prisma/client.ts';
import { isId } from '#platform/domain/id.ts';
import { textProblem } from '#platform/subgraph/characters.ts';
import type { Marketplace } from '../context.ts';

export interface SetVendorItem {
  readonly vendorId: string;
  readonly itemId: string;
  readonly name: { readonly en: string; readonly de?: string | null; readonly ja?: string | null };
  readonly price: number;
  readonly taxBasisPoints: number;
  /** True when left out. */
  readonly available?: boolean;
  /** 0 when left out. */
  readonly position?: number;
}

export type SetVendorItemOutcome =
  | { readonly kind: 'done'; readonly item: VendorItem; readonly vendor: Vendor }
  | { readonly kind: 'notFound' }
  | { readonly kind: 'invalid'; readonly field: string; readonly message: string };

const largestPrice = 1_000_000;
const largestRate = 5_000;
const mostItems = 500;

function problemIn({ itemId, name, price, taxBasisPoints }: SetVendorItem): SetVendorItemOutcome | null {
  const problem = (field: string, message: string) => ({ kind: 'invalid', field, message }) as const;
  if (!isId(itemId)) return problem('itemId', 'Give a UUID in lower case.');
  const [unfit] = [name.en, name.de, name.ja].flatMap((each) => (each == null ? [] : (textProblem(each, 100) ?? [])));
  if (unfit) return problem('name', unfit);
  if (price < 1 || price > largestPrice) return problem('price', `Give 1 to ${largestPrice}.`);
  if (taxBasisPoints < 0 || taxBasisPoints > largestRate) return problem('taxBasisPoints', `Give 0 to ${largestRate}.`);
  return null;
}

/** Adds an item to a vendor's catalogue, or changes it. An item of another vendor is not found. */
export async function setVendorItem(domain: Marketplace, input: SetVendorItem): Promise<SetVendorItemOutcome> {
  const problem = problemIn(input);
  if (problem) return problem;
  const { vendorId, itemId: id, name, available = true, position = 0, price, taxBasisPoints } = input;
  return domain.transaction(async (tx): Promise<SetVendorItemOutcome> => {
    const vendor = isId(vendorId) ? await tx.vendor.findUnique({ where: { id: vendorId } }) : null;
    const before = await tx.vendorItem.findUnique({ where: { id } });
    if (!vendor || (before && before.vendorId !== vendorId)) return { kind: 'notFound' };
    if (!before && (await tx.vendorItem.count({ where: { vendorId } })) >= mostItems)
      return { kind: 'invalid', field: 'itemId', message: `A vendor sells at most ${mostItems} items.` };
    const names = Object.fromEntries(Object.entries(name).filter(([, each]) => each != null)) as Record<string, string>;
    const data = { name: names, available, position, price, taxBasisPoints };
    const item = await tx.vendorItem.upsert({ where: { id }, create: { ...data, id, vendorId }, update: data });
    return { kind: 'done', item, vendor };
  });
}
