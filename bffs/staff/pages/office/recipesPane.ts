import ingredients from '../../operations/ingredients.graphql';
import recipe from '../../operations/recipe.graphql';
import recipeBook from '../../operations/recipeBook.graphql';
import setRecipe from '../../operations/setRecipe.graphql';
import type {
  IngredientsQuery,
  IngredientsQueryVariables,
  RecipeBookQuery,
  RecipeBookQueryVariables,
  RecipeOfInput,
  RecipeQuery,
  RecipeQueryVariables,
  SetRecipeMutationVariables,
} from '#generated/bffs/staff/operations.ts';
import { element } from '../pageFrame.ts';
import { succeeded, type Desk } from './desk.ts';
import { officeTexts as texts } from './officeTexts.ts';
import { button, choice, field, form, nothing, replaceIfNew, type Pane } from './pane.ts';
import { linesOf, type Ingredient } from './recipes.ts';

type Recipe = NonNullable<RecipeQuery['recipe']>;
type IngredientPage = NonNullable<IngredientsQuery['ingredients']>;

/** What items, sizes and extras use up of the stock: for admins, since it holds for the whole chain. */
export class RecipesPane implements Pane {
  readonly id = 'recipes';
  readonly root = element('section', { 'aria-label': texts.panes.recipes, id: 'recipes' });
  readonly #desk: Desk;
  readonly #editor = element('div', { class: 'pane-part' });
  readonly #list = element('div', { class: 'pane-part' });
  #ingredients: readonly Ingredient[] = [];

  constructor(desk: Desk) {
    this.#desk = desk;
    this.root.append(element('p', { class: 'quiet' }, texts.recipesHint), this.#editor, this.#list);
  }

  async open(): Promise<void> {
    this.#editor.replaceChildren();
    const variables: RecipeBookQueryVariables = {
      storeId: this.#desk.session.member.store.id,
      locale: texts.locale,
    };
    const [book, all] = await Promise.all([
      this.#desk.read<RecipeBookQuery>(recipeBook, variables),
      this.#allIngredients(),
    ]);
    this.#ingredients = all ?? this.#ingredients;
    if (!book) return;
    const sections = (book.store?.menu?.sections ?? []).map(({ category, entries }) => ({
      title: category.name,
      rows: entries.edges.flatMap(({ node: { item } }) => [
        this.#row(item.name, { menuItemId: item.id }),
        ...item.sizes
          .filter(({ isDefault }) => !isDefault)
          .map((size) => this.#row(`${item.name}, ${size.name}`, { menuItemId: item.id, sizeId: size.id })),
      ]),
    }));
    const extras = (book.modifierGroups ?? []).map(({ name, modifiers }) => ({
      title: texts.extrasOf(name),
      rows: modifiers.map((modifier) => this.#row(modifier.name, { modifierId: modifier.id })),
    }));
    replaceIfNew(
      this.#list,
      [...sections, ...extras].flatMap(({ title, rows }) => [
        element('h2', {}, title),
        element('ul', { class: 'rows' }, ...(rows.length > 0 ? rows : [nothing(texts.noExtras)])),
      ]),
    );
  }

  async #allIngredients(): Promise<Ingredient[] | undefined> {
    const all: Ingredient[] = [];
    for (let after: string | null = null; ;) {
      const variables: IngredientsQueryVariables = { after, locale: texts.locale };
      const data: IngredientsQuery | undefined = await this.#desk.read<IngredientsQuery>(ingredients, variables);
      const page: IngredientPage | null | undefined = data?.ingredients;
      if (!page) return undefined;
      all.push(...page.edges.map(({ node }) => node));
      after = page.pageInfo.endCursor ?? null;
      if (!page.pageInfo.hasNextPage) return all;
    }
  }

  #row(name: string, of: RecipeOfInput): HTMLElement {
    return element(
      'li',
      {},
      element('span', { class: 'name' }, name),
      button(texts.recipe, () => this.#edit(name, of), { 'aria-label': texts.recipeOf(name) }),
    );
  }

  async #edit(name: string, of: RecipeOfInput): Promise<void> {
    const variables: RecipeQueryVariables = { of, locale: texts.locale };
    const found = (await this.#desk.read<RecipeQuery>(recipe, variables))?.recipe;
    if (!found) return;
    const heading = element('h2', { tabindex: '-1' }, texts.recipeOf(name));
    const empty = found.lines.length > 0 ? '' : of.sizeId ? texts.asUsualSize : texts.usesNothing;
    this.#editor.replaceChildren(heading, element('p', { class: 'quiet' }, empty), this.#form(name, of, found));
    heading.focus();
  }

  #form(name: string, of: RecipeOfInput, { version, lines }: Recipe): HTMLElement {
    const used = new Set(lines.map(({ ingredient }) => ingredient.id));
    const others = this.#ingredients.filter(({ id }) => !used.has(id));
    const amount = (id: string, label: string, value: string): HTMLElement =>
      field(label, { name: id, type: 'number', inputmode: 'numeric', min: '0', max: '1000000', step: '1', value });
    const fields = [
      ...lines.map(({ ingredient, quantity }) => amount(ingredient.id, labelOf(ingredient), String(quantity))),
      choice(texts.oneMore, 'more', {
        '': texts.noneMore,
        ...Object.fromEntries(others.map((ingredient) => [ingredient.id, labelOf(ingredient)])),
      }),
      amount('amount', texts.amount, ''),
    ];
    return form(texts.recipeOf(name), fields, {
      text: texts.save,
      onSubmit: async (values) => {
        const result = await this.#desk.change(
          setRecipe,
          (idempotencyKey): SetRecipeMutationVariables => ({
            input: { idempotencyKey, of, expectedVersion: version, lines: linesOf(values, this.#ingredients) },
          }),
          texts.recipeSaved(name),
        );
        if (succeeded(result) || result?.changedFields) await this.#edit(name, of);
      },
    });
  }
}

const labelOf = ({ name, unit }: Ingredient): string => `${name} (${texts.units[unit]})`;
