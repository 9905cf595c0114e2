import { StartupError } from '#platform/config/startupError.ts';
import { endOnError } from '#platform/telemetry/endOnError.ts';
import { commandLine, helpOf, type Command } from './system/commandLine.ts';
import { appChannels } from './scaffold/appScreens.ts';
import { createApp, nextSteps } from './scaffold/createApp.ts';

endOnError('new:app');
const command: Command = {
  name: 'new:app',
  does: 'makes a web app for a channel (Vite, React, Apollo Client, typed documents, live updates, a test), a project of its own.',
  forms: { 'new:app <channel>': `one of ${appChannels.join(', ')}` },
  flags: { '--into <folder>': 'a new or empty folder; by default apps/<channel>-app, which git ignores' },
  examples: ['new:app web', 'new:app kiosk --into ../kiosk-app'],
};
const {
  words: [channel, odd],
  settings: { INTO: into },
} = commandLine(command);
if (odd) throw new StartupError(`"${odd}" is one name too many: --help tells more.`);
if (channel) {
  const folder = await createApp(channel, into);
  console.log(`made ${folder}.\nNext: ${nextSteps(folder)}`);
} else console.log(helpOf(command));
