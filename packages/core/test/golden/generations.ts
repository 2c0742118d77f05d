// The folders of golden databases. Each is one generation: named after the version of the format, with a letter behind it where something was added that an
// older reader refuses or skips. A generation is never changed.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readContainer, writeContainer } from './container.ts';
import { readContents, writeContents } from './contents.ts';
import { RECIPES, type Golden } from './recipes.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const NAME = /^\d+[a-z]?$/;
const CONTAINER = '.golden';
const CONTENTS = '.jsonl';

/** All of them, oldest first. */
export function generations(): string[] {
  const names = readdirSync(FOLDER).filter((name) => NAME.test(name));
  return names.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1));
}

/** Names of the databases of a generation. */
export function databasesOf(generation: string): string[] {
  return readdirSync(`${FOLDER}${generation}`)
    .filter((name) => name.endsWith(CONTAINER))
    .map((name) => name.slice(0, -CONTAINER.length));
}

/** One database, with copies of its bytes. */
export function readGolden(generation: string, name: string): Golden {
  const path = `${FOLDER}${generation}/${name}`;
  return { image: readContainer(readFileSync(path + CONTAINER, 'utf8')), contents: readContents(readFileSync(path + CONTENTS, 'utf8')) };
}

/** Makes every database anew, in a folder that is not there yet. `check` throws for one that does not hold what it should. */
export async function makeGeneration(generation: string, check: (golden: Golden) => Promise<void>): Promise<string[]> {
  if (!NAME.test(generation)) throw new Error(`a generation is named after the version of the format, such as 2 or 2b, not ${generation}`);
  const folder = `${FOLDER}${generation}`;
  if (existsSync(folder)) throw new Error(`this generation is there, and never changed: ${folder}`);
  const made = new Map<string, Golden>();
  for (const [name, recipe] of Object.entries(RECIPES)) {
    const golden = await recipe();
    await check(golden);
    made.set(name, golden);
  }
  mkdirSync(folder);
  for (const [name, { image, contents }] of made) {
    writeFileSync(`${folder}/${name}${CONTAINER}`, writeContainer(image, contents.about), { flag: 'wx' });
    writeFileSync(`${folder}/${name}${CONTENTS}`, writeContents(contents), { flag: 'wx' });
  }
  return [...made.keys()].map((name) => `${folder}/${name}${CONTAINER}`);
}
