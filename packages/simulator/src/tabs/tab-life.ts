// Lives a script of tabs: all actors at once, then everything heals and comes to rest, and then nothing may be missing, wrong or still waited for.

import { StorageError } from '@varve/core';
import { deleteDatabaseIn } from '@varve/browser/realm';
import { NO_FAULTS } from '../disk/faults.ts';
import { expectThat } from '../sim/wrong.ts';
import { call, callOf, type ToldWrite } from './calls.ts';
import { CLIENTS } from './engines.ts';
import { Handle, isGone, isOutdated, NAME, type HeldWatch } from './handle.ts';
import type { Page } from './page.ts';
import type { CallStep, FateStep, TabScript, TabStep } from './script.ts';
import { SimBrowser } from './sim-browser.ts';
import { entriesOf, isInRange, type Commit } from './truth.ts';

/** Everything that is waited for has its time by then: locks, workers that do not close, engines that give up. */
const REST_MS = 60_000;
/** A page that is told to reload mostly does so. */
const RELOADS = 0.7;

export interface TabLifeResult {
  readonly steps: number;
  readonly calls: number;
  readonly events: number;
  readonly crashes: number;
  /** Engines that were opened. */
  readonly engines: number;
  readonly digest: string;
}

export class TabLifeFailed extends Error {
  override readonly name = 'TabLifeFailed';
  readonly trace: readonly string[];

  constructor(script: TabScript, cause: unknown, trace: readonly string[]) {
    super(`seed=${script.seed}: ${cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)}`, { cause });
    this.trace = trace;
  }
}

export async function liveTabs(script: TabScript, keepsTrace = false): Promise<TabLifeResult> {
  const life = new TabLife(script, keepsTrace);
  const { browser } = life;
  try {
    await browser.world.run(() => life.live());
    browser.assertRight();
  } catch (error) {
    throw new TabLifeFailed(script, error, browser.trace.lines);
  } finally {
    browser.memories.giveBack();
  }
  return {
    steps: script.actors.flat().length,
    calls: life.calls,
    events: browser.world.events,
    crashes: browser.crashes,
    engines: browser.truth.opened,
    digest: browser.trace.digest,
  };
}

class TabLife {
  readonly browser: SimBrowser;
  readonly #script: TabScript;
  /** Pages that actors use, and their databases. */
  readonly #pages: (Page | undefined)[] = [];
  readonly #handles: (Handle | undefined)[] = [];
  /** All databases of all pages. */
  readonly #all: Handle[] = [];
  readonly #told = new Map<number, ToldWrite>();
  readonly #pending = new Set<Promise<void>>();
  /** Databases that were open when theirs was deleted, in pages that were awake all the time. */
  #toBeClosed: Handle[] = [];
  readonly #deleting = new Set<string>();
  #loaded = 0;
  calls = 0;
  wasDeleted = false;
  hadFaults = false;
  hadBrokenWorkers = false;
  newestBuild = 0;

  constructor(script: TabScript, keepsTrace: boolean) {
    this.#script = script;
    this.browser = new SimBrowser(script.seed, script.settings, keepsTrace);
  }

  nextCall(): number {
    return ++this.calls;
  }

  told(number: number): ToldWrite {
    const told: ToldWrite = { number, outcome: 'unknown' };
    this.#told.set(number, told);
    return told;
  }

  /** What took place of a call. */
  *commitsOf(number: number): Generator<Commit> {
    for (const commit of this.browser.truth.commits()) {
      if (commit.changes.some(({ space, value }) => space !== CLIENTS && value !== undefined && callOf(value) === number)) yield commit;
    }
  }

  async live(): Promise<void> {
    await Promise.all(this.#script.actors.map((steps, actor) => this.#act(actor, steps)));
    await this.#comeToRest();
    this.#assertNothingWaits();
    this.#assertClosed();
    await this.#useAll();
    this.#assertWritesOnce();
    this.#assertWatches();
    this.#assertLives();
    this.#assertRecords();
  }

  async #act(actor: number, steps: readonly TabStep[]): Promise<void> {
    for (const step of steps) {
      this.browser.assertRight();
      if (step.waitMs !== undefined) await this.browser.world.sleep(step.waitMs);
      if (isFate(step)) await this.#meet(step);
      else await this.#call(actor, step);
    }
  }

  async #call(actor: number, step: CallStep): Promise<void> {
    const handle = await this.#handle(actor);
    if (handle === undefined) return;
    const done = call(this, handle, step).catch(this.browser.noteWrong);
    if (!('hurry' in step)) return done;
    this.#pending.add(done);
    void done.then(() => this.#pending.delete(done));
  }

  /** The database in an actor's page, in another page where that one is gone. */
  async #handle(actor: number): Promise<Handle | undefined> {
    await this.#pages[actor]?.awake();
    const last = this.#handles[actor];
    if (last?.isOver === true && last.page.context.version < this.newestBuild && this.browser.world.draw.chance(RELOADS)) last.page.close();
    if (this.#pages[actor]?.isAlive !== true) this.#pages[actor] = this.#load();
    const page = this.#pages[actor];
    if (last?.page === page && !last.isOver && !last.isClosed) return last;
    const handle = new Handle(page);
    // Until it has let go the page gets the same again.
    handle.isClosed = last?.db === handle.db && last.isClosed;
    this.#handles[actor] = handle;
    this.#all.push(handle);
    return handle;
  }

