// Which input's head sorts first: a tree of losers (Knuth, TAOCP volume 3, 5.4.1) that compares offset-value codes (Conner, "Offset-value coding",
// IBM Technical Disclosure Bulletin 20, 1977; Do, Graefe, "Robust and efficient sorting with offset-value coding", 2022).
//
// A head's code is how many key bytes it shares with the entry it lost to last, and the 8 bytes behind them. All heads on the path of the last
// winner lost to that winner, and its successor is coded against it too: so of two codes on a path the one that shares more sorts first, and only
// where both share the same the bytes behind are looked at. A key byte is therefore compared about once in the whole merge, and the winner's code
// says what it shares with its predecessor in the output, which is what the block builder and the visibility rules ask.
//
// Node 1 is the root; input i enters above leaf count + i. Nodes hold addresses of inputs.

import { MERGE_INPUTS } from '../src/layout';
import { commonPrefix } from './bytes';
import {
  EXHAUSTED,
  HEAD_EPOCH,
  HEAD_KEY,
  HEAD_KEY_LENGTH,
  HEAD_NODE,
  HEAD_SHARED,
  HEAD_WINDOW,
  JOB_TREE,
  JOB_WINNER,
} from './merge-layout';
import { windowSlack } from './slack';

const NODE_BYTES: u32 = 4;

/** Bytes of a tree of that many inputs. */
export function treeBytes(inputs: u32): u32 {
  return inputs * NODE_BYTES;
}

/** Empties the tree. */
export function treeStart(merge: usize): void {
  memory.fill(load<u32>(merge, JOB_TREE), 0, treeBytes(load<u32>(merge, MERGE_INPUTS)));
}

/** Node where the head of input `index` of `inputs` enters; 0 when it has no rival. */
export function treeNode(inputs: u32, index: u32): u32 {
  return (inputs + index) >> 1;
}

/**
 * Lets an input's new head climb: up to the first node without a rival while the tree fills, to the root afterwards. JOB_WINNER is its result. Hot:
 * who wins cannot be predicted, so it is selected, not branched on.
 */
@inline
export function treeEnter(merge: usize, input: usize): void {
  const tree = usize(load<u32>(merge, JOB_TREE));
  let climber = input;
  for (let node = load<u32>(input, HEAD_NODE); node; node >>= 1) {
    const place = tree + node * NODE_BYTES;
    const rival = usize(load<u32>(place));
    if (!rival) {
      store<u32>(place, climber);
      return;
    }
    const isFirst = sortsFirst(climber, rival);
    store<u32>(place, select<usize>(rival, climber, isFirst));
    climber = select<usize>(climber, rival, isFirst);
  }
  store<u32>(merge, climber, JOB_WINNER);
}

/** True when head `a` sorts before head `b`. The loser's code then speaks of the winner. */
@inline
function sortsFirst(a: usize, b: usize): bool {
  const shared = load<i32>(a, HEAD_SHARED);
  const sharedB = load<i32>(b, HEAD_SHARED);
  const window = load<u64>(a, HEAD_WINDOW);
  const windowB = load<u64>(b, HEAD_WINDOW);
  // Unless both share the same and at least a byte more, the loser differs from the winner where it differed from their common predecessor, and
  // its code stays.
  if (i32(shared == sharedB) & i32((window ^ windowB) >> 56 == 0)) return sortsFirstClosely(a, b);
  return select<bool>(window < windowB, shared > sharedB, shared == sharedB);
}

/** Two heads that share the same with their predecessor, and at least a byte more with each other, or are at their keys' ends. */
function sortsFirstClosely(a: usize, b: usize): bool {
  const shared = load<i32>(a, HEAD_SHARED);
  if (shared == EXHAUSTED) return a < b;
  const difference = load<u64>(a, HEAD_WINDOW) ^ load<u64>(b, HEAD_WINDOW);
  if (!difference) return sortsFirstBehind(a, b, shared);
  const first = load<u64>(a, HEAD_WINDOW) < load<u64>(b, HEAD_WINDOW);
  codeLoser(first ? b : a, first ? a : b, shared + (u32(clz(difference)) >> 3));
  return first;
}

/** The order of two heads that share `shared` bytes and the window behind: the rest of their keys, epochs descending, the younger input. */
function sortsFirstBehind(a: usize, b: usize, shared: i32): bool {
  const keyA = usize(load<u32>(a, HEAD_KEY)) + shared;
  const keyB = usize(load<u32>(b, HEAD_KEY)) + shared;
  const lengthA = load<u32>(a, HEAD_KEY_LENGTH) - shared;
  const lengthB = load<u32>(b, HEAD_KEY_LENGTH) - shared;
  const limit = min(lengthA, lengthB);
  const same = commonPrefix(keyA, keyB, limit);
  let first: bool;
  if (same < limit) first = load<u8>(keyA + same) < load<u8>(keyB + same);
  else if (lengthA != lengthB) first = lengthA < lengthB;
  else {
    const epochA = load<u64>(a, HEAD_EPOCH);
    const epochB = load<u64>(b, HEAD_EPOCH);
    first = epochA != epochB ? epochA > epochB : a < b;
  }
  codeLoser(first ? b : a, first ? a : b, shared + same);
  return first;
}

/** Codes a loser against its winner, with which it shares `shared` bytes, zeros behind the end of the winner's key not counted. */
function codeLoser(loser: usize, winner: usize, shared: u32): void {
  codeHead(loser, min(shared, load<u32>(winner, HEAD_KEY_LENGTH)));
}

/** Codes a head that shares `shared` bytes with its predecessor. */
@inline
export function codeHead(input: usize, shared: u32): void {
  store<i32>(input, shared, HEAD_SHARED);
  store<u64>(input, windowSlack(load<u32>(input, HEAD_KEY) + shared, load<u32>(input, HEAD_KEY_LENGTH) - shared), HEAD_WINDOW);
}
