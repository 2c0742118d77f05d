// Puts, deletes and a list that is kept up to date in every tab; a snapshot stands still meanwhile.

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Live } from '@varve/browser';
import { card } from './card-styles.ts';
import type { Playground } from './database.ts';

type Entries = readonly (readonly [string, string])[];
const SHOWN = 100;

export class EntriesCard extends LitElement {
  static override properties = { db: { attribute: false }, entries: { state: true }, frozen: { state: true }, news: { state: true } };
  static override styles = card;

  declare db: Playground['db'];
  declare entries: Entries;
  declare frozen: Entries | undefined;
  declare news: string;
  #stop: (() => void) | undefined;

  constructor() {
    super();
    this.entries = [];
    this.frozen = undefined;
    this.news = '';
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('db')) return;
    this.#stop?.();
    this.entries = [];
    this.frozen = undefined;
    const live: Live<Entries | undefined> = this.db.live({ limit: SHOWN });
    this.#stop = live.subscribe(() => (this.entries = live.getSnapshot() ?? []));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
  }

  override render(): TemplateResult {
    return html`
      <h2>Write to it</h2>
      <form @submit=${this.#put}>
        <div class="row">
          <label>Key <input name="key" required autocomplete="off" maxlength="200" /></label>
          <label>Value <input name="value" autocomplete="off" /></label>
          <button>Put</button>
        </div>
      </form>
      <div class="row">
        <button @click=${this.#freeze}>${this.frozen === undefined ? 'Take a snapshot' : 'Let go of the snapshot'}</button>
      </div>
      <p role="status" aria-live="polite" class="dim">${this.news}</p>
      ${this.#list('Now, in every tab', this.entries, true)}
      ${this.frozen === undefined ? nothing : this.#list('In the snapshot', this.frozen, false)}
    `;
  }

  #list(title: string, entries: Entries, isNow: boolean): TemplateResult {
    return html`<p class="dim">${title}: ${entries.length === SHOWN ? `the first ${SHOWN}` : entries.length} entries</p>
      <ul role="list" aria-label=${title}>
        ${entries.map(
          ([key, value]) =>
            html`<li>
              <span>${key}</span><span>${value}</span>
              ${isNow ? html`<button class="danger" aria-label="Delete ${key}" @click=${() => void this.db.delete(key)}>Delete</button>` : nothing}
            </li>`,
        )}
      </ul>`;
  }

  readonly #put = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    const start = performance.now();
    try {
      const epoch = await this.db.put(data.get('key') as string, data.get('value') as string);
      this.news = `Acknowledged after ${(performance.now() - start).toFixed(1)} ms, at epoch ${epoch}`;
      form.reset();
      form.querySelector('input')?.focus();
    } catch (error) {
      this.news = error instanceof Error ? error.message : String(error);
    }
  };

  readonly #freeze = async (): Promise<void> => {
    if (this.frozen !== undefined) {
      this.frozen = undefined;
      return;
    }
    const snapshot = this.db.snapshot();
    try {
      this.frozen = await snapshot.scan({ limit: SHOWN }).all();
    } catch (error) {
      this.news = error instanceof Error ? error.message : String(error);
    } finally {
      snapshot.close();
    }
  };
}

customElements.define('entries-card', EntriesCard);
