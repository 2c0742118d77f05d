// The process under load of a soak. It tells samples as they are taken, how it ended, or the first thing that is wrong.
//
//   soak-program load <settings>
//   soak-program visit <settings> <visit>

import { tell } from '../tell.ts';
import type { SoakMessage, SoakSettings } from './soak-messages.ts';
import { SoakRun } from './soak-run.ts';
import { visit, type Visit } from './visitor.ts';

const [action, settings, more] = process.argv.slice(2).map((text, i) => (i === 0 ? text : (JSON.parse(text) as unknown)));

try {
  if (action === 'visit') await visit(settings as SoakSettings, more as Visit);
  else await new SoakRun(settings as SoakSettings, tell).run();
} catch (error) {
  tell({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) } satisfies SoakMessage);
  process.exit(1);
}
