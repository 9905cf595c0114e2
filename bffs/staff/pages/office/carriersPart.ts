import carrierRule from '../../operations/carrierRule.graphql';
import setCarrierRule from '../../operations/setCarrierRule.graphql';
import type {
  CarrierChoice,
  CarrierRuleQuery,
  CarrierRuleQueryVariables,
  DeliveryPartner,
  SetCarrierRuleMutationVariables,
} from '#generated/bffs/staff/operations.ts';
import { element } from '../pageFrame.ts';
import { readPartners } from './carriers.ts';
import { succeeded, type Desk } from './desk.ts';
import { officeTexts as texts } from './officeTexts.ts';
import { choice, field, form } from './pane.ts';

type Rule = NonNullable<CarrierRuleQuery['carrierRule']>;

/** Who brings the orders of the store: couriers of the chain, or partners, in which order. */
export class CarriersPart {
  readonly root = element('div', { class: 'pane-part', id: 'carriers' });
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  async open(): Promise<void> {
    const data = await this.#desk.read<CarrierRuleQuery>(carrierRule, {
      storeId: this.#desk.session.member.store.id,
    } satisfies CarrierRuleQueryVariables);
    if (!data?.carrierRule) return;
    const rule = data.carrierRule;
    this.root.replaceChildren(
      rule.availablePartners.length > 0 ? this.#form(rule) : element('p', { class: 'quiet' }, texts.noPartners),
    );
  }

  #form(rule: Rule): HTMLElement {
    const partners = Object.fromEntries(rule.availablePartners.map((name) => [name, texts.partners[name]]));
    const fields = [
      choice(texts.askedFirst, 'choice', texts.carrierChoices, rule.choice),
      ...rule.availablePartners.map((_name, index) =>
        choice(
          texts.partner(index + 1),
          `partner-${index + 1}`,
          { '': texts.noPartner, ...partners },
          rule.partners[index] ?? '',
        ),
      ),
      field(texts.ownCourierSeconds, {
        name: 'seconds',
        type: 'number',
        min: '10',
        max: '3600',
        required: '',
        value: String(rule.ownCourierSeconds),
      }),
      element('small', { class: 'quiet' }, texts.carriersHint),
    ];
    return form(texts.carriers, fields, {
      text: texts.saveCarriers,
      onSubmit: async (values) => {
        const result = await this.#desk.change(
          setCarrierRule,
          (idempotencyKey): SetCarrierRuleMutationVariables => ({
            input: {
              idempotencyKey,
              storeId: rule.storeId,
              expectedVersion: rule.version,
              choice: values['choice'] as CarrierChoice,
              partners: readPartners(values) as DeliveryPartner[],
              ownCourierSeconds: Number(values['seconds']),
            },
          }),
          texts.saved,
        );
        // What was typed is kept, unless it was stored or somebody changed the rule meanwhile.
        if (succeeded(result) || result?.changedFields) await this.open();
      },
    });
  }
}
