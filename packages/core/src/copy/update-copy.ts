// An earlier copy becomes a newer one: SSTs that it has already stay, the others come, and a manifest names them. Until that is there the copy is what
// it was.
//
//   manifest n      of the earlier copy
//   manifest n + 1  the claim: the same content, and a term as high as any SST's that will come. Whoever opens the copy from now on makes SSTs of higher terms,
//                   and whoever did before, or updates it as well, has taken this number. The SSTs that will come stand in it as retired: nobody
//                   takes them for garbage (gc/object-gc.ts)
//   manifest n + 2  the newer copy

import { systemClock } from '../base/clock.ts';
import { StorageError } from '../base/errors.ts';
import { randomHex } from '../base/hex.ts';
import { systemRandom } from '../base/random.ts';
import {
  idText,
  MANIFEST_PREFIX,
  manifestName,
  metaName,
  parseSstName,
  SST_PREFIX,
  sstName,
  type ObjectId,
} from '../format/object-names.ts';
import { sstInfoToJson } from '../format/sst-info.ts';
import { Pinned } from '../gc/pinned.ts';
import { manifestRoom, readState } from '../inspect/manifest.ts';
import { runJob } from '../scheduler/job.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { snapshotToJson } from '../version/manifest-format.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import { createManifest, firstNeededManifest } from '../version/manifest.ts';
import type { DatabaseImage, ImageObject } from './image.ts';
import { piecesOf } from './pieces.ts';
import { pinsOf } from './place-pin.ts';
import { writeObject, type CopyWatch } from './write-object.ts';

/** What an update has to bring. */
interface Wanted {
  /** Nothing there has them. */
  readonly missing: readonly ObjectId[];
  /** Only a checkpoint of the copy has them. */
  readonly pinned: readonly ObjectId[];
}

/** The earlier copy, and what it has to become. */
export class CopyUpdate {
  readonly #image: DatabaseImage;
  readonly #to: ObjectStore;
  readonly #earlier: ManifestState;
  readonly #wanted: Wanted;

  private constructor(image: DatabaseImage, to: ObjectStore, earlier: ManifestState, wanted: Wanted) {
    this.#image = image;
    this.#to = to;
    this.#earlier = earlier;
    this.#wanted = wanted;
  }

  /** What is to be done. Throws `CONFLICT` when what is there is not a copy that can become this one. */
  static async plan(image: DatabaseImage, to: ObjectStore): Promise<CopyUpdate> {
    const earlier = await readState(to);
    if (earlier === undefined || earlier.database !== image.state.database) throw conflict('another database is there');
    if (earlier.log.kind !== '') throw conflict('the copy was opened, and goes its own way');
    const kept = (await pinsOf(to)).map(({ state }) => state);
    return new CopyUpdate(image, to, earlier, compare(image.state, earlier, kept));
  }

