import type { CompositionProblem } from '../../compose/compositionProblem.ts';
import type { Finding } from '../model/finding.ts';
import type { Owners } from '../model/owners.ts';

/** Why the graph, or the contract of a channel, does not compose. Nothing else can be judged until it does. */
export const compositionFindings = (problems: readonly CompositionProblem[], owners: Owners): Finding[] =>
  problems.map((problem) => {
    const { place, message } = problem;
    const [what = message, ...advice] = problem.fix === undefined ? message.split(/(?<=[.?!]) (?=[A-Z])/) : [message];
    const subject = problem.subject ?? subjectOf(problem);
    return {
      id: `composition:${subject}`,
      rule: 'composition',
      severity: 'error',
      subject: subject.replace(/^[a-z-]+:/, ''),
      message: what.replace(/\.$/, ''),
      why: 'The graph cannot be composed, so that nothing can be served.',
      fix: problem.fix ?? advice.join(' '),
      place,
      owners: owners.of(place?.file),
      contracts: [],
      affected: [],
    };
  });

/**
 * What a message of ours names first: a coordinate, a name in quotes, a directive with the coordinate that it is about;
 * otherwise its file. Never a line, which moves.
 */
function subjectOf({ where, place, message }: CompositionProblem): string {
  const file = place?.file ?? where.replace(/:\d+.*$/, '');
  if (message.startsWith('Syntax Error')) return file;
  const ofDirective = /^(@\w+) names ([A-Z]\w*\.\w+)/.exec(message);
  if (ofDirective) return `${ofDirective[1]}:${ofDirective[2]}`;
  const first = /^(?:the union )?(@?[A-Z_]\w*(?:\.\w+(?:\(\w+:\))?)?)(?= )/.exec(message)?.[1];
  const named = /(?<![\w/.])[A-Z]\w*\.[a-z_]\w*(?:\(\w+:\))?(?![\w/])|(?<=")[^"\s]+(?=")|@\w+/.exec(message)?.[0];
  const isWord = first !== undefined && !first.includes('.') && /^(The|A|An|Nobody|Type|Field|Write)$/.test(first);
  return (isWord ? undefined : first) ?? named ?? file;
}
