import { readCheckedFile, type FileForm, type ReadFile } from '#platform/reconciliation/checkedFile.ts';

/** A movement of money that the provider has settled. */
export interface Settled {
  /** The provider's id of the movement. */
  readonly id: string;
  readonly kind: 'CAPTURE' | 'REFUND';
  /** The reference under which we asked for the payment: the order's id. */
  readonly reference: string;
  readonly amount: number;
  readonly currency: string;
}

const line = /^([\w-]{1,64}),(CAPTURE|REFUND),([\w-]{1,80}),([1-9]\d{0,8}),([A-Z]{3}),(\S{20,30})$/;
const columns = 'id,kind,reference,amount,currency,at';
const sumOf = (kind: Settled['kind']) => (entry: Settled) => (entry.kind === kind ? entry.amount : 0);

const form: FileForm<Settled> = {
  header: /^H,1,(\d{4}-\d{2}-\d{2}),(\d{1,9}),(\d{1,15}),(\d{1,15})$/,
  headerForm: 'H,1,<day>,<movements>,<sum of captures>,<sum of refunds>',
  columns,
  read(text, day) {
    const [, id = '', kind, reference = '', amount, currency = '', at = ''] = line.exec(text) ?? [];
    if (id === '') return `is no movement with ${columns}`;
    if (!at.startsWith(day)) return `was moved at ${at}, on another day than ${day}`;
    return { id, kind: kind as Settled['kind'], reference, amount: Number(amount), currency };
  },
  sums: [
    { what: 'captured', of: sumOf('CAPTURE') },
    { what: 'refunded', of: sumOf('REFUND') },
  ],
};

/** Reads the settlement file of a day, in minor units. */
export const readSettlementFile = (text: string): ReadFile<Settled> => readCheckedFile(text, form);
