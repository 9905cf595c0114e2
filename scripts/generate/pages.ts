import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { channels } from '#schema/channels.ts';
import { root, writeIfChanged, type GenerateTask } from './task.ts';

/**
 * Bundles the web pages of channels. Each folder `bffs/<channel>/pages/<name>/`, with `page.html`, `page.css` and
 * `page.ts`, becomes one self-contained document, `generated/pages/<channel>/<name>.html`.
 */
export function pages(): GenerateTask[] {
  return channels.flatMap(({ name: channel }) => {
    const folder = `bffs/${channel}/pages`;
    if (!existsSync(join(root, folder))) return [];
    const found = readdirSync(join(root, folder), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return found.map(({ name }) => {
      const output = `generated/pages/${channel}/${name}.html`;
      return {
        name: `pages/${channel}/${name}`,
        inputs: [
          // What several pages of a channel share stands beside their folders, what pages of several channels share in
          // `bffs/pages`.
          folder,
          'bffs/pages',
          `bffs/${channel}/operations`,
          `generated/bffs/${channel}/operations.ts`,
          'clients/device-credential/src',
          'clients/stream-client/src',
          // What a page of references shows.
          'rest/openapi-3.1.json',
          'schema/asyncapi.json',
          `schema/channels/${channel}.graphql`,
          'scripts/generate/pages.ts',
        ],
        outputs: [output],
        run: async () => void writeIfChanged(output, await document(`${folder}/${name}`)),
      };
    });
  });
}

async function document(folder: string): Promise<string> {
  const { build } = await import('esbuild');
  const bundled = async (file: string): Promise<string> => {
    const { outputFiles } = await build({
      entryPoints: [join(root, folder, file)],
      bundle: true,
      minify: true,
      write: false,
      format: 'iife',
      platform: 'browser',
      legalComments: 'none',
      logLevel: 'silent',
      // The screens in stores often run old browsers.
      target: ['chrome90', 'firefox90', 'safari15'],
      loader: { '.graphql': 'text' },
      define: { 'process.env.NODE_ENV': '"production"' },
    });
    return outputFiles[0]!.text.trim();
  };
  const [style, script] = await Promise.all([bundled('page.css'), bundled('page.ts')]);
  // `</script` within the script's text would end the script, so it is escaped.
  return readFileSync(join(root, folder, 'page.html'), 'utf8')
    .replace('<style></style>', () => `<style>${style}</style>`)
    .replace('<script></script>', () => `<script>${script.replaceAll('</script', '<\\/script')}</script>`);
}
