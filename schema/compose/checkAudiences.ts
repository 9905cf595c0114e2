import { didYouMean } from '#platform/config/misspelling.ts';
import { at, type CompositionProblem } from './compositionProblem.ts';
import { directivesOf, fieldsNamedBy, rootTypes, tagsOf, type IndexedType, type TypeNodeOf } from './typeIndex.ts';

/**
 * Checks that every field of a type with tags says which channels see it: by tags of its own, or by its name in the
 * type's `@show`. Without this check a new field would be visible to nobody or to everybody without anybody having
 * decided it.
 */
export function checkAudiences(types: Map<string, IndexedType>): CompositionProblem[] {
  return [...types.values()]
    .filter(({ kind }) => kind === 'composite')
    .flatMap((type) => [
      ...type.nodes.flatMap((node) => checkShow(type, node)),
      ...(rootTypes.includes(type.name) || type.tags.size === 0 ? [] : undecided(type)),
    ]);
}

function undecided(type: IndexedType): CompositionProblem[] {
  return [...type.fields.values()]
    .filter((field) => field.tags.size === 0 && !type.shown.has(field.name))
    .map((field) => {
      const head = type.nodes.find(
        (node) =>
          tagsOf(node).length > 0 &&
          'fields' in node &&
          (node.fields as readonly unknown[] | undefined)?.includes(field.nodes[0]),
      );
      return {
        ...at(field.nodes[0], type.name),
        subject: `no-audience:${type.name}.${field.name}`,
        message:
          `${type.name}.${field.name} does not say which channels see it. Write @tag(name: "…") behind it, with "staff" for staff alone` +
          (head
            ? `, or name it in the @show(fields: "…") of ${type.name}, which is for ${tagsOf(head).join(', ')}.`
            : '.'),
      };
    });
}

/**
 * Checks the names in `@show`: a field that does not exist, or that has tags of its own, would mislead readers of the
 * list.
 */
function checkShow(type: IndexedType, node: TypeNodeOf): CompositionProblem[] {
  const own = new Set(('fields' in node ? (node.fields ?? []) : []).map(({ name }) => name.value));
  return directivesOf(node, 'show').flatMap((directive) => {
    const report = (message: string, subject = type.name) => ({
      ...at(directive, type.name),
      subject: `show:${subject}`,
      message,
    });
    if (rootTypes.includes(type.name))
      return [report(`${type.name} has no tags of its own. Tag each of its fields instead of naming it in @show.`)];
    if (tagsOf(node).length === 0)
      return [report(`${type.name} has no @tag here for its @show to refer to. Tag each of its fields, or the type.`)];
    return (fieldsNamedBy(directive) ?? []).flatMap((name) => {
      if (!own.has(name)) {
        return [
          report(
            `@show names ${type.name}.${name}, which is not there. Correct the name.${didYouMean(name, own)}`,
            `${type.name}.${name}`,
          ),
        ];
      }
      const tags = [...(type.fields.get(name)?.tags ?? [])];
      return tags.length === 0
        ? []
        : [
            report(
              `@show names ${type.name}.${name}, which has tags of its own (${tags.join(', ')}). Take either away.`,
              `${type.name}.${name}`,
            ),
          ];
    });
  });
}
