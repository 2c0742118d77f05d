// A database on a static host, read by this page alone: how little of it is fetched.

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { card } from './card-styles.ts';
import type { PublishedDatabase } from './published-database.ts';

const SHOWN = 20;

export class OpenUrlCard extends LitElement {
  static override properties = {
    db: { state: true },
    found: { state: true },
    news: { state: true },
    fetched: { state: true },
    isBusy: { state: true },
  };
  static override styles = card;

  declare db: PublishedDatabase | undefined;
  declare found: readonly (readonly [string, string])[];
  declare news: string;
  /** What was fetched so far, in words. */
  declare fetched: string;
  declare isBusy: boolean;

  constructor() {
    super();
    this.db = undefined;
    this.found = [];
    this.news = '';
    this.fetched = '';
    this.isBusy = false;
  }

  override render(): TemplateResult {
    return html`
      <h2>Open a URL</h2>
      <p>
        A published database on a static host, read piece by piece from this page. The sample has the places, and was built with the page.
      </p>
      <form @submit=${this.#open}>
        <div class="row">
          <label>Published at <input name="address" type="url" required .defaultValue=${new URL('sample', document.baseURI).href} /></label>
          <button ?disabled=${this.isBusy}>Open</button>
        </div>
      </form>
      ${this.db === undefined ? nothing : this.#questions()}
      <p role="status" aria-live="polite">${this.news}</p>
      ${this.fetched === '' ? nothing : html`<p class="dim" id="fetched">${this.fetched}</p>`}
      <ul role="list" aria-label="Found there" tabindex="0">
        ${this.found.map(([key, value]) => html`<li><span>${key}</span><span>${value}</span></li>`)}
      </ul>
    `;
  }

  #questions(): TemplateResult {
    return html`
      <form @submit=${this.#scan}>
        <div class="row">
          <label>Starting with <input name="prefix" autocomplete="off" /></label>
          <button ?disabled=${this.isBusy}>Scan</button>
        </div>
      </form>
      <form @submit=${this.#get}>
        <div class="row">
          <label>Exactly <input name="exact" required autocomplete="off" /></label>
          <button ?disabled=${this.isBusy}>Get</button>
        </div>
      </form>
    `;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    void this.db?.close();
    this.db = undefined;
  }

  readonly #open = (event: SubmitEvent): Promise<void> =>
    this.#run(event, 'address', async (address) => {
      const old = this.db;
      this.db = undefined;
      this.found = [];
      await old?.close();
      // What reads is loaded by those who need it.
      const { openPublished } = await import('./published-database.ts');
      this.db = await openPublished(address);
      return 'Open';
    });

  readonly #scan = (event: SubmitEvent): Promise<void> =>
    this.#run(event, 'prefix', async (prefix) => {
      this.found = await this.db!.scan(prefix, SHOWN);
      return this.found.length === SHOWN ? `The first ${SHOWN}` : `${this.found.length} found`;
    });

  readonly #get = (event: SubmitEvent): Promise<void> =>
    this.#run(event, 'exact', async (key) => {
      const value = await this.db!.get(key);
      this.found = value === undefined ? [] : [[key, value]];
      return value === undefined ? 'Not there' : 'There';
    });

  async #run(event: SubmitEvent, field: string, work: (text: string) => Promise<string>): Promise<void> {
    event.preventDefault();
    const text = new FormData(event.target as HTMLFormElement).get(field) as string;
    this.isBusy = true;
    this.fetched = '';
    const before = this.db?.traffic.requests ?? 0;
    const start = performance.now();
    try {
      const done = await work(text.trim());
      const requests = this.db!.traffic.requests - (field === 'address' ? 0 : before);
      this.news = `${done}, ${Math.round(performance.now() - start)} ms, ${requests === 1 ? '1 request' : `${requests} requests`}`;
    } catch (error) {
      this.found = [];
      this.news = error instanceof Error ? error.message : String(error);
    } finally {
      this.isBusy = false;
      this.fetched = this.db === undefined ? '' : fetchedText(this.db);
    }
  }
}

function fetchedText({ traffic, bytes }: PublishedDatabase): string {
  const share = ((100 * traffic.bytes) / bytes).toFixed(1);
  return `Since it was opened: ${traffic.requests} requests, ${kilobytes(traffic.bytes)} of ${kilobytes(bytes)}, ${share} % (what the browser kept counts too)`;
}

function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1000).toLocaleString('en')} KB`;
}

customElements.define('open-url-card', OpenUrlCard);
