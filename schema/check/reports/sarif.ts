import { channels } from '#schema/channels.ts';
import type { Place } from '../../compose/compositionProblem.ts';
import type { Finding, Review } from '../model/finding.ts';
import { rules } from '../model/rules.ts';
import { detailsOf } from './annotations.ts';

const locationOf = ({ file, line, column }: Place, message?: string) => ({
  physicalLocation: {
    artifactLocation: { uri: encodeURI(file).replaceAll(/[?#]/g, encodeURIComponent), uriBaseId: '%SRCROOT%' },
    region: { startLine: line, startColumn: column },
  },
  ...(message !== undefined && { message: { text: message } }),
});

/** SARIF 2.1.0, which code hosts and editors read. */
export function sarifReport({ findings }: Review): string {
  const names = [...new Set(findings.map(({ rule }) => rule))].sort();
  return `${JSON.stringify(
    {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              name: 'schema:check',
              rules: names.map((id) => ({ id, shortDescription: { text: rules[id] ?? id } })),
            },
          },
          columnKind: 'utf16CodeUnits',
          results: findings.map((finding) => resultOf(finding, names)),
        },
      ],
    },
    undefined,
    2,
  )}\n`;
}

function resultOf(finding: Finding, names: readonly string[]) {
  const { rule, severity, message, affected, id, approval, owners, contracts } = finding;
  return {
    ruleId: rule,
    ruleIndex: names.indexOf(rule),
    level: severity,
    message: { text: [message, ...detailsOf(finding)].join('\n') },
    locations: [locationOf(placeFor(finding))],
    ...(affected.length > 0 && {
      relatedLocations: affected.map((each, index) => ({
        id: index,
        ...locationOf(each.place, `${each.document} of ${each.client} ${each.how}`),
      })),
    }),
    partialFingerprints: { findingId: id },
    properties: { owners, contracts },
    ...(approval && {
      suppressions: [
        {
          kind: 'external',
          status: 'accepted',
          justification: `${approval.reason} (${approval.owner}, until ${approval.expires})`,
        },
      ],
    }),
  };
}

/**
 * Where a reader finds what has no place of its own, such as a type that is gone: GitHub refuses the whole file when
 * one result has no location.
 */
function placeFor({ place, affected, contracts }: Finding): Place {
  const [channel] = contracts.filter((name) => channels.some((each) => each.name === name));
  const file = channel === undefined ? 'schema/supergraph.graphql' : `schema/channels/${channel}.graphql`;
  return place ?? affected[0]?.place ?? { file, line: 1, column: 1 };
}