  /** Objects that have to come. */
  get missing(): ImageObject[] {
    const names = new Set(this.#wanted.missing.flatMap(namesOf));
    return this.#image.objects.filter(({ name }) => names.has(name));
  }

  get missingBytes(): number {
    return this.missing.reduce((sum, { size }) => sum + size, 0);
  }

  /** Nothing has changed. */
  get isDone(): boolean {
    return contentOf(this.#earlier) === contentOf(this.#image.state);
  }

  async run(watch: CopyWatch): Promise<void> {
    const claim = await this.#claim();
    const { missing } = this;
    try {
      await this.#deleteUnnamed();
      for (const object of missing) await writeObject(this.#to, { ...object, pieces: piecesOf(this.#image, object) }, watch);
      await this.#assertPinnedAreThere();
    } catch (error) {
      // The first failure is told. What stays is deleted by the next update, or by whoever opens the copy.
      if (await isNewest(this.#to, claim)) await (async () => this.#to.delete(missing.map(({ name }) => name)))().catch(() => undefined);
      throw error;
    }
    await this.#tidy(await this.#commit(claim));
  }

  async #claim(): Promise<ManifestState> {
    const { number, nonce, term, retired } = this.#earlier;
    const at = systemClock.now();
    const coming = this.#wanted.missing.map((id) => ({ id, number: number + 1, at }));
    const claim = {
      ...this.#earlier,
      number: number + 1,
      term: Math.max(term, this.#image.state.term),
      nonce: randomHex(systemRandom, 16),
      parentNonce: nonce,
      retired: [...retired, ...coming],
    };
    await this.#create(claim);
    return claim;
  }

  /** If this fails, whether the manifest is there is not known: what it names stays. */
  async #commit({ number, nonce, term }: ManifestState): Promise<ManifestState> {
    // Whatever the copy does not need any more goes at once, unless it is pinned (docs/PROTOCOL.md, rule 12).
    const state = { ...this.#image.state, number: number + 1, term, parentNonce: nonce, floor: number + 1 };
    await this.#create(state);
    return state;
  }

  async #create(state: ManifestState): Promise<void> {
    try {
      await runJob(createManifest(this.#parts, state, snapshotToJson(state)));
    } catch (error) {
      if (error instanceof StorageError && error.code === 'FENCED') throw conflict('somebody opened the copy, or copied to it, meanwhile');
      throw error;
    }
  }

  /** What updates that came to no end have left. */
  async #deleteUnnamed(): Promise<void> {
    const infos = await this.#to.list(SST_PREFIX);
    const isPinned = await runJob(this.#pins.look());
    const named = idsOf(this.#earlier);
    const isLeft = (name: string): boolean => {
      const id = parseSstName(name);
      return id !== undefined && !named.has(idText(id)) && !isPinned(id);
    };
    await this.#to.delete(infos.map(({ name }) => name).filter(isLeft));
  }

  /** A checkpoint that had them may have been deleted meanwhile. */
  async #assertPinnedAreThere(): Promise<void> {
    for (const name of this.#wanted.pinned.flatMap(namesOf)) {
      if (await this.#to.has(name)) continue;
      throw new StorageError('EXPIRED', 'a checkpoint of the copy was deleted meanwhile: copy again', { object: name });
    }
  }

  /** SSTs of the earlier copy go, and manifests that no reader needs. */
  async #tidy(state: ManifestState): Promise<void> {
    const named = idsOf(state);
    const isPinned = await runJob(this.#pins.look());
    const over = [...this.#earlier.version.ssts()].map(({ id }) => id).filter((id) => !named.has(idText(id)) && !isPinned(id));
    if (!(await isNewest(this.#to, state))) return;
    await this.#to.delete(over.flatMap(namesOf));
    const keep = manifestName(firstNeededManifest(state.number));
    for (const { name } of await this.#to.list(MANIFEST_PREFIX)) if (name < keep) await this.#to.delete([name]);
  }

  get #pins(): Pinned {
    return new Pinned(this.#parts, () => systemClock.now());
  }

  get #parts() {
    return { ...manifestRoom(), store: this.#to, newNonce: () => '' };
  }
}

/** Throws `CONFLICT` where an SST there has the id of another one. */
function compare(newer: ManifestState, earlier: ManifestState, kept: readonly ManifestState[]): Wanted {
  const named = claimsById(earlier, 'there');
  const pinned = new Map(kept.flatMap((state) => [...claimsById(state, 'there')]));
  const claims = claimsById(newer, 'here');
  const wanted: { missing: ObjectId[]; pinned: ObjectId[] } = { missing: [], pinned: [] };
  for (const { id } of newer.version.ssts()) {
    const text = idText(id);
    const there = named.get(text) ?? pinned.get(text);
    if (there === undefined) wanted.missing.push(id);
    else if (there !== claims.get(text)) throw conflict('the copy and the database have gone their own ways');
    else if (!named.has(text)) wanted.pinned.push(id);
  }
  return wanted;
}

async function isNewest(store: ObjectStore, { number, nonce }: ManifestState): Promise<boolean> {
  const newest = await readState(store).catch(() => undefined);
  return newest?.number === number && newest.nonce === nonce;
}

const namesOf = (id: ObjectId): string[] => [sstName(id), metaName(id)];
const idsOf = ({ version }: ManifestState): Set<string> => new Set([...version.ssts()].map(({ id }) => idText(id)));

/**
 * What tells SSTs apart: the same id of the same claim is the same SST. Of what versions before this one wrote, the claim is not known: it is never the
 * same.
 */
function claimsById({ version, claims }: ManifestState, unknown: string): Map<string, string> {
  const nonces = new Map(claims.map(({ term, nonce }) => [term, nonce]));
  return new Map([...version.ssts()].map(({ id }) => [idText(id), nonces.get(id.term) ?? unknown]));
}

function contentOf({ version, keySpaces, flushedEpoch, safeEpoch }: ManifestState): string {
  const levels = version.levels.map((level) => level.map(sstInfoToJson));
  return JSON.stringify([levels, keySpaces, String(flushedEpoch), String(safeEpoch)]);
}

const conflict = (what: string): StorageError =>
  new StorageError('CONFLICT', `${what}: a database is copied to an empty place, or to an earlier copy of it that nobody has opened`);
