// From a place in an SST to the bytes there, as far as they are resident: residency words lead to partitions and payloads, and what they lead to is
// marked as used. What is missing, or contradicts the format, is described in an answer (ANSWER_* of src/layout.ts).

import {
  ANSWER_LENGTH,
  ANSWER_OFFSET,
  ANSWER_PARTITION,
  ANSWER_SLOT,
  ANSWER_SST,
  FRAME_LENGTH,
  FRAME_TOUCHED,
  SLOT_OFFSET,
  SLOT_RESIDENCY,
  TOP_META_LENGTH,
  TOP_META_OFFSET,
  TOP_RESIDENCY,
} from '../src/layout';
import { partitionSlot, storedBlockBytes } from './partition';
import { topEntry } from './top-index';

/** Address of a partition, or 0 when it is not resident. */
@inline
export function residentPartition(top: usize, partition: u32): usize {
  return touched(load<u32>(topEntry(top, partition), TOP_RESIDENCY));
}

/** Address of the payload of a block, or 0 when it is not resident. `image` is its partition's. */
@inline
export function residentBlock(image: usize, block: u32): usize {
  return touched(load<u32>(partitionSlot(image, block), SLOT_RESIDENCY));
}

/** Bytes of a resident payload. */
@inline
export function payloadLength(payload: usize): u32 {
  return load<u32>(payload + FRAME_LENGTH);
}

/** Says in `answer` that the matter is a partition; returns `status`. */
export function tellPartition(answer: usize, top: usize, partition: u32, status: i32): i32 {
  const entry = topEntry(top, partition);
  tellPlace(answer, top, partition, entry + TOP_RESIDENCY);
  store<u32>(answer, load<u32>(entry, TOP_META_OFFSET), ANSWER_OFFSET);
  store<u32>(answer, load<u32>(entry, TOP_META_LENGTH), ANSWER_LENGTH);
  return status;
}

/** Says in `answer` that the matter is a block; returns `status`. */
export function tellBlock(answer: usize, top: usize, partition: u32, image: usize, block: u32, status: i32): i32 {
  const slot = partitionSlot(image, block);
  tellPlace(answer, top, partition, slot + SLOT_RESIDENCY);
  store<u32>(answer, load<u32>(slot, SLOT_OFFSET), ANSWER_OFFSET);
  store<u32>(answer, storedBlockBytes(image, block), ANSWER_LENGTH);
  return status;
}

function tellPlace(answer: usize, top: usize, partition: u32, slot: usize): void {
  store<u32>(answer, top, ANSWER_SST);
  store<u32>(answer, partition, ANSWER_PARTITION);
  store<u32>(answer, slot, ANSWER_SLOT);
}

@inline
function touched(address: usize): usize {
  if (address) store<u32>(address + FRAME_TOUCHED, 1);
  return address;
}
