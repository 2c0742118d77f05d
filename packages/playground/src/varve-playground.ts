// `<varve-playground>`: the page. It holds the database; each of its parts is a card.

import { css, html, LitElement, type TemplateResult } from 'lit';
import { deleteDatabase } from '@varve/browser';
import { card } from './card-styles.ts';
import { killWorker, NAME, newToolWorker, openPlayground, untilOver, type Playground } from './database.ts';
import { ATTRIBUTION } from './places.ts';
import './import-card.ts';
import './search-card.ts';
import './entries-card.ts';
import './file-card.ts';
import './open-url-card.ts';

export class VarvePlayground extends LitElement {
  static override properties = { playground: { state: true }, where: { state: true }, news: { state: true } };

  static override styles = [
    card,
    css`
      :host {
        display: block;
        max-width: 72rem;
        margin: 0 auto;
        padding: 1rem;
      }
      header {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 1rem;
        align-items: baseline;
        margin-bottom: 1rem;
      }
      h1 {
        font-size: 1.5rem;
        margin: 0;
      }
      header p {
        margin: 0;
        color: var(--dim);
      }
      main {
        display: grid;
        gap: 1rem;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr));
        align-items: start;
      }
      footer {
        margin-top: 1rem;
        color: var(--dim);
        font-size: 0.875rem;
      }
    `,
  ];

  declare playground: Playground;
  declare where: string;
  declare news: string;

  constructor() {
    super();
    this.news = '';
    this.#open();
  }

  override render(): TemplateResult {
    const { db, places } = this.playground;
    return html`
      <header>
        <h1>Varve</h1>
        <p>a database in this browser, shared by all its tabs</p>
        <p role="status">${this.where}</p>
      </header>
      <main>
        <import-card class="card" .places=${places}></import-card>
        <search-card class="card" .places=${places}></search-card>
        <section class="card" aria-labelledby="inside">
          <h2 id="inside">Inside</h2>
          <varve-inspector .db=${db}></varve-inspector>
          <div class="row">
            <button @click=${() => this.#run('Compacted', () => db.compact())}>Compact</button>
            <button @click=${() => this.#run('Every byte is as it was written', async () => this.#verify())}>Verify</button>
          </div>
        </section>
        <entries-card class="card" .db=${db}></entries-card>
        <file-card class="card" .db=${db}></file-card>
        <open-url-card class="card"></open-url-card>
        <section class="card" aria-labelledby="break">
          <h2 id="break">Break it</h2>
          <p>What was acknowledged is there afterwards, whichever of these you do, and how often.</p>
          <div class="row">
            <button @click=${this.#kill}>End the worker</button>
            <a class="button" href="./" target="_blank" rel="noopener">Open a second tab</a>
            <button class="danger" @click=${this.#delete}>Delete the database</button>
          </div>
          <p role="status" aria-live="polite">${this.news}</p>
        </section>
      </main>
      <footer>${ATTRIBUTION}</footer>
    `;
  }

  /** Whatever becomes of the database, in whichever tab: the page goes on with the one that is there. */
  #open(): void {
    this.playground = openPlayground();
    untilOver(this.playground).then(
      () => this.#open(),
      // What could not be opened is told of below.
      () => undefined,
    );
    this.where = 'opening';
    const start = performance.now();
    this.playground.db.opened.then(
      (where) => {
        const places: Record<string, string> = {
          opfs: 'in the origin private file system',
          idb: 'in IndexedDB',
          'another tab': 'through another tab',
        };
        this.where = `open after ${Math.round(performance.now() - start)} ms, ${places[where] ?? where}`;
      },
      (error: unknown) => (this.where = String(error)),
    );
  }

  async #run(done: string, work: () => Promise<unknown>): Promise<void> {
    const start = performance.now();
    try {
      await work();
      this.news = `${done}, ${Math.round(performance.now() - start)} ms`;
    } catch (error) {
      this.news = error instanceof Error ? error.message : String(error);
    }
  }

  async #verify(): Promise<void> {
    const { ok, problems } = await this.playground.db.verify();
    if (!ok) throw new Error(problems[0]?.message);
  }

  readonly #kill = (): void => {
    if (!killWorker()) {
      this.news = 'The worker belongs to another tab: close that one, and this tab goes on.';
      return;
    }
    void this.#run('The worker was ended; another one has opened the database and answered', () => this.playground.db.has('-'));
  };

  readonly #delete = (): void => {
    void this.#run('Deleted, and made anew', async () => {
      await deleteDatabase(NAME, { worker: newToolWorker });
      await this.playground.db.opened;
    });
  };
}

customElements.define('varve-playground', VarvePlayground);
