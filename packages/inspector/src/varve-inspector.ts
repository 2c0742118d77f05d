// `<varve-inspector>`: a database as it lives. It asks for statistics twice a second while it is seen, and not at all while it is not.

import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import type { DatabaseStats, LevelStats } from '@varve/core';
import { bytesText, countText } from './format-numbers.ts';

/** What can be inspected: a database of @varve/core, or of @varve/browser. */
export interface Inspected {
  stats(): DatabaseStats | Promise<DatabaseStats>;
}

const EVERY_MS = 500;

/**
 * Draws levels, memtable, log and cache of a database.
 * @example
 * // In a page: document.querySelector('varve-inspector').db = db;
 */
export class VarveInspector extends LitElement {
  static override properties = { db: { attribute: false }, stats: { state: true }, failure: { state: true } };

  static override styles = css`
    :host {
      --varve-ink: light-dark(#1d2733, #e4e9ef);
      --varve-dim: light-dark(#5b6876, #9aa7b5);
      --varve-line: light-dark(#d7dde4, #35404c);
      --varve-fill: light-dark(#2f6f8f, #6fb3d2);
      --varve-due: light-dark(#b4571b, #f0a46b);
      container-type: inline-size;
      display: block;
      color: var(--varve-ink);
      font:
        0.875rem/1.4 system-ui,
        sans-serif;
    }
    dl {
      display: grid;
      grid: auto-flow dense / minmax(5.5rem, max-content) 1fr max-content;
      gap: 0.375rem 0.75rem;
      align-items: center;
      margin: 0;
    }
    dt {
      grid-column: 1;
      color: var(--varve-dim);
    }
    dd.track {
      grid-column: 2;
    }
    dd.figures {
      grid-column: 3;
    }
    @container (width < 26rem) {
      dl {
        grid-template-columns: 1fr max-content;
      }
      dd.track {
        grid-column: 1 / -1;
      }
      dd.figures {
        grid-column: 2;
      }
    }
    dd {
      margin: 0;
      font-variant-numeric: tabular-nums;
      text-align: end;
    }
    .bar {
      height: 0.875rem;
      border: 1px solid var(--varve-line);
      border-radius: 3px;
      overflow: hidden;
      display: flex;
      gap: 1px;
    }
    .bar > i {
      background: var(--varve-fill);
      min-width: 2px;
      transition: width 0.2s;
    }
    .due > i {
      background: var(--varve-due);
    }
    p {
      margin: 0.75rem 0 0;
      color: var(--varve-dim);
    }
    @media (prefers-reduced-motion: reduce) {
      .bar > i {
        transition: none;
      }
    }
  `;

  declare db: Inspected | undefined;
  declare stats: DatabaseStats | undefined;
  declare failure: string | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #isAsking = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => void this.#ask(), EVERY_MS);
    void this.#ask();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  override render(): TemplateResult {
    const { stats } = this;
    if (stats === undefined) return html`<p role="status">${this.failure ?? 'Waiting for the database'}</p>`;
    const largest = Math.max(1, ...stats.levels.map(({ bytes }) => bytes));
    const { memtable, log, cache, memory, work } = stats;
    return html`
      <dl aria-label="The database as it lives">
        ${row('Memtable', memtable.fill, `${countText(memtable.entries)} entries${memtable.frozen ? `, ${memtable.frozen} full` : ''}`)}
        ${stats.levels.map((level) => (level.ssts === 0 ? nothing : levelRow(level, largest)))}
        ${row('Cache', cache.usedFrames / Math.max(1, cache.frames), bytesText(cache.usedFrames * cache.frameBytes))}
        ${row('Memory', memory.allocatedBytes / memory.budgetBytes, `of ${bytesText(memory.budgetBytes)}`)}
      </dl>
      <p>
        Log segment ${log.segment}, ${bytesText(log.bytes)}; replay begins with ${log.firstSegment}. Manifest ${stats.manifest}, term
        ${stats.term}.<br />
        ${countText(work.flushes)} flushes (${bytesText(work.flushedBytes)}), ${countText(work.compactions)} compactions
        (${bytesText(work.compactionWrittenBytes)} written), ${countText(work.moves)} moves, ${countText(work.deletedObjects)} objects
        deleted. ${this.failure === undefined ? nothing : html`<br /><strong role="alert">${this.failure}</strong>`}
      </p>
    `;
  }

  async #ask(): Promise<void> {
    if (this.db === undefined || this.#isAsking || document.visibilityState === 'hidden') return;
    this.#isAsking = true;
    try {
      this.stats = await this.db.stats();
      this.failure = undefined;
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    } finally {
      this.#isAsking = false;
    }
  }
}

function row(name: string, share: number, text: string): TemplateResult {
  const percent = `${Math.min(100, 100 * share).toFixed(1)}%`;
  return html`<dt>${name}</dt>
    <dd class="figures">${text}</dd>
    <dd class="track">
      <span class="bar" role="img" aria-label="${name} ${percent} full"><i style="width: ${percent}"></i></span>
    </dd>`;
}

/** A bar of as many parts as there are SSTs, as long as the level's share of the largest one. */
function levelRow({ level, ssts, bytes, entries, score }: LevelStats, largest: number): TemplateResult {
  const shown = Math.min(ssts, 40);
  const width = `${((100 * bytes) / largest / shown).toFixed(2)}%`;
  const text = `${countText(entries)} entries, ${bytesText(bytes)}`;
  return html`<dt>Level ${level}</dt>
    <dd class="figures">${text}</dd>
    <dd class="track">
      <span class="bar ${score >= 1 ? 'due' : ''}" role="img" aria-label="${ssts} SSTs${score >= 1 ? ', due for a compaction' : ''}">
        ${Array.from({ length: shown }, () => html`<i style="width: ${width}"></i>`)}
      </span>
    </dd>`;
}

if (!customElements.get('varve-inspector')) customElements.define('varve-inspector', VarveInspector);

declare global {
  interface HTMLElementTagNameMap {
    'varve-inspector': VarveInspector;
  }
}