  #load(): Page {
    const { builds } = this.#script.settings;
    const build = builds[Math.min(this.#loaded++, builds.length - 1)];
    this.newestBuild = Math.max(this.newestBuild, build);
    return this.browser.newPage(build);
  }

  async #meet(step: FateStep): Promise<void> {
    const { browser } = this;
    const page = 'page' in step ? this.#pages[step.page] : undefined;
    browser.trace.note(step.do);
    switch (step.do) {
      case 'hide':
        return page?.hide();
      case 'show':
        return page?.show();
      case 'closePage':
        return page?.close();
      case 'crashPage':
        browser.crashes++;
        return page?.crash();
      case 'killWorker':
        browser.crashes++;
        return page?.worker?.context.end();
      case 'freeze':
        return this.#rest(page, step.ms, () => page?.freeze());
      case 'cache':
        this.#toBeClosed = this.#toBeClosed.filter((handle) => handle.page !== page);
        return this.#rest(page, step.ms, () => page?.cache());
      case 'stall':
        return this.#rest(page, step.ms, () => page?.stall(true));
      case 'hang':
        return this.#rest(page, step.ms, () => page?.stall(false));
      case 'crashBrowser':
        return browser.crash(step.cut);
      case 'deleteDatabase':
        return this.#delete(page);
      case 'faults':
        this.hadFaults = true;
        browser.rates = browser.engines.rates = step.rates;
        await browser.world.sleep(step.ms);
        browser.rates = browser.engines.rates = NO_FAULTS;
        return;
      case 'workers':
        this.hadBrokenWorkers = true;
        browser.workers = step.fate;
        await browser.world.sleep(step.ms);
        browser.workers = 'well';
    }
  }

