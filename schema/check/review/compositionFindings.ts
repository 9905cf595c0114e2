import type { CompositionProblem } from '../../compose/compositionProblem.ts';
import type { Finding } from '../model/finding.ts';
import type { Owners } from '../model/owners.ts';

/** Why the graph, or the contract of a channel, does not compose. Nothing else can be judged until it does. */
export const compositionFindings = (problems: readonly CompositionProblem[], owners: Owners): Finding[] =>
  problems.map((problem) => {
    const { place, message, subject } = problem;
    const [what = message, ...advice] = problem.fix === undefined ? message.split(/(?<=[.?!]) (?=[A-Z])/) : [message];
    return {
      id: `composition:${subject}`,
      rule: 'composition',
      severity: 'error',
      subject: subject.replace(/^(?:[a-z-]+:)+/, ''),
      message: what.replace(/\.$/, ''),
      why: 'The graph cannot be composed, so that nothing can be served.',
      fix: problem.fix ?? advice.join(' '),
      place,
      owners: owners.of(place?.file),
      contracts: [],
      affected: [],
    };
  });
