// Key spaces keep different things apart, each with codecs of its own; a batch writes to several of them, all of it or nothing. With checks a batch is
// written only if nobody has changed what it rests on.

import { open, structured, tuple, utf8 } from '@varve/core';
import { fsStore } from '@varve/adapter-fs';

await using db = await open(fsStore('./data/batches'));
const accounts = db.keyspace('accounts', { keys: utf8, values: structured<{ owner: string; cents: bigint }>() });
const journal = db.keyspace('journal', { keys: tuple('string', 'bigint'), values: utf8 });

await accounts.put('a', { owner: 'Ada', cents: 100_00n });
await accounts.put('b', { owner: 'Bo', cents: 0n });

async function transfer(from: string, to: string, cents: bigint): Promise<void> {
  for (;;) {
    const [payer, payee] = await Promise.all([accounts.getEntry(from), accounts.getEntry(to)]);
    if (payer === undefined || payee === undefined) throw new Error('no such account');
    const batch = db
      .batch()
      .check(accounts, from, payer.epoch)
      .check(accounts, to, payee.epoch)
      .put(accounts, from, { ...payer.value, cents: payer.value.cents - cents })
      .put(accounts, to, { ...payee.value, cents: payee.value.cents + cents })
      .put(journal, [from, payer.epoch], `${cents} cents to ${payee.value.owner}`);
    const { ok } = await db.write(batch);
    if (ok) return; // Else somebody was faster: read again.
  }
}

await Promise.all([transfer('a', 'b', 30_00n), transfer('a', 'b', 12_00n)]);
for await (const [name, { owner, cents }] of accounts.scan()) console.log(name, owner, cents);
for await (const [[from], text] of journal.scan()) console.log(from, text);