  #rest(page: Page | undefined, ms: number, begin: () => void): void {
    begin();
    this.browser.world.after(ms, () => page?.goOn());
  }

  #delete(page: Page | undefined): void {
    if (page?.isAwake !== true) return;
    this.wasDeleted = true;
    const id = `deletion by ${page.context.name}`;
    // Who lies in the cache is not told, and works with the next database of that name when it comes back.
    const open = this.#all.filter((handle) => !handle.isOver && handle.page.isAlive && !handle.page.context.isCached);
    this.#toBeClosed.push(...open);
    this.#deleting.add(id);
    const work = page.context.process.outside(deleteDatabaseIn(page.realm, NAME, page.newWorker));
    const over = (): void => void this.#deleting.delete(id);
    work.then(over, (error: unknown) => {
      over();
      if (!isGone(error) && !wasAsleep(error) && !this.hadBrokenWorkers) this.browser.noteWrong(error);
    });
  }

  /** Nobody is disturbed any more, and everybody has time. */
  async #comeToRest(): Promise<void> {
    const { browser } = this;
    browser.rates = browser.engines.rates = NO_FAULTS;
    browser.workers = 'well';
    for (const page of browser.pages) page.goOn();
    await browser.world.sleep(REST_MS);
    browser.assertRight();
  }

  #assertNothingWaits(): void {
    for (const { page, waiting } of this.#all) {
      if (!page.isAlive) continue;
      const [first] = waiting.values();
      expectThat(first === undefined, `${waiting.size} calls are never answered: ${first}; locks ${this.#locks()}`);
    }
    expectThat(this.#deleting.size === 0, `never done: ${[...this.#deleting].join()}; locks ${this.#locks()}`);
    expectThat(this.#pending.size === 0, `${this.#pending.size} actors wait`);
  }

  #locks(): string {
    const { held, wanted } = this.browser.locks;
    return `held ${held.join()} wanted ${wanted.join()}`;
  }

  /** Who had the database open that was deleted was told so. */
  #assertClosed(): void {
    for (const handle of this.#toBeClosed) {
      if (handle.page.isAlive) expectThat(handle.isOver, `${handle.page.context.name} was not told that its database was deleted`);
    }
  }

  /** Every page can work again: it writes, and reads what all have written. */
  async #useAll(): Promise<void> {
    const { browser } = this;
    if (browser.pages.length === 0) this.#pages[0] = this.#load();
    const alive = this.#pages.flatMap((page, actor) => (page?.isAlive === true ? [actor] : []));
    const builds = (): number => Math.max(...alive.map((actor) => this.#pages[actor]!.context.version));
    const before = builds();
    const outdated = alive.map((actor) => this.#pages[actor]!).filter(({ context }) => context.version < before);
    for (const actor of alive) {
      const step: CallStep = { do: 'put', place: [0, 0], size: 1 };
      if (!outdated.includes(this.#pages[actor]!)) await this.#call(actor, { ...step, hurry: true });
    }
    await browser.world.sleep(REST_MS);
    for (const page of outdated) await this.#assertOutdated(page);
    browser.assertRight();
    this.#assertNothingWaits();
    // Some have reloaded.
    const newest = builds();
    for (const actor of alive) {
      const handle = this.#handles[actor]!;
      if (handle.page.context.version === newest) expectThat(!handle.isOver, `${handle.page.context.name} cannot work again`);
    }
    const last = this.#handles[alive.find((actor) => this.#pages[actor]!.context.version === newest)!]!;
    for (const [number, space] of (['root', 'side'] as const).entries()) {
      const found = await last.space(number).scan().all();
      const wanted = entriesOf(browser.truth.now, space, {});
      expectThat(JSON.stringify(found) === JSON.stringify(wanted), `in the end ${space} is not what was written`);
    }
    await browser.world.sleep(REST_MS);
  }

  async #assertOutdated(page: Page): Promise<void> {
    const outcome = await new Handle(page).db.get('nothing').then(
      () => 'an answer',
      (error: unknown) => error,
    );
    expectThat(isOutdated(outcome), `a page of an older build gets ${String(outcome)}`);
  }

  /** At most once, once if it was told as done, not at all if it was told as refused; but for what the end of an engine has taken back. */
  #assertWritesOnce(): void {
    const times = new Map<number, { kept: number; lost: number }>();
    for (const { changes, isLost } of this.browser.truth.commits()) {
      const numbers = new Set(
        changes.filter(({ space, value }) => space !== CLIENTS && value !== undefined).map(({ value }) => callOf(value!)),
      );
      for (const number of numbers) {
        const count = times.get(number) ?? { kept: 0, lost: 0 };
        if (isLost) count.lost++;
        else count.kept++;
        times.set(number, count);
      }
    }
    for (const [number, { kept }] of times) expectThat(kept <= 1, `call ${number} has written ${kept} times`);
    for (const { number, outcome } of this.#told.values()) {
      const { kept, lost } = times.get(number) ?? { kept: 0, lost: 0 };
      if (outcome === 'done') expectThat(kept + lost >= 1, `call ${number} was told as done, and has written nothing`);
      if (outcome === 'not done') expectThat(kept === 0, `call ${number} was told as refused, and has written`);
    }
  }

  /** What is not told was said to be skipped. */
  #assertWatches(): void {
    for (const { watches, page } of this.#open()) {
      for (const watch of watches) {
        for (const commit of this.browser.truth.commits()) {
          const missing = untold(watch, commit);
          expectThat(
            missing === undefined,
            `${page.context.name} watches ${watch.space} and was not told of ${missing} at epoch ${commit.epoch}`,
          );
        }
      }
    }
  }

  #assertLives(): void {
    for (const { lives, page } of this.#open()) {
      for (const { live, space, range } of lives) {
        const wanted = entriesOf(this.browser.truth.now, space, range);
        const found = live.getSnapshot();
        const text = (entries: typeof found): string => entries?.map(([key, value]) => `${key}=${value.slice(0, 10)}`).join() ?? 'nothing';
        expectThat(
          JSON.stringify(found) === JSON.stringify(wanted),
          `${page.context.name} shows ${text(found)} of ${space}, which is ${text(wanted)}`,
        );
      }
    }
  }

  /** Of pages that are gone nothing is kept. */
  #assertRecords(): void {
    const alive = new Set(this.browser.locks.held.filter((name) => name.startsWith('varve:client:')).map((name) => name.slice(13)));
    for (const [key] of entriesOf(this.browser.truth.now, CLIENTS, {})) {
      const client = key.slice(0, -8);
      expectThat(alive.has(client), `a record of ${client} is kept, and the page is gone; locks ${this.#locks()}`);
    }
  }

  #open(): Handle[] {
    return this.#all.filter((handle) => handle.page.isAlive && !handle.isOver);
  }
}

/** Who deletes lets go of everything when its page is put to sleep. */
function wasAsleep(error: unknown): boolean {
  return error instanceof StorageError && error.code === 'UNAVAILABLE' && error.message.includes('put to sleep');
}

/** A key that a write changed and a watch was not told of. */
function untold({ space, range, since, told }: HeldWatch, { changes, epoch, tick }: Commit): string | undefined {
  const wasSkipped = told.some((change) => change.skipped && (change.tick > tick || (change.seen ?? 0n) >= epoch));
  if (since === undefined || tick < since || wasSkipped) return undefined;
  const named = new Set(told.filter((change) => change.epoch === epoch).flatMap((change) => change.keys));
  return changes.find((change) => change.space === space && isInRange(change.key, range) && !named.has(change.key))?.key;
}

function isFate(step: TabStep): step is FateStep & TabStep {
  return FATES.has(step.do);
}

const FATES: ReadonlySet<string> = new Set<FateStep['do']>([
  'hide',
  'show',
  'closePage',
  'crashPage',
  'killWorker',
  'freeze',
  'cache',
  'stall',
  'hang',
  'crashBrowser',
  'deleteDatabase',
  'faults',
  'workers',
]);
