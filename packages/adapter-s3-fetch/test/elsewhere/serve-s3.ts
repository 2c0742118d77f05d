// An S3 for tests that run where no server can be started: in browsers and in workerd. Vitest runs this in Node before them (`globalSetup`), and hands them
// what it provides. With `npm run test:cloud -- elsewhere` it is the real one.

import type { TestProject } from 'vitest/node';
import { Bucket, credentials } from '../cloud-test-kit.ts';
import { FakeS3 } from '../fake-s3.ts';
import type { ServedS3 } from './served-s3.ts';

const PLACE = 'the-place';
/** Signatures are not checked there. */
const ANYBODY = { accessKeyId: 'AKIAFAKE', secretAccessKey: 'secret' };

const running: FakeS3[] = [];

export async function setup(project: TestProject): Promise<void> {
  project.provide('hidingS3', await serveFake({ showsNonces: false }));
  project.provide('s3', process.env['VARVE_S3_ENDPOINT'] === undefined ? await serveFake({ showsNonces: true }) : await serveReal());
}

export async function teardown(): Promise<void> {
  for (const fake of running.splice(0)) await fake.stop();
}

async function serveReal(): Promise<ServedS3> {
  const bucket = await Bucket.create('elsewhere');
  await bucket.allowPages();
  return served(bucket.address(PLACE), credentials());
}

async function serveFake(pages: { showsNonces: boolean }): Promise<ServedS3> {
  const fake = await FakeS3.start();
  running.push(fake);
  fake.pages = pages;
  fake.pageSize = 100;
  fake.keepsAlive = true;
  return served(fake.address(PLACE), ANYBODY);
}

function served(address: string, { accessKeyId, secretAccessKey }: ServedS3['credentials']): ServedS3 {
  const [before, after] = address.split(PLACE) as [string, string];
  return { address: [before, after], credentials: { accessKeyId, secretAccessKey } };
}
