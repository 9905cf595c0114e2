import type { SqlTx } from '#platform/events/sqlTx.ts';
import { lockMenu } from '../changes.ts';
import type { MenuDomain } from '../context.ts';
import { loadCatalogue } from '../loadCatalogue.ts';
import { menusWithCatalogue } from '../loadStoreMenus.ts';
import { isId } from '#platform/domain/id.ts';
import { announceEdits } from './announceEdits.ts';
import { editCategory } from './editCategory.ts';
import { editItem } from './editItem.ts';
import { editModifierGroup } from './editModifierGroup.ts';
import { editPrice, type TouchedPrice } from './editPrice.ts';
import type { EditRefusal, MenuEdit } from './menuEdit.ts';

/** Which of several edits cannot be made, and why. */
export interface Refused {
  readonly index: number;
  readonly refusal: EditRefusal;
}

type Written =
  | { readonly kind: 'written'; readonly touched: readonly TouchedPrice[] }
  | { readonly kind: 'refused'; readonly refusal: EditRefusal };

async function write(domain: MenuDomain, tx: SqlTx, edit: MenuEdit, now: Date): Promise<Written> {
  if (edit.kind === 'PRICE') {
    const outcome = await editPrice(domain, tx, edit, now);
    return outcome.kind === 'written' ? outcome : { kind: 'refused', refusal: outcome };
  }
  const refusal = await (edit.kind === 'CATEGORY'
    ? editCategory(tx, edit, now)
    : edit.kind === 'ITEM'
      ? editItem(tx, edit, now)
      : editModifierGroup(tx, edit, now));
  return refusal ? { kind: 'refused', refusal } : { kind: 'written', touched: [] };
}

/**
 * Makes edits one after the other and tells of what they changed together, all of them or none: as soon as one is
 * refused, what the others wrote is undone. An edit that says nothing new changes nothing and tells nothing.
 */
export async function makeEdits(
  domain: MenuDomain,
  tx: SqlTx,
  edits: readonly MenuEdit[],
  now: Date,
): Promise<Refused | undefined> {
  await lockMenu(tx);
  const before = await loadCatalogue(tx);
  const storeIds = edits.flatMap((edit) => (edit.kind === 'PRICE' ? edit.fields.storeIds : [])).filter(isId);
  const menusBefore = await menusWithCatalogue(tx, before, storeIds);
  const outcome = await undoneIfRefused(tx, () => writeAll(domain, tx, edits, now));
  if (outcome.kind === 'refused') return outcome.refused;
  await announceEdits(domain, tx, { before, menusBefore, touched: outcome.touched, now });
  return undefined;
}

/** Tries edits on the menu as it is, and undoes them: what would refuse them if they were made now. */
export async function tryEdits(
  domain: MenuDomain,
  tx: SqlTx,
  edits: readonly MenuEdit[],
  now: Date,
): Promise<Refused | undefined> {
  await lockMenu(tx);
  await tx.$executeRawUnsafe('SAVEPOINT trying_edits');
  const outcome = await writeAll(domain, tx, edits, now);
  await tx.$executeRawUnsafe('ROLLBACK TO SAVEPOINT trying_edits');
  return outcome.kind === 'refused' ? outcome.refused : undefined;
}

type AllWritten =
  | { readonly kind: 'written'; readonly touched: readonly TouchedPrice[] }
  | { readonly kind: 'refused'; readonly refused: Refused };

async function undoneIfRefused(tx: SqlTx, work: () => Promise<AllWritten>): Promise<AllWritten> {
  await tx.$executeRawUnsafe('SAVEPOINT making_edits');
  const outcome = await work();
  if (outcome.kind === 'refused') await tx.$executeRawUnsafe('ROLLBACK TO SAVEPOINT making_edits');
  return outcome;
}

async function writeAll(domain: MenuDomain, tx: SqlTx, edits: readonly MenuEdit[], now: Date): Promise<AllWritten> {
  const touched: TouchedPrice[] = [];
  for (const [index, edit] of edits.entries()) {
    const written = await write(domain, tx, edit, now);
    if (written.kind === 'refused') return { kind: 'refused', refused: { index, refusal: written.refusal } };
    touched.push(...written.touched);
  }
  return { kind: 'written', touched };
}
