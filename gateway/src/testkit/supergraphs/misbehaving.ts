import type { ExecutionResult } from 'graphql';
import type { SubgraphCall } from '#platform/subgraph/execution.ts';
import { hashOf } from './seededRandom.ts';

type Answer = Record<string, unknown>;

const isObject = (value: unknown): value is Answer => typeof value === 'object' && value !== null;

/** Ways in which a subgraph can answer so that the answer does not fit the request. */
const faults: readonly ((answer: Answer) => unknown)[] = [
  () => Promise.reject(new Error('the connection broke')),
  () => ({}),
  () => 'no map',
  () => ({ data: null, errors: [{ message: 'nobody knows' }] }),
  () => ({ errors: [{ message: 'nobody knows', path: null }] }),
  (answer) => {
    const entities = isObject(answer['data']) ? answer['data']['_entities'] : undefined;
    if (Array.isArray(entities)) entities.pop();
    return answer;
  },
  (answer) => {
    changeOne(answer['data'], (object, key) => {
      object[key] = { no: 'value' };
    });
    return answer;
  },
  (answer) => {
    changeOne(answer['data'], (object, key) => {
      delete object[key];
    });
    return answer;
  },
];

/** Changes one value that the client would see. */
function changeOne(value: unknown, change: (object: Answer, key: string) => void): boolean {
  if (!isObject(value)) return false;
  for (const key of Object.keys(value)) {
    if (isObject(value[key])) {
      if (changeOne(value[key], change)) return true;
    } else if (/label|base|extra|weight/.test(key) && value[key] !== null) {
      change(value, key);
      return true;
    }
  }
  return false;
}

/** About every third request goes wrong; the same request always in the same way. */
export const misbehaving =
  (call: SubgraphCall): SubgraphCall =>
  async (request, headers, signal) => {
    const answer = await call(request, headers, signal);
    const draw = hashOf(`${request.query}${JSON.stringify(request.variables)}`);
    if (draw % 3 !== 0) return answer;
    return (await faults[(draw >> 4) % faults.length]!(answer as Answer)) as ExecutionResult;
  };
