// Which pieces are kept, and where: all of it in memory, about 200 bytes a piece.

/** An object of the local store. */
export interface Bundle {
  readonly name: string;
  readonly size: number;
  /** Those that are still wanted. */
  readonly pieces: Set<KeptPiece>;
  /** It is being deleted. */
  leaving: boolean;
}

/** A piece of a remote object. */
export interface KeptPiece {
  readonly name: string;
  readonly index: number;
  readonly length: number;
  readonly checksum: number;
  /** Where it stands; undefined until it is written. */
  bundle: Bundle | undefined;
  position: number;
  /** Until it is written, and when it is to be written again. Never changed. */
  bytes: Uint8Array | undefined;
  /** It was found since it was written: when its bundle goes it is written again. */
  touched: boolean;
  /** Nobody wants it any more. */
  gone: boolean;
}

interface KeptObject {
  /** 0: not known. */
  bytes: number;
  readonly pieces: Map<number, KeptPiece>;
}

/** The pieces that reads may find. */
export class PieceIndex {
  readonly #objects = new Map<string, KeptObject>();

  find(name: string, index: number): KeptPiece | undefined {
    return this.#objects.get(name)?.pieces.get(index);
  }

  /** How long an object is of which pieces are kept; 0: not known. */
  objectBytes(name: string): number {
    return this.#objects.get(name)?.bytes ?? 0;
  }

  /** Takes the place of an older one, which is returned. */
  add(piece: KeptPiece, objectBytes: number): KeptPiece | undefined {
    let object = this.#objects.get(piece.name);
    if (object === undefined) this.#objects.set(piece.name, (object = { bytes: 0, pieces: new Map() }));
    object.bytes = Math.max(object.bytes, objectBytes);
    const older = object.pieces.get(piece.index);
    object.pieces.set(piece.index, piece);
    return older === piece ? undefined : older;
  }

  /** Nobody finds the piece any more. */
  remove(piece: KeptPiece): void {
    const object = this.#objects.get(piece.name);
    if (object?.pieces.get(piece.index) !== piece) return;
    object.pieces.delete(piece.index);
    if (object.pieces.size === 0) this.#objects.delete(piece.name);
  }

  /** Everything of an object. */
  piecesOf(name: string): KeptPiece[] {
    return [...(this.#objects.get(name)?.pieces.values() ?? [])];
  }
}
